"""Numbers that stay in their Parquet files until a block of them is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.datasets.unpacking import reading

if TYPE_CHECKING:
    import pyarrow

READ = 8192  # rows decoded at once
AHEAD = 16 * READ  # rows that are skipped by reading on; beyond, reading starts again at a row group


class ParquetRows:
    """Behaves like a float64 array (n, d). Reading goes forward: blocks in order cost one pass over the files.

    files  with the same columns, one after the other
    names  of the columns that are the values of a row
    span   the rows of the files that are its own; all if None
    """

    def __init__(self, files: list[Path], names: list[str], span: slice | None = None) -> None:
        import pyarrow.parquet

        self.files, self.names = files, names
        counts = [
            (file, group, metadata.row_group(group).num_rows)
            for file in files
            for metadata in [pyarrow.parquet.ParquetFile(file).metadata]
            for group in range(metadata.num_row_groups)
        ]
        self._groups = [(file, group) for file, group, _ in counts]
        self._ends = np.cumsum([count for _, _, count in counts])
        first, last, _ = (span or slice(None)).indices(int(self._ends[-1]))
        self._first, self._count = first, max(0, last - first)
        self.shape, self.dtype, self.ndim = (self._count, len(names)), np.dtype(np.float64), 2
        self.size = self._count * len(names)
        self._next: int | None = None  # the row of the files that comes next: first of _buffer, then of _batches
        self._batches: Iterator[np.ndarray] = iter(())
        self._buffer = np.empty((0, len(names)))

    def __len__(self) -> int:
        return self._count

    def __reduce__(self) -> tuple:
        """Other processes receive where to read, not the values."""
        return ParquetRows, (self.files, self.names, self._span)

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or self.dtype, copy=False)

    def __getitem__(self, rows: slice | int | np.ndarray | tuple) -> np.ndarray | ParquetRows:
        """An array for a slice, a number, numbers or a mask of rows; [:, numbers], some columns, is not read yet."""
        if isinstance(rows, tuple):
            return ParquetRows(self.files, [self.names[column] for column in rows[1]], self._span)
        if isinstance(rows, slice):
            return self._between(*rows.indices(self._count)[:2])
        if isinstance(rows, int | np.integer):
            return self._between(int(rows), int(rows) + 1)[0]
        return self._at(np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows))

    def groups(self) -> list[slice]:
        """The files' row groups, which different processes can read without reading anything twice."""
        ends = np.clip(self._ends - self._first, 0, self._count).tolist()
        return [slice(start, stop) for start, stop in pairwise([0, *ends]) if start < stop]

    def later(self, rows: slice) -> ParquetRows:
        """A slice of rows, not read yet."""
        first, last, _ = rows.indices(self._count)
        return ParquetRows(self.files, self.names, slice(self._first + first, self._first + last))

    @property
    def _span(self) -> slice:
        return slice(self._first, self._first + self._count)

    def _at(self, numbers: np.ndarray) -> np.ndarray:
        rows = np.empty((len(numbers), len(self.names)))
        order = np.argsort(numbers, kind="stable")
        ascending, done = numbers[order], 0
        while done < len(ascending):  # from the next wanted row on, READ rows at a time
            start = int(ascending[done])
            stop = int(np.searchsorted(ascending, start + READ))
            block = self._between(start, min(start + READ, self._count))
            rows[order[done:stop]] = block[ascending[done:stop] - start]
            done = stop
        return rows

    def _between(self, start: int, stop: int) -> np.ndarray:
        start, stop = start + self._first, max(start, stop) + self._first
        if self._next is None or not self._next <= start <= self._next + AHEAD:
            group = int(np.searchsorted(self._ends, start, side="right"))
            self._next = int(self._ends[group - 1]) if group else 0
            self._batches, self._buffer = self._from(group), np.empty((0, len(self.names)))
        rows = np.empty((stop - start, len(self.names)))
        while self._next < stop:
            if not len(self._buffer):
                self._buffer = next(self._batches)
            taken = min(len(self._buffer), (start if self._next < start else stop) - self._next)
            if self._next >= start:
                rows[self._next - start : self._next - start + taken] = self._buffer[:taken]
            self._buffer, self._next = self._buffer[taken:], self._next + taken
        return rows

    def _from(self, group: int) -> Iterator[np.ndarray]:
        import pyarrow.parquet

        for file, number in self._groups[group:]:
            with reading_parquet(file):
                parquet = pyarrow.parquet.ParquetFile(file, pre_buffer=False, buffer_size=2**16)
                for batch in parquet.iter_batches(READ, row_groups=[number], columns=self.names):
                    yield self._numbers(batch)

    def _numbers(self, batch: pyarrow.RecordBatch) -> np.ndarray:
        rows = np.empty((len(batch), len(self.names)))
        for column, name in enumerate(self.names):
            rows[:, column] = batch.column(name).to_numpy(zero_copy_only=False)
        return rows


def read_columns(files: list[Path], names: list[str]) -> pyarrow.Table:
    """Some columns, whole; InputError for a damaged file."""
    import pyarrow
    import pyarrow.parquet

    tables = []
    for file in files:
        with reading_parquet(file):
            tables.append(pyarrow.parquet.read_table(file, columns=names, partitioning=None))
    return pyarrow.concat_tables(tables)


def reading_parquet(path: Path) -> AbstractContextManager[None]:
    """InputError if a Parquet file turns out to be damaged while it is read."""
    import pyarrow

    return reading(path, "a Parquet file", pyarrow.ArrowException, OSError, ValueError)
