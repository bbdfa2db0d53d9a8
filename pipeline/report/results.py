"""All that the report tells of, as one value, and the few questions that most of its parts ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.report import formatting
from pipeline.types import Dataset, Layer


@dataclass(frozen=True)
class Results:
    """What the stages left behind.

    params_text      params.yaml as it stands
    maps             name -> the first drawing, (n, 2), laid onto the others
    summary, points, curves, shepard, losses, islands, comparisons, elsewhere, reconstruction, scree, trials, rates: the
                     tables of the evaluation; elsewhere is empty where no map was redrawn on other rows
    structureless    map -> the same map of data without structure, (draws, n, 2); only maps that were held against such
    neighbors        int32 (n, k), the raw data's
    recalls          space -> share of true neighbors among those that it keeps; only spaces of approximate ones
    dimensions       estimates of the raw space's intrinsic dimension: method, neighbors, dimension, low, high
    advice           encoder -> its tables `errors` and `gains` by code size; only encoders that are advised on
    histories        encoder -> epoch, loss, validation_loss; only encoders trained by epochs
    codes            encoder -> arrays by name: points (n, code size), error (n,), reconstructions (m, *shape) of the
                     test rows, and those of its kind's diagnostics
    layers           encoder -> "encoder" and "decoder" as dense layers, or None where it has others
    placing          map -> "place", and "rebuild" where there is a way back, as dense layers, or None
    others           map -> the rows that data.rows left out: places (m, 2), errors (m,), measures; empty where none were placed
    laid             map -> matrix and offset that lay its own units onto `maps`
    timings          stage -> seconds, peak_bytes, python, versions
    revision         of git, short, or None; changed: whether files differed from it
    """

    params: Params
    params_text: str
    dataset: Dataset
    maps: dict[str, np.ndarray]
    summary: pd.DataFrame
    points: pd.DataFrame
    curves: pd.DataFrame
    shepard: pd.DataFrame
    lost_neighbors: pd.DataFrame
    clusters: pd.DataFrame
    comparisons: pd.DataFrame
    comparisons_subsampled: pd.DataFrame
    reconstruction: pd.DataFrame
    scree: pd.DataFrame
    robustness: pd.DataFrame
    rate_distortion: pd.DataFrame
    null_maps: dict[str, np.ndarray]
    neighbors: np.ndarray
    neighbor_recall: dict[str, float]
    intrinsic_dimension: pd.DataFrame
    code_size_sweep: dict[str, dict[str, pd.DataFrame]]
    histories: dict[str, pd.DataFrame]
    codes: dict[str, dict[str, np.ndarray]]
    encoder_layers: dict[str, dict[str, list[Layer]] | None]
    map_layers: dict[str, dict[str, list[Layer]] | None]
    remaining: dict[str, tuple[np.ndarray, np.ndarray, pd.DataFrame]]
    registration: dict[str, tuple[list, list]]
    timings: dict[str, dict[str, Any]]
    revision: str | None
    uncommitted_changes: bool

    @cached_property
    def titles(self) -> dict[str, str]:
        """map -> "t-SNE of raw pixels"."""
        return formatting.titles(self.params, self.dataset.info["kind"])

    @cached_property
    def best(self) -> str:
        """The map with the largest area under R_NX."""
        return max(self.maps, key=lambda name: self.measure("maps", name, "r_nx_auc").value)

    @cached_property
    def autoencoders(self) -> list[str]:
        """The encoders that are not PCA."""
        return [name for name, options in self.params.encoders.items() if options["kind"] != "pca"]

    def pca_of_same_size(self, encoder: str) -> str | None:
        """The PCA with as many numbers as an autoencoder, where the run has one."""
        size = self.params.encoders[encoder]["code_size"]
        alike = (name for name, options in self.params.encoders.items() if options["code_size"] == size)
        return next((name for name in alike if name not in self.autoencoders), None)

    @cached_property
    def errors(self) -> dict[str, np.ndarray]:
        """encoder -> squared reconstruction error by row (n,)."""
        return {name: arrays["error"] for name, arrays in self.codes.items()}

    @cached_property
    def reconstructions(self) -> dict[str, np.ndarray]:
        """encoder -> rebuilt test rows (m, *shape)."""
        return {name: arrays["reconstructions"] for name, arrays in self.codes.items()}

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The label of each row (n,), or None."""
        return self.dataset.table["label"].to_numpy() if self.dataset.info["labels"] else None

    @cached_property
    def is_test(self) -> np.ndarray:
        """bool (n,)"""
        return (self.dataset.table["split"] == "test").to_numpy()

    def measure(self, view: str, name: str, measure: str, k: int | None = None, against: str = "raw") -> Any | None:
        """A line of the summary (value, low, high, covers, n), or None where there is none; of several k the first one,
        which sentences speak of."""
        table = self.summary
        chosen = table[(table["view"] == view) & (table["name"] == name) & (table["measure"] == measure)]
        chosen = chosen[(chosen["against"] == against) & ((chosen["k"] == k) if k is not None else True)]
        return next(chosen.itertuples(index=False), None)

    def comparisons_of(self, relation: str, name: str | None = None, measure: str = "r_nx_auc") -> list[Any]:
        """The comparisons of one relation; of the map `name` only, where it is given."""
        chosen = self.comparisons[(self.comparisons["relation"] == relation) & (self.comparisons["measure"] == measure)]
        return [line for line in chosen.itertuples(index=False) if name in (None, line.map)]

    def over_subsamples(self, line: Any) -> Any | None:
        """A comparison's counterpart that covers other rows like these, where maps were redrawn on them."""
        same = (self.comparisons_subsampled[key] == getattr(line, key) for key in ("map", "against", "relation"))
        return next(self.comparisons_subsampled[np.logical_and.reduce([*same])].itertuples(index=False), None)

    def compared_with_best(self, name: str) -> Any | None:
        """The comparison of the best map with the map `name`."""
        return next((line for line in self.comparisons_of("best") if line.against == name), None)

    def share_lost(self, name: str) -> np.ndarray:
        """Share of its nearest neighbors that each row loses on the first drawing of a map, (n,)."""
        return 1 - self.by_point(name, f"recall_{self.params.evaluate.k}")

    def by_point(self, name: str, column: str) -> np.ndarray:
        """A column of the points of a map's first drawing, (n,)."""
        return self.points[self.points["map"] == name].sort_values("row")[column].to_numpy()

    def by_point_or_none(self, name: str, column: str) -> np.ndarray | None:
        """The same where there is such a column."""
        return self.by_point(name, column) if column in self.points else None

    def neighbor_shares(self, name: str, false: bool = False, label: str | None = None) -> dict[str, float]:
        """What became of the data's neighbors on a map (false: what its own neighbors are) -> their share."""
        of_all = self.lost_neighbors["label"].isna() if label is None else self.lost_neighbors["label"] == label
        chosen = self.lost_neighbors[
            (self.lost_neighbors["map"] == name) & (self.lost_neighbors["false"] == false) & of_all
        ]
        return dict(zip(chosen["part"], chosen["share"], strict=True))
