"""What every format is read into."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.datasets.card import Card
from pipeline.datasets.row_groups import ParquetRows
from pipeline.datasets.sparse import SparseRows
from pipeline.runtime.errors import InputError

Rows = np.ndarray | SparseRows | ParquetRows

SHAPES = {
    "vector": "(n, columns)",
    "image": "(n, height, width) or (n, height, width, 1 to 4 channels)",
    "sequence": "(n, steps, channels)",
}
# What a shape can be; the first kind that fits is taken where nothing else tells.
FITS = {
    "vector": lambda shape: len(shape) == 2,
    "image": lambda shape: len(shape) == 3 or (len(shape) == 4 and shape[3] <= 4),
    "sequence": lambda shape: len(shape) == 3,
}


@dataclass
class Source:
    """Rows as the file has them, and what is known about them.

    rows           numbers (n, *shape); of sparse files SparseRows, of large tables ParquetRows (n, d)
    table          one line a row: id; label where there is one; split ("train" or "test") where the source
                   has its own test rows; its columns that are no features
    kind           "vector" (n, d), "image" (n, height, width[, channels]), or "sequence" (n, steps, channels), where
                   NaN in all channels pads series at their end
    value_range    the lowest and highest value there can be, where that is known
    feature_names  of the d columns of vectors
    ids_are_row_numbers  because the source has no ids
    origin         source and license
    classes        names for the values of label
    notes          sentences on how it was read
    treated        of tables: a line a column, with its type, missing and different values, and what it is used for
    levels         of columns of categories: their values, in order
    reading        what of the card holds for further rows like these, too
    """

    rows: Rows
    table: pd.DataFrame
    title: str
    kind: str
    value_range: tuple[float, float] | None
    feature_names: list[str] | None
    origin: str
    ids_are_row_numbers: bool = False
    classes: dict[str, str] | None = None
    notes: list[str] = field(default_factory=list)
    treated: pd.DataFrame | None = None
    levels: dict[str, list] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)

    def checksum(self) -> str:
        """SHA-256 of the rows, their names and their labels, whatever file they came in."""
        digest = hashlib.sha256(json.dumps([list(self.rows.shape), self.rows.dtype.str, self.feature_names]).encode())
        for block in blocks(self.rows):
            digest.update(np.ascontiguousarray(self.rows[block]).tobytes())
        if "label" in self.table:
            digest.update("\n".join(map(str, self.table["label"])).encode())
        return digest.hexdigest()


def from_arrays(
    path: Path,
    card: Card,
    rows: Rows,
    columns: dict[str, np.ndarray],
    feature_names: list[str] | None = None,
    kind: str | None = None,
) -> Source:
    """A source of `rows` and the table's `columns`; the id is the row's number where there is no id column.

    kind    what the rows are, where something other than their shape says so; the card goes before it

    InputError when the rows are no numbers, have no known shape, or the columns have another length.
    """
    rows = rows if isinstance(rows, SparseRows | ParquetRows) else np.asarray(rows)
    if rows.dtype.kind not in "buif":
        raise InputError(f"{path}: the rows hold {rows.dtype}; they must be whole or decimal numbers.")
    kind = _kind(path, rows, card.kind or kind)
    for name, values in columns.items():
        if len(values) != len(rows):
            raise InputError(f"{path}: {len(rows):,} rows, but {len(values):,} of {name}; give one a row.")
    table = pd.DataFrame({"id": np.arange(len(rows)), **columns})
    return Source(
        rows=rows,
        table=table,
        title=card.title or path.name.split(".")[0],
        kind=kind,
        value_range=card.range or (_known_range(rows) if kind == "image" else None),
        feature_names=feature_names,
        ids_are_row_numbers="id" not in columns,
        origin=", ".join(said for said in (card.source, card.license) if said) or path.name,
        classes=card.classes,
    )


def abbreviate(names: list[str]) -> str:
    """The first few of many names, for a sentence."""
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def blocks(rows: Rows, values: int = 2**22) -> Iterator[slice]:
    """Slices of rows with about `values` values each: 32 MiB as float64, however many rows there are."""
    step = max(1, values * len(rows) // max(1, rows.size))
    return (slice(start, start + step) for start in range(0, len(rows), step))


def release_memory(rows: Rows) -> None:
    """Of what was read of a mapped file, which counts as memory of this process as long as it is mapped."""
    while isinstance(rows, np.ndarray):
        rows = rows.base
    if isinstance(rows, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        rows.madvise(mmap.MADV_DONTNEED)


def labels_of(path: Path, values: np.ndarray, what: str) -> np.ndarray:
    """Labels as a flat array (n,); Keras publishes some as (n, 1)."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise InputError(f"{path}: {what} has the shape {values.shape}; labels must be (n,), one a row.")
    return values


def _kind(path: Path, rows: np.ndarray, wanted: str | None) -> str:
    if 0 in rows.shape[1:]:
        raise InputError(f"{path}: the rows have the shape {rows.shape}, which leaves no values in a row.")
    fitting = [kind for kind, fits in FITS.items() if fits(rows.shape)]
    if wanted and wanted not in fitting:
        raise InputError(
            f"{path}: the rows have the shape {rows.shape}; of the kind {wanted} they must be {SHAPES[wanted]}. "
            "Reshape them, or set `kind` in the dataset's card to what they are."
        )
    if fitting:
        return wanted or fitting[0]
    raise InputError(
        f"{path}: the rows have the shape {rows.shape}; allowed are (n, columns), (n, height, width) "
        "and (n, height, width, 1 to 4 channels)."
    )


def _known_range(rows: np.ndarray) -> tuple[float, float] | None:
    if rows.dtype == np.uint8:
        return 0.0, 255.0
    if rows.dtype.kind in "bf" and all(((rows[block] >= 0) & (rows[block] <= 1)).all() for block in blocks(rows)):
        return 0.0, 1.0
    return None
