"""All that the report tells of, as one value, and the few questions that most of its parts ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.nouns import Dataset
from pipeline.params import Params
from pipeline.report import names


@dataclass(frozen=True)
class Findings:
    """What the stages left behind.

    params_text      params.yaml as it stands
    maps             name -> the first drawing, (n, 2), laid onto the others
    summary, points, comparisons, reconstruction, scree: the tables of the evaluation
    histories        encoder -> epoch, loss, validation_loss; only encoders trained by epochs
    errors           encoder -> squared reconstruction error by row (n,)
    reconstructions  encoder -> rebuilt test rows (m, *shape)
    timings          stage -> seconds, peak_bytes, python, versions
    revision         of git, short, or None; changed: whether files differed from it
    """

    given: Params
    params_text: str
    dataset: Dataset
    maps: dict[str, np.ndarray]
    summary: pd.DataFrame
    points: pd.DataFrame
    comparisons: pd.DataFrame
    reconstruction: pd.DataFrame
    scree: pd.DataFrame
    histories: dict[str, pd.DataFrame]
    errors: dict[str, np.ndarray]
    reconstructions: dict[str, np.ndarray]
    timings: dict[str, dict[str, Any]]
    revision: str | None
    changed: bool

    @cached_property
    def titles(self) -> dict[str, str]:
        """map -> "t-SNE of raw pixels"."""
        return names.titles(self.given, self.dataset.info["kind"])

    @cached_property
    def best(self) -> str:
        """The map with the highest mean recall."""
        return max(self.maps, key=lambda name: self.measure("maps", name, "recall").value)

    @cached_property
    def learned(self) -> list[str]:
        """The encoders that are not PCA."""
        return [name for name, options in self.given.encoders.items() if options["kind"] != "pca"]

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The label of each row (n,), or None."""
        return self.dataset.table["label"].to_numpy() if self.dataset.info["labels"] else None

    @cached_property
    def test(self) -> np.ndarray:
        """bool (n,)"""
        return (self.dataset.table["split"] == "test").to_numpy()

    def measure(self, view: str, name: str, measure: str) -> Any | None:
        """A line of the summary (value, low, high, covers, n), or None where there is none."""
        table = self.summary
        chosen = table[(table["view"] == view) & (table["name"] == name) & (table["measure"] == measure)]
        return next(chosen.itertuples(index=False), None)

    def compared(self, relation: str, name: str | None = None) -> list[Any]:
        """The comparisons of one relation; of the map `name` only, where it is given."""
        if self.comparisons.empty:  # a run with a single map
            return []
        chosen = self.comparisons[self.comparisons["relation"] == relation]
        return [line for line in chosen.itertuples(index=False) if name in (None, line.map)]

    def against_best(self, name: str) -> Any | None:
        """The comparison of the best map with the map `name`."""
        return next((line for line in self.compared("best") if line.against == name), None)

    def lost(self, name: str) -> np.ndarray:
        """Share of its nearest neighbors that each row loses on the first drawing of a map, (n,)."""
        return 1 - self.points[self.points["map"] == name].sort_values("row")["recall"].to_numpy()
