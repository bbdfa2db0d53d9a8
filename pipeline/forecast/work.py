"""What a stage takes, free of the machine: the unit that the laws speak in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.runtime.parallel import cores

# The reference: one core of an AMD EPYC server of 2024, by processor time, so that other programs do not count.
REFERENCE_LOOP = 0.0105  # seconds of `_loop`
MB = 2**20


@dataclass(frozen=True)
class Work:
    """serial    seconds that one core of the reference takes, and others cannot help with
    shared    the same in core-seconds that all cores share
    products  floating-point operations of matrix products, which all cores share, too
    memory    bytes at the peak of the largest process
    disk      bytes of the results
    """

    serial: float = 0.0
    shared: float = 0.0
    products: float = 0.0
    memory: float = 0.0
    disk: float = 0.0

    def __add__(self, other: Work) -> Work:
        """One after the other: times and files add up, memory is free again."""
        return Work(
            self.serial + other.serial, self.shared + other.shared, self.products + other.products,
            max(self.memory, other.memory), self.disk + other.disk,
        )  # fmt: skip

    def times(self, count: float) -> Work:
        """So often, one after the other."""
        return Work(self.serial * count, self.shared * count, self.products * count, self.memory, self.disk * count)


@dataclass(frozen=True)
class Machine:
    """cores that this process may use; speed of one, 1 being the reference's; gflops, 1e9 float32 operations a second that
    one core does in a matrix product."""

    cores: int
    speed: float
    gflops: float

    def seconds(self, work: Work) -> float:
        return (work.serial + work.shared / self.cores) / self.speed + work.products / (1e9 * self.gflops * self.cores)


def calibrate() -> Machine:
    """This machine, measured in less than a second of processor time: what other programs take meanwhile does not count."""
    from threadpoolctl import threadpool_limits

    values, square = np.random.default_rng(0).random(400_000), np.ones((1024, 1024), dtype=np.float32)
    with threadpool_limits(1, user_api="blas"):
        product = _fastest(lambda: square @ square, 8)
    return Machine(cores(), REFERENCE_LOOP / _fastest(lambda: _loop(values), 10), 2 * 1024**3 / product / 1e9)


def _loop(values: np.ndarray) -> int:
    """The interpreter and the memory, about half of the time each."""
    np.sort(values)
    return sum(number * number % 7 for number in range(200_000))


def _fastest(task: Callable[[], object], count: int) -> float:
    """Processor seconds of the fastest run: slower ones were disturbed."""
    found = []
    for _ in range(count):
        start = time.thread_time()
        task()
        found.append(time.thread_time() - start)
    return min(found)
