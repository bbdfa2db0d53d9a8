"""Work in blocks of rows, each independent of the others: on all cores of this machine, or on a cluster where one is in use."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from pipeline.runtime import cluster

BLOCK = 512  # rows a task works on

Progress = Callable[[int], None]
Result = TypeVar("Result")


def cores() -> int:
    """Threads that this process may use: OMP_NUM_THREADS, which is set for workers of a cluster, or one for each core it may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]  # a list is for nested levels: the first one counts
    return int(wanted) if wanted.isdecimal() and int(wanted) else allowed


def in_blocks(
    n: int, task: Callable[[int, int], Result], progress: Progress | None = None, block: int = BLOCK
) -> Iterator[tuple[int, int, Result]]:
    """Run task(start, stop) over n rows, `block` at a time; yields (start, stop, result) as they finish.

    A task must be picklable: a function of a module, or a partial of one.
    """
    spans = [(start, min(start + block, n)) for start in range(0, n, block)]
    run, done = _on_workers if cluster.in_use() else _on_threads, 0
    for start, stop, result in run(task, spans):
        yield start, stop, result
        done += stop - start
        if progress is not None:
            progress(done)


def in_turn(task: Callable[..., Result], items: Iterable[tuple]) -> Iterator[Result]:
    """task(*item) for each item, in order: one after the other, for tasks that use all cores themselves, or on all workers of a cluster
    at once."""
    return cluster.each(task, items) if cluster.in_use() else (task(*item) for item in items)


def _on_workers(task: Callable[[int, int], Result], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int, Result]]:
    for span, result in zip(spans, cluster.each(task, spans), strict=True):
        yield *span, result


def _on_threads(task: Callable[[int, int], Result], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int, Result]]:
    pool = ThreadPoolExecutor(cores())
    # One product per core is faster than all cores on each product.
    with _libraries(len(sys.modules)).limit(limits=1, user_api="blas"):
        try:
            running = {pool.submit(task, *span): span for span in spans}
            for future in as_completed(running):
                yield *running.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


@lru_cache(maxsize=1)
def _libraries(imported: int) -> ThreadpoolController:
    """The loaded libraries that have threads of their own; searched again, which takes long, only after further imports."""
    return ThreadpoolController()
