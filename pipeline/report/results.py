"""The results of a run as one value, and the questions that most parts of the report put to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.report import titles
from pipeline.types import Dataset, Layer

# The tables of the evaluation that are fields of Results.
TABLES = (
    "summary", "points", "shepard", "lost_neighbors", "clusters", "comparisons", "comparisons_subsampled",
    "code_comparisons", "reconstruction", "scree", "robustness", "rate_distortion", "bytes_needed", "leaders", "class_purity", "uneven_loss", "category_neighbors",
    "cluster_classes", "class_clusters", "mean_r_nx", "most_faithful", "code_units", "unexplained",
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """What the stages saved.

    params_text          params.yaml as it stands
    maps                 name -> the first embedding, (n, 2), registered to the other maps
    summary ... unexplained: the tables of the evaluation; comparisons_subsampled is empty where no map was embedded again on
                         subsamples
    null_maps            map -> the same map of null data, (draws, n, 2); only maps that have some
    neighbors            int32 (n, k), the raw data's
    neighbor_recall      space -> share of the true neighbors among those it keeps; only spaces of approximate ones
    intrinsic_dimension  estimates for the raw space: method, neighbors, dimension, low, high
    code_size_sweep      encoder -> its tables `errors` and `gains` by code size; only encoders with a sweep
    histories            encoder -> epoch, loss, validation_loss; only encoders trained by epochs
    codes                encoder -> arrays by name: points (n, code size), error (n,), reconstructions (m, *shape) of the
                         test rows, and those of its kind's `diagnostics`
    encoder_layers       encoder -> "encoder" and "decoder" as dense layers, or None where it has others
    map_layers           map -> "transform", and "reconstruct" where there is a way back, as dense layers, or None
    remaining            map -> the rows that data.rows left out, transformed: points (m, 2), errors (m,), measures; only maps
                         that were asked for it
    registration         map -> matrix and offset from its own coordinates to those of `maps`
    timings              stage -> seconds, peak_bytes, python, versions
    revision             of git, short, or None
    uncommitted_changes  whether files differed from it
    """

    params: Params
    params_text: str
    dataset: Dataset
    maps: dict[str, np.ndarray]
    summary: pd.DataFrame
    points: pd.DataFrame
    shepard: pd.DataFrame
    lost_neighbors: pd.DataFrame
    clusters: pd.DataFrame
    comparisons: pd.DataFrame
    comparisons_subsampled: pd.DataFrame
    code_comparisons: pd.DataFrame
    reconstruction: pd.DataFrame
    scree: pd.DataFrame
    robustness: pd.DataFrame
    rate_distortion: pd.DataFrame
    bytes_needed: pd.DataFrame
    leaders: pd.DataFrame
    class_purity: pd.DataFrame
    uneven_loss: pd.DataFrame
    category_neighbors: pd.DataFrame
    cluster_classes: pd.DataFrame
    class_clusters: pd.DataFrame
    mean_r_nx: pd.DataFrame
    most_faithful: pd.DataFrame
    code_units: pd.DataFrame
    unexplained: pd.DataFrame
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
        return titles.titles(self.params, self.dataset.info["kind"])

    @cached_property
    def best(self) -> str:
        """The map with the largest R_NX AUC."""
        return max(self.maps, key=lambda name: self.measure("maps", name, "r_nx_auc").value)

    @cached_property
    def autoencoders(self) -> list[str]:
        """The encoders that are not PCA."""
        return [name for name, options in self.params.encoders.items() if options["kind"] != "pca"]

    def pca_of_same_size(self, encoder: str) -> str | None:
        """The PCA with as many dimensions as an autoencoder's code, where the run has one."""
        table = self.code_comparisons
        return next(iter(table.loc[table["encoder"] == encoder, "against"]), None)

    @cached_property
    def errors(self) -> dict[str, np.ndarray]:
        """encoder -> squared reconstruction error by row (n,)."""
        return {name: arrays["error"] for name, arrays in self.codes.items()}

    @cached_property
    def reconstructions(self) -> dict[str, np.ndarray]:
        """encoder -> reconstructed test rows (m, *shape)."""
        return {name: arrays["reconstructions"] for name, arrays in self.codes.items()}

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The label of each row (n,), or None."""
        return self.dataset.table["label"].to_numpy() if self.dataset.info["labels"] else None

    @cached_property
    def is_test(self) -> np.ndarray:
        """bool (n,)"""
        return self.dataset.is_in("test")

    @cached_property
    def _measures(self) -> dict[tuple[str, str, str, str], list[Any]]:
        rows: dict[tuple[str, str, str, str], list[Any]] = {}
        for row in self.summary.itertuples(index=False):
            rows.setdefault((row.view, row.name, row.measure, row.against), []).append(row)
        return rows

    def measure(self, view: str, name: str, measure: str, k: int | None = None, against: str = "raw") -> Any | None:
        """A row of the summary (value, low, high, covers, n), or None where there is none; of several k the first one, which
        sentences speak of."""
        rows = self._measures.get((view, name, measure, against), [])
        return next((row for row in rows if k in (None, row.k)), None)

    def comparisons_of(self, relation: str, name: str | None = None, measure: str = "r_nx_auc") -> list[Any]:
        """The comparisons of one relation; of the map `name` only, where it is given."""
        chosen = self.comparisons[(self.comparisons["relation"] == relation) & (self.comparisons["measure"] == measure)]
        return [row for row in chosen.itertuples(index=False) if name in (None, row.map)]

    def code_comparison(self, encoder: str, measure: str, k: int | None = None) -> Any | None:
        """The comparison of an autoencoder's code with the PCA of the same size, or None without such a PCA; of several k the
        first one."""
        table = self.code_comparisons
        chosen = table[(table["encoder"] == encoder) & (table["measure"] == measure)]
        return next((row for row in chosen.itertuples(index=False) if k in (None, row.k)), None)

    def over_subsamples(self, comparison: Any) -> Any | None:
        """The same comparison with an interval over subsamples, where maps were embedded again on them."""
        same = (self.comparisons_subsampled[key] == getattr(comparison, key) for key in ("map", "against", "relation"))
        return next(self.comparisons_subsampled[np.logical_and.reduce([*same])].itertuples(index=False), None)

    def compared_with_best(self, name: str) -> Any | None:
        """The comparison of the best map with the map `name`."""
        return next((row for row in self.comparisons_of("best") if row.against == name), None)

    def share_lost(self, name: str) -> np.ndarray:
        """Share of its nearest neighbors that each row loses on the first embedding of a map, (n,)."""
        return 1 - self.by_point(name, f"recall_{self.params.evaluate.k}")

    def by_point(self, name: str, column: str) -> np.ndarray:
        """A column of the points of a map's first embedding, (n,)."""
        return self.points[self.points["map"] == name].sort_values("row")[column].to_numpy()

    def by_point_or_none(self, name: str, column: str) -> np.ndarray | None:
        """The same where there is such a column."""
        return self.by_point(name, column) if column in self.points else None

    def neighbor_shares(self, name: str, false: bool = False, label: str | None = None) -> dict[str, float]:
        """What became of the data's neighbors on a map (false: what its own neighbors are) -> their share."""
        table = self.lost_neighbors
        labeled = table["label"].isna() if label is None else table["label"] == label
        chosen = table[(table["map"] == name) & (table["false"] == false) & labeled]
        return dict(zip(chosen["part"], chosen["share"], strict=True))
