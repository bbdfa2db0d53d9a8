"""New points on a map: read as the map's own data were, scaled, encoded, transformed, and given a p-value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipeline import encoders, ragged
from pipeline.datasets import Source, categories
from pipeline.datasets.row_groups import ParquetRows
from pipeline.datasets.source import Rows, abbreviate, blocks
from pipeline.methods import Fitted, Method
from pipeline.neighbors import search
from pipeline.preprocessing.scaling import scale
from pipeline.runtime import cluster
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import cores, in_turn
from pipeline.statistics.p_values import p_values
from pipeline.types import Space

BATCH = 8192  # rows transformed at once
MIN_ROWS = 10  # fewer say nothing about their scale: they may be unusual
LOW_RANGE = 0.1  # share of the range of values: images that all stay below it have another scale
FAR = 30  # standard deviations: a column whose median lies further away has another unit


@dataclass(frozen=True)
class Transformer:
    """Transforms new points onto one map.

    info         of the map's dataset
    encoder      of the map's codes; None for a map of the raw data
    space        that the map is an embedding of
    points       float32 (n, 2), the map
    mapper       arrays by name, as the method's `embed` returned them
    test_errors  squared reconstruction errors of the test rows, float32 (m,); None for a map of the raw data
    """

    info: dict[str, Any]
    encoder: Any
    space: Space
    method: Method
    options: Any
    points: np.ndarray
    mapper: dict[str, np.ndarray]
    test_errors: np.ndarray | None

    def __post_init__(self) -> None:
        if self.options.cannot_transform:
            raise InputError(f"this map takes no new points: {self.options.cannot_transform}. Choose another map.")

    def read(self, source: Source, where: str) -> np.ndarray:
        """The source's rows as `transform` takes them: their columns in order, sequences padded.

        InputError for rows of another kind, shape, set of columns or scale.
        """
        rows = _fitting(source, self.info, where)
        _check_scale(rows, self.info, where)
        return rows

    def transform(self, rows: np.ndarray, codes: bool = False) -> pd.DataFrame:
        """Rows (m, *shape), in the units of the source -> x, y, error, p_value; with `codes`, also code_0, code_1, ...

        error    squared reconstruction error, of the scaled values; NaN on a map of the raw data
        p_value  conformal, of the error among those of the test rows (statistics.p_values)

        A row's point does not depend on the other rows.
        """
        points, error = self.encode(rows)
        nearest = partial(search.query, self.space.points, metric=self.space.metric)
        fitted = Fitted(self.options, self.points, self.mapper, nearest)
        xy = self.method.transform(points, fitted, cores())
        p_value = np.nan if self.test_errors is None else p_values(error, self.test_errors)
        table = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "error": error, "p_value": p_value})
        return table.join(pd.DataFrame(points).add_prefix("code_")) if codes else table

    def encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (m, *shape), in the units of the source -> points of the map's space (m, d), and errors (m,)."""
        rows = scale(rows, self.info["scaling"], "the new rows")
        if self.encoder is None:
            return ragged.flat(rows), np.full(len(rows), np.nan, dtype=np.float32)
        codes, error, _ = encoders.compress(self.encoder, rows)
        return codes, error

    def nearest(self, rows: np.ndarray, k: int) -> np.ndarray:
        """Which rows of the dataset are nearest to rows (m, *shape), in the space of the map: int32 (m, k)."""
        return search.query(self.space.points, self.encode(rows)[0], k, self.space.metric)[0]

    def batches(
        self,
        rows: Rows,
        progress: Callable[[int], None] = lambda done: None,
        chosen: np.ndarray | None = None,
        codes: bool = False,
    ) -> Iterator[tuple[int, pd.DataFrame]]:
        """`transform` of all rows, or of those `chosen`, bool (n,), batch by batch: its first row, and its table."""
        chosen = np.ones(len(rows), dtype=bool) if chosen is None else chosen
        by_workers = cluster.in_use() and isinstance(rows, ParquetRows)  # each of which reads row groups itself
        spans = rows.groups() if by_workers else _spans(len(rows))
        spans = [span for span in spans if chosen[span].any()]
        items = ((rows.later(span) if by_workers else rows[span], chosen[span]) for span in spans)
        for span, table in zip(spans, in_turn(partial(self._transform_chosen, codes), items), strict=True):
            yield span.start, table
            progress(span.stop)

    def _transform_chosen(self, codes: bool, rows: Rows, chosen: np.ndarray) -> pd.DataFrame:
        spans = [span for span in _spans(len(rows)) if chosen[span].any()]
        tables = [self.transform(np.asarray(rows[span])[chosen[span]], codes) for span in spans]
        return pd.concat(tables, ignore_index=True)


def _spans(n: int) -> list[slice]:
    return [slice(start, min(start + BATCH, n)) for start in range(0, n, BATCH)]


def check_columns(info: dict[str, Any], columns: list[str], where: str) -> None:
    """InputError for a table that lacks columns of the map's data; further columns are reported when it is read."""
    names = {" ".join(str(name).split()) for name in columns}
    wanted = list(categories.source_columns(info["feature_names"] or [], info["reading"]["levels"]))
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InputError(
            f"{where}: lacks columns of the map's data: {abbreviate(missing)}. Give exactly {abbreviate(wanted)} ({len(wanted)} in all)."
        )


def _fitting(source: Source, info: dict[str, Any], where: str) -> np.ndarray:
    kind, shape, names = info["kind"], tuple(info["shape"]), info["feature_names"]
    if source.kind != kind:
        raise InputError(f"{where}: holds {source.kind} rows; the map is of {kind} rows. Give rows of that kind.")
    if names and source.feature_names:
        missing = [name for name in names if name not in source.feature_names]
        if missing:
            levels = info["reading"]["levels"]
            names, missing = (list(categories.source_columns(columns, levels)) for columns in (names, missing))
            raise InputError(
                f"{where}: lacks columns of the map's data: {abbreviate(missing)}. Give {abbreviate(names)} ({len(names)} in all)."
            )
        return source.rows[:, [source.feature_names.index(name) for name in names]]
    own_shape = source.rows.shape[1:]
    if kind == "sequence" and own_shape[1:] == shape[1:] and own_shape[0] <= shape[0]:
        padded = np.full((len(source.rows), *shape), np.nan, dtype=np.float32)
        padded[:, : own_shape[0]] = source.rows
        return padded
    if own_shape != shape:
        shorter = ", or fewer steps" if kind == "sequence" else ""
        raise InputError(
            f"{where}: rows have shape {own_shape}; the map's have {shape}. Give rows of that shape{shorter}."
        )
    return source.rows


def _check_scale(rows: np.ndarray, info: dict[str, Any], where: str) -> None:
    """InputError for values in another scale or unit than the map's data."""
    scaling = info["scaling"]
    if scaling["rule"] == "unit":
        low, high = scaling["low"], scaling["high"]
        least = min(np.nanmin(rows[block]) for block in blocks(rows))
        most = max(np.nanmax(rows[block]) for block in blocks(rows))
        if least < low or most > high or (len(rows) >= MIN_ROWS and most <= low + LOW_RANGE * (high - low)):
            raise InputError(
                f"{where}: values go from {least:g} to {most:g}; those of the map's data from {low:g} to {high:g}."
                " Bring them to that scale."
            )
    if "center" in scaling and len(rows) >= MIN_ROWS:
        center, spread = np.array(scaling["center"]), np.array(scaling["scale"])
        sample = np.asarray(rows[np.linspace(0, len(rows) - 1, min(len(rows), 1000), dtype=int)])
        if rows.ndim == 3 and info["kind"] == "sequence":
            sample = sample[ragged.present(sample)]
        distance = np.abs(np.nanmedian((sample.astype(np.float64) - center) / spread, axis=0))
        if (distance > FAR).any():
            column = int(distance.argmax())
            unit = "standard deviations from the mean" if scaling["rule"] == "standard" else "ranges from the minimum"
            name = info["feature_names"][column] if info["feature_names"] else f"number {column}"
            raise InputError(
                f"{where}: column {name}: its median lies {distance.max():.0f} {unit} of the map's data. Bring it to the same unit."
            )
