"""Batches of training rows: from an array on the device where the rows fit, else read in chunks from a memory-mapped file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.autoencoders.backend import tf
from pipeline.ragged import BLOCK

# The same on all machines, because the order of rows depends on them.
RESIDENT_BYTES = 2**30  # rows of up to this size are copied to the device once
CHUNK_BYTES = 2**27  # larger data: training uses one chunk while the next is read
RUN_BYTES = 2**20  # a chunk consists of runs of consecutive rows from random places in the file


class Batches:
    """Some rows of an array, as batches in random order or as blocks in their own order.

    rows     float32 (n, *shape), may be memory-mapped
    indices  of the rows to use, int (m,)
    steps    batches in an epoch; rows that do not fill a batch are left out, different ones in each epoch
    """

    def __init__(self, rows: np.ndarray, indices: np.ndarray, batch_size: int) -> None:
        self.rows, self.indices, self.batch_size = rows, np.sort(indices), batch_size
        self.resident = len(indices) * rows[:1].nbytes <= RESIDENT_BYTES
        self.on_device: tf.Tensor | None = None
        self.run_length = max(1, RUN_BYTES // rows[:1].nbytes)
        self.runs = len(indices) // self.run_length
        sizes = [len(indices)] if self.resident else [self.run_length * len(runs) for runs in self._runs_by_chunk()]
        self.steps = sum(size // batch_size for size in sizes)

    def epoch(
        self, rng: np.random.Generator, strategy: tf.distribute.Strategy
    ) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """Chunk by chunk: its rows on the device, and the positions of each batch's rows in it, int32 (steps, batch size)."""
        for chunk, size in self._chunks(rng):
            steps = size // self.batch_size
            order = rng.permutation(size)[: steps * self.batch_size]
            yield _on_each_device(chunk, strategy), tf.constant(order.reshape(steps, -1), "int32")

    def blocks(self) -> Iterator[tf.Tensor]:
        """All rows in order, in blocks of a fixed size (the last may be smaller)."""
        for start in range(0, len(self.indices), BLOCK):
            if self.resident:
                yield self._all()[start : start + BLOCK]
            else:
                yield tf.constant(read(self.rows, self.indices[start : start + BLOCK]))

    def _all(self) -> tf.Tensor:
        if self.on_device is None:
            self.on_device = tf.constant(read(self.rows, self.indices))
        return self.on_device

    def _chunks(self, rng: np.random.Generator) -> Iterator[tuple[tf.Tensor, int]]:
        """Chunks of runs in random order; the next chunk is read meanwhile. Runs begin at another row in each epoch, so
        that the rows left out differ."""
        if self.resident:
            yield self._all(), len(self.indices)
            return
        indices = np.roll(self.indices, rng.integers(len(self.indices)))
        runs = indices[: self.run_length * self.runs].reshape(self.runs, self.run_length)[rng.permutation(self.runs)]
        with ThreadPoolExecutor(1) as reader:
            chunks = [np.sort(runs[numbers], axis=None) for numbers in self._runs_by_chunk()]
            reading = reader.submit(read, self.rows, chunks[0])
            for following in [*chunks[1:], None]:
                chunk = tf.constant(reading.result())
                reading = reader.submit(read, self.rows, following) if following is not None else reading
                yield chunk, len(chunk)

    def _runs_by_chunk(self) -> list[np.ndarray]:
        """The numbers of the shuffled runs in each chunk."""
        runs_per_chunk = max(1, CHUNK_BYTES // RUN_BYTES)
        return np.array_split(np.arange(self.runs), -(-self.runs // runs_per_chunk))


def read(rows: np.ndarray, indices: np.ndarray | slice) -> np.ndarray:
    """A copy of some rows. A memory-mapped file is mapped again for each read, so that its pages are freed afterwards."""
    if isinstance(rows, np.memmap) and isinstance(rows.base, mmap.mmap):
        rows = np.memmap(rows.filename, rows.dtype, "r", rows.offset, rows.shape)
    return np.array(rows[indices])


def _on_each_device(chunk: tf.Tensor, strategy: tf.distribute.Strategy) -> tf.Tensor:
    if strategy.num_replicas_in_sync == 1:
        return chunk
    return strategy.experimental_distribute_values_from_function(lambda context: tf.identity(chunk))
