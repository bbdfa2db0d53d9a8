"""Rows that a map was not drawn of, put onto it: read as the known ones were, scaled, encoded, placed, and doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pipeline import encoders, ragged
from pipeline.datasets import Source, categories
from pipeline.datasets.row_groups import ParquetRows
from pipeline.datasets.source import Rows, abbreviate, blocks
from pipeline.neighbors import search
from pipeline.preprocessing.scaling import scale
from pipeline.runtime import cluster
from pipeline.runtime.errors import InputError
from pipeline.runtime.parallel import cores, in_turn
from pipeline.statistics.p_values import p_values
from pipeline.types import Space

BATCH = 8192  # rows placed at once
MANY = 10  # rows from which their scale can be told from their being strange
FEW = 0.1  # of the range of values: images that all stay below are of another scale
FAR = 30  # standard deviations: a column of which half the values lie further away is of another unit


@dataclass(frozen=True)
class Placer:
    """What it takes to place rows.

    info      of the known dataset
    encoder   what the map's codes come from; None for a map of the raw data
    space     that the map was drawn of
    points    float32 (n, 2), the map
    mapper    arrays by name, as the method's `embed` gives them
    known     squared reconstruction errors of rows that neither training nor its stopping has seen, float32 (m,); None for
              a map of the raw data
    """

    info: dict[str, Any]
    encoder: Any
    space: Space
    method: ModuleType
    options: Any
    points: np.ndarray
    mapper: dict[str, np.ndarray]
    known: np.ndarray | None

    def __post_init__(self) -> None:
        said = lacks(self.method, self.options)
        if said:
            raise InputError(f"nothing can be placed on this map: {said}. Choose another map.")

    def read(self, source: Source, where: str) -> np.ndarray:
        """The source's rows as `place` takes them: their columns in order, and padded.

        InputError for rows of another kind, shape, set of columns or scale.
        """
        rows = _fitting(source, self.info, where)
        _same_scale(rows, self.info, where)
        return rows

    def place(self, rows: np.ndarray, codes: bool = False) -> pd.DataFrame:
        """Rows (m, *shape), in the units of the data -> x, y, error, p_value, a line each; with `codes`, their code_0, code_1, ...

        error    squared reconstruction error, of the scaled values
        p_value  (1 + known rows with at least this error) / (known rows + 1): how rare such an error is

        A row lands in the same place whatever rows come with it. On a map of the raw data there is no error: NaN.
        """
        points, error = self.encode(rows)
        near = partial(search.query, self.space.points, points, metric=self.space.metric)
        at = self.method.place(points, near, self.points, self.mapper, self.options, cores())
        p_value = np.nan if self.known is None else p_values(error, self.known)
        found = pd.DataFrame({"x": at[:, 0], "y": at[:, 1], "error": error, "p_value": p_value})
        return found.join(pd.DataFrame(points).add_prefix("code_")) if codes else found

    def encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (m, *shape), in the units of the data -> points of the map's space (m, d), and errors (m,)."""
        rows = scale(rows, self.info["scaling"], "the new rows")
        if self.encoder is None:
            return ragged.flat(rows), np.full(len(rows), np.nan, dtype=np.float32)
        codes, error, _ = encoders.compress(self.encoder, rows, np.zeros(len(rows), dtype=bool))
        return codes, error

    def nearest(self, rows: np.ndarray, k: int) -> np.ndarray:
        """Which known rows are nearest to rows (m, *shape), in the space of the map: int32 (m, k)."""
        return search.query(self.space.points, self.encode(rows)[0], k, self.space.metric)[0]

    def batches(
        self,
        rows: Rows,
        progress: Callable[[int], None] = lambda done: None,
        wanted: np.ndarray | None = None,
        codes: bool = False,
    ) -> Iterator[tuple[int, pd.DataFrame]]:
        """`place`, a batch at a time, of all rows or of those `wanted`, bool (n,): its first row, and what was found."""
        wanted = np.ones(len(rows), dtype=bool) if wanted is None else wanted
        apart = cluster.in_use() and isinstance(rows, ParquetRows)  # workers read such rows themselves, each other ones
        spans = rows.groups() if apart else _spans(len(rows))
        spans = [span for span in spans if wanted[span].any()]
        items = ((rows.later(span) if apart else rows[span], wanted[span]) for span in spans)
        for span, placed in zip(spans, in_turn(partial(self._some, codes), items), strict=True):
            yield span.start, placed
            progress(span.stop)

    def _some(self, codes: bool, rows: Rows, wanted: np.ndarray) -> pd.DataFrame:
        spans = [span for span in _spans(len(rows)) if wanted[span].any()]
        return pd.concat([self.place(np.asarray(rows[span])[wanted[span]], codes) for span in spans], ignore_index=True)


def _spans(n: int) -> list[slice]:
    return [slice(start, min(start + BATCH, n)) for start in range(0, n, BATCH)]


def lacks(method: ModuleType, options: Any) -> str | None:
    """Why no rows can be added to a map drawn so, in words; None where they can."""
    placed = hasattr(method, "place")
    return getattr(options, "cannot_place", None) or (
        None if placed else "this method knows no way to add rows to a map"
    )


def check_columns(info: dict[str, Any], found: list[str], where: str) -> None:
    """InputError for a table that lacks columns of the map's data; what others it has, its reading tells."""
    plain = {" ".join(str(name).split()) for name in found}
    wanted = list(categories.source_columns(info["feature_names"] or [], info["reading"]["levels"]))
    missing = [name for name in wanted if name not in plain]
    if missing:
        raise InputError(
            f"{where}: its columns are not those of the map's data: without {abbreviate(missing)}. Give exactly {abbreviate(wanted)} (in all"
            f" {len(wanted)})."
        )


def _fitting(source: Source, info: dict[str, Any], where: str) -> np.ndarray:
    kind, shape, names = info["kind"], tuple(info["shape"]), info["feature_names"]
    if source.kind != kind:
        raise InputError(f"{where}: holds rows of the kind {source.kind}; the map is of {kind} rows.")
    if names and source.feature_names:
        missing = [name for name in names if name not in source.feature_names]
        if missing:
            names, missing = (list(categories.source_columns(found, info["reading"]["levels"])) for found in (names, missing))
            raise InputError(
                f"{where}: its columns are not those of the map's data: without {abbreviate(missing)}. Give {abbreviate(names)} (in all {len(names)})."
            )
        return source.rows[:, [source.feature_names.index(name) for name in names]]
    found = source.rows.shape[1:]
    if kind == "sequence" and found[1:] == shape[1:] and found[0] <= shape[0]:
        padded = np.full((len(source.rows), *shape), np.nan, dtype=np.float32)
        padded[:, : found[0]] = source.rows
        return padded
    if found != shape:
        longer = " (series may be shorter, not longer)" if kind == "sequence" else ""
        raise InputError(f"{where}: rows have the shape {found}; those of the map have {shape}{longer}.")
    return source.rows


def _same_scale(rows: np.ndarray, info: dict[str, Any], where: str) -> None:
    """InputError for values that the known scaling was not made for."""
    scaling = info["scaling"]
    if scaling["rule"] == "unit":
        low, high = scaling["low"], scaling["high"]
        least = min(np.nanmin(rows[block]) for block in blocks(rows))
        most = max(np.nanmax(rows[block]) for block in blocks(rows))
        if least < low or most > high or (len(rows) >= MANY and most <= low + FEW * (high - low)):
            raise InputError(
                f"{where}: values go from {least:g} to {most:g}; those of the map's data from {low:g} to {high:g}."
                " Bring them to that scale."
            )
    if "center" in scaling and len(rows) >= MANY:
        center, spread = np.array(scaling["center"]), np.array(scaling["scale"])
        some_rows = np.asarray(rows[np.linspace(0, len(rows) - 1, min(len(rows), 1000), dtype=int)])
        if rows.ndim == 3 and info["kind"] == "sequence":
            some_rows = some_rows[ragged.present(some_rows)]
        away = np.abs(np.nanmedian((some_rows.astype(np.float64) - center) / spread, axis=0))
        if (away > FAR).any():
            column = int(away.argmax())
            what = (
                "standard deviations from the mean" if scaling["rule"] == "standard" else "ranges from the least value"
            )
            name = info["feature_names"][column] if info["feature_names"] else f"number {column}"
            raise InputError(
                f"{where}: column {name}: its median lies {away.max():.0f} {what} of the map's "
                "data. Bring it to the same unit."
            )
