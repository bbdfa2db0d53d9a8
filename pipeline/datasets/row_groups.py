"""Numbers of Parquet files that stay in them until a block is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.datasets.unpacking import unreadable

if TYPE_CHECKING:
    import pyarrow

READ = 8192  # rows decoded at once


class ParquetRows:
    """A stand-in for a float64 array (n, d). What is read goes forward: blocks in order cost one pass over the files.

    files  with the same columns, one after the other
    names  of the columns that are the values of a row
    """

    def __init__(self, files: list[Path], names: list[str], span: slice | None = None) -> None:
        import pyarrow.parquet

        self.files, self.names = files, names
        counts = [
            (file, group, about.row_group(group).num_rows)
            for file in files
            for about in [pyarrow.parquet.ParquetFile(file).metadata]
            for group in range(about.num_row_groups)
        ]
        self._groups = [(file, group) for file, group, _ in counts]
        self._ends = np.cumsum([count for _, _, count in counts])
        first, last, _ = (span or slice(None)).indices(int(self._ends[-1]))
        self._first, self._count = first, max(0, last - first)
        self.shape, self.dtype, self.ndim = (self._count, len(names)), np.dtype(np.float64), 2
        self.size = self._count * len(names)
        self._at: int | None = None  # the row of the files that `_coming` gives next
        self._coming: Iterator[np.ndarray] = iter(())
        self._rest = np.empty((0, len(names)))

    def __len__(self) -> int:
        return self._count

    def __reduce__(self) -> tuple:
        """Sent to other processes as where it is to be read."""
        return ParquetRows, (self.files, self.names, self._span)

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or self.dtype, copy=False)

    def __getitem__(self, rows: slice | int | np.ndarray | tuple) -> np.ndarray | ParquetRows:
        """A slice, a number, numbers or a mask of rows: an array. All rows of some columns, [:, numbers]: not read yet."""
        if isinstance(rows, tuple):
            return ParquetRows(self.files, [self.names[column] for column in rows[1]], self._span)
        if isinstance(rows, slice):
            return self._between(*rows.indices(self._count)[:2])
        if isinstance(rows, int | np.integer):
            return self._between(int(rows), int(rows) + 1)[0]
        return self._chosen(np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows))

    def groups(self) -> list[slice]:
        """What different processes can read without reading anything twice: the files' row groups."""
        ends = np.clip(self._ends - self._first, 0, self._count).tolist()
        return [slice(start, stop) for start, stop in pairwise([0, *ends]) if start < stop]

    def later(self, rows: slice) -> ParquetRows:
        """A slice of rows, not read yet."""
        first, last, _ = rows.indices(self._count)
        return ParquetRows(self.files, self.names, slice(self._first + first, self._first + last))

    @property
    def _span(self) -> slice:
        return slice(self._first, self._first + self._count)

    def _chosen(self, numbers: np.ndarray) -> np.ndarray:
        found = np.empty((len(numbers), len(self.names)))
        order = np.argsort(numbers, kind="stable")
        ascending, done = numbers[order], 0
        while done < len(ascending):  # from the next one wanted on, READ rows at a time
            start = int(ascending[done])
            stop = int(np.searchsorted(ascending, start + READ))
            block = self._between(start, min(start + READ, self._count))
            found[order[done:stop]] = block[ascending[done:stop] - start]
            done = stop
        return found

    def _between(self, start: int, stop: int) -> np.ndarray:
        start, stop = start + self._first, max(start, stop) + self._first
        if self._at is None or not self._at <= start <= self._at + READ * 16:  # a little ahead: going on is less work
            group = int(np.searchsorted(self._ends, start, side="right"))
            self._at = int(self._ends[group - 1]) if group else 0
            self._coming, self._rest = self._from(group), np.empty((0, len(self.names)))
        found = np.empty((stop - start, len(self.names)))
        while self._at < stop:
            if not len(self._rest):
                self._rest = next(self._coming)
            taken = min(len(self._rest), (start if self._at < start else stop) - self._at)
            if self._at >= start:
                found[self._at - start : self._at - start + taken] = self._rest[:taken]
            self._rest, self._at = self._rest[taken:], self._at + taken
        return found

    def _from(self, group: int) -> Iterator[np.ndarray]:
        import pyarrow
        import pyarrow.parquet

        for file, number in self._groups[group:]:
            try:
                opened = pyarrow.parquet.ParquetFile(file, pre_buffer=False, buffer_size=2**16)
                for batch in opened.iter_batches(READ, row_groups=[number], columns=self.names):
                    yield self._numbers(batch)
            except (pyarrow.ArrowException, OSError) as error:
                raise unreadable(file, "a Parquet file", error) from None

    def _numbers(self, batch: pyarrow.RecordBatch) -> np.ndarray:
        found = np.empty((len(batch), len(self.names)))
        for column, name in enumerate(self.names):
            found[:, column] = batch.column(name).to_numpy(zero_copy_only=False)
        return found


def read_columns(files: list[Path], names: list[str]) -> pyarrow.Table:
    """Some columns, whole; InputError for a damaged file."""
    import pyarrow
    import pyarrow.parquet

    found = []
    for file in files:
        try:
            found.append(pyarrow.parquet.read_table(file, columns=names, partitioning=None))
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise unreadable(file, "a Parquet file", error) from None
    return pyarrow.concat_tables(found)
