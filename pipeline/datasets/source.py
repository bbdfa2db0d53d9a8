"""Source: what every format is read into."""

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

from pipeline.datasets.card import Card, pick
from pipeline.datasets.row_groups import ParquetRows
from pipeline.datasets.sparse import SparseRows
from pipeline.runtime.errors import InputError

Rows = np.ndarray | SparseRows | ParquetRows

SHAPES = {
    "vector": "(n, columns)",
    "image": "(n, height, width) or (n, height, width, 1 to 4 channels)",
    "sequence": "(n, steps, channels)",
}
# Which shapes each kind can have. Where nothing else tells the kind, the first that fits is taken.
FITS = {
    "vector": lambda shape: len(shape) == 2,
    "image": lambda shape: len(shape) == 3 or (len(shape) == 4 and shape[3] <= 4),
    "sequence": lambda shape: len(shape) == 3,
}


@dataclass
class Source:
    """Rows as they are in the file, and what is known about them.

    rows            numbers (n, *shape); SparseRows for sparse files and ParquetRows for large tables, both (n, d)
    table           one line per row: id; label if there is one; split ("train" or "test") if the source has its own
                    test rows; columns that are not features
    kind            "vector" (n, d), "image" (n, height, width[, channels]) or "sequence" (n, steps, channels), where
                    steps that are NaN in all channels pad shorter series at their end
    value_range     the lowest and highest possible value, if known
    feature_names   names of the d columns of vectors
    ids_are_row_numbers  whether the source has no ids of its own
    origin          source and license
    classes         names for the values of label
    notes           sentences about how it was read
    column_summary  of tables, one line per column: type, missing values, distinct values, use
    levels          of categorical columns: their values, in order
    reading         the parts of the card that apply to new rows as well
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
    column_summary: pd.DataFrame | None = None
    levels: dict[str, list] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)

    def checksum(self) -> str:
        """SHA-256 of the rows, their names and their labels, whatever the file format."""
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
    """A source of `rows` and the table's `columns`. Without an id column, ids are row numbers.

    kind    of the rows, if something other than their shape tells it; the card takes precedence

    InputError if the rows are not numbers, have no known shape, or a column has another length.
    """
    rows = rows if isinstance(rows, SparseRows | ParquetRows) else np.asarray(rows)
    if rows.dtype.kind not in "buif":
        raise InputError(f"{path}: the rows hold {rows.dtype}; they must be whole or decimal numbers.")
    kind = _kind(path, rows, card.kind or kind)
    for name, values in columns.items():
        if len(values) != len(rows):
            raise InputError(f"{path}: {len(rows):,} rows, but {len(values):,} values of {name}; give one per row.")
    table = pd.DataFrame({"id": np.arange(len(rows)), **columns})
    return Source(
        rows=rows,
        table=table,
        title=card.title or path.name.split(".")[0],
        kind=kind,
        value_range=card.range or (_known_range(rows) if kind == "image" else None),
        feature_names=feature_names,
        ids_are_row_numbers="id" not in columns,
        origin=", ".join(part for part in (card.source, card.license) if part) or path.name,
        classes=card.classes,
    )


def abbreviate(names: list[str]) -> str:
    """The first few of many names, for a message."""
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def blocks(rows: Rows, values: int = 2**22) -> Iterator[slice]:
    """Slices of rows with about `values` values each: 32 MiB as float64, however many rows there are."""
    step = max(1, values * len(rows) // max(1, rows.size))
    return (slice(start, start + step) for start in range(0, len(rows), step))


def release_memory(rows: Rows) -> None:
    """Drop the pages read from a memory-mapped file, which count as this process's memory while it is mapped."""
    while isinstance(rows, np.ndarray):
        rows = rows.base
    if isinstance(rows, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        rows.madvise(mmap.MADV_DONTNEED)


def flat_labels(path: Path, values: np.ndarray, name: str) -> np.ndarray:
    """Labels as (n,); Keras publishes some as (n, 1)."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise InputError(f"{path}: {name} has the shape {values.shape}; labels must be (n,), one per row.")
    return values


def check_label(path: Path, card: Card, label: str | None, has_label: bool, name: str = "label") -> None:
    """InputError if a label is set that is not `name`, the only one that this format can have."""
    if label or card.label:
        pick(path, label or card.label, [name] if has_label else [], "label")


def check_ids_present(where: Path | str, ids: pd.Series) -> None:
    """InputError for the first row without an id."""
    missing = ids.isna().to_numpy()
    if missing.any():
        raise InputError(f"{where}: row {missing.argmax()}, counting from 0, has no id. Give it one.")


def _kind(path: Path, rows: Rows, wanted: str | None) -> str:
    if 0 in rows.shape[1:]:
        raise InputError(
            f"{path}: the rows have the shape {rows.shape}, so they hold no values. Store at least one per row."
        )
    fitting = [kind for kind, fits in FITS.items() if fits(rows.shape)]
    if wanted and wanted not in fitting:
        raise InputError(
            f"{path}: the rows have the shape {rows.shape}; rows of kind {wanted} must be {SHAPES[wanted]}. "
            "Reshape them, or correct `kind` in the dataset's card."
        )
    if fitting:
        return wanted or fitting[0]
    raise InputError(
        f"{path}: the rows have the shape {rows.shape}; allowed: (n, columns), (n, height, width) "
        "and (n, height, width, 1 to 4 channels)."
    )


def _known_range(rows: np.ndarray) -> tuple[float, float] | None:
    if rows.dtype == np.uint8:
        return 0.0, 255.0
    if rows.dtype.kind in "bf" and all(((rows[block] >= 0) & (rows[block] <= 1)).all() for block in blocks(rows)):
        return 0.0, 1.0
    return None
