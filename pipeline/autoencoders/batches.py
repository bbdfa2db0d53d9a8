"""Rows on their way into training: put on the device once where they fit, else read in chunks from a mapped file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.autoencoders.backend import tf
from pipeline.ragged import BLOCK

# Bytes, the same on all machines, since the order of rows follows from them.
RESIDENT = 2**30  # at most so many are put on the device once
CHUNK = 2**27  # of the others, so many are trained on while the next are read
RUN = 2**20  # and so many lie together in the file: a chunk is many such runs from anywhere in it


class Batches:
    """Some rows of an array, as batches in random order or as blocks in their own.

    rows     float32 (n, *shape), may be memory-mapped
    numbers  of the rows to take, int (m,)
    steps    batches in an epoch; rows that fill none are left out of it, others in each
    """

    def __init__(self, rows: np.ndarray, numbers: np.ndarray, batch_size: int) -> None:
        self.rows, self.numbers, self.batch_size = rows, np.sort(numbers), batch_size
        self.resident = len(numbers) * rows[:1].nbytes <= RESIDENT
        self.chunk: tf.Tensor | None = None
        self.run = max(1, RUN // rows[:1].nbytes)
        self.together = max(1, CHUNK // RUN)  # runs in a chunk
        sizes = [len(numbers)] if self.resident else [self.run * len(part) for part in self._parts()]
        self.steps = sum(size // batch_size for size in sizes)

    def epoch(
        self, rng: np.random.Generator, strategy: tf.distribute.Strategy
    ) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """(rows on the device, numbers of each batch's rows among them, int32 (steps, batch size)), chunk by chunk."""
        for chunk, size in self._chunks(rng):
            steps = size // self.batch_size
            order = rng.permutation(size)[: steps * self.batch_size]
            yield _on_each(chunk, strategy), tf.constant(order.reshape(steps, -1), "int32")

    def blocks(self) -> Iterator[tf.Tensor]:
        """All rows, in blocks of a fixed size but for the last."""
        for start in range(0, len(self.numbers), BLOCK):
            if self.resident:
                yield self._whole()[start : start + BLOCK]
            else:
                yield tf.constant(read(self.rows, self.numbers[start : start + BLOCK]))

    def _whole(self) -> tf.Tensor:
        if self.chunk is None:
            self.chunk = tf.constant(read(self.rows, self.numbers))
        return self.chunk

    def _chunks(self, rng: np.random.Generator) -> Iterator[tuple[tf.Tensor, int]]:
        """Of rows that do not fit: runs of neighboring rows, in random order, many to a chunk; the next chunk is read
        meanwhile. Runs begin elsewhere in each epoch, so that it is not the same rows that fill none."""
        if self.resident:
            yield self._whole(), len(self.numbers)
            return
        numbers = np.roll(self.numbers, rng.integers(len(self.numbers)))
        runs = numbers[: self.run * self._runs].reshape(self._runs, self.run)[rng.permutation(self._runs)]
        with ThreadPoolExecutor(1) as reader:
            parts = [np.sort(runs[part], axis=None) for part in self._parts()]
            coming = reader.submit(read, self.rows, parts[0])
            for following in [*parts[1:], None]:
                chunk = tf.constant(coming.result())
                coming = reader.submit(read, self.rows, following) if following is not None else coming
                yield chunk, len(chunk)

    @property
    def _runs(self) -> int:
        return len(self.numbers) // self.run

    def _parts(self) -> list[np.ndarray]:
        """Which of the shuffled runs each chunk is made of."""
        return np.array_split(np.arange(self._runs), -(-self._runs // self.together))


def read(rows: np.ndarray, numbers: np.ndarray | slice) -> np.ndarray:
    """A copy of some rows. Of a mapped file by a map of its own, whose pages are given back with it: else all of them would stay."""
    if isinstance(rows, np.memmap) and isinstance(rows.base, mmap.mmap):
        rows = np.memmap(rows.filename, rows.dtype, "r", rows.offset, rows.shape)
    return np.array(rows[numbers])


def _on_each(chunk: tf.Tensor, strategy: tf.distribute.Strategy) -> tf.Tensor:
    """A copy on each device, where there are several."""
    if strategy.num_replicas_in_sync == 1:
        return chunk
    return strategy.experimental_distribute_values_from_function(lambda context: tf.identity(chunk))
