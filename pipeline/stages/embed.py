"""One space -> one map of it, drawn once for each seed."""

import importlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from types import ModuleType
from typing import Any

import numpy as np

from pipeline import artifacts, config, methods
from pipeline.runtime import progress
from pipeline.runtime.errors import InputError, located
from pipeline.runtime.parallel import cores
from pipeline.stages import run
from pipeline.types import Drawn

# Below so many rows one process after another is faster: t-SNE shares its work among threads anyway, and every
# further process pays for its imports and for compiling UMAP (8 s, for a map that takes 2 s).
PROCESSES_FROM = 5_000


def main() -> str:
    entry, _ = config.item("maps")
    given = methods.expanded(config.load(), entry)
    for name, found in given.maps.items():
        method, options = methods.read(name, given)
        with located(f"{config.PATH}: maps.{name}"):
            points, seeds, drawn = _drawn(name, found, given, method, options)
            layers = method.layers(drawn.mapper, options) if hasattr(method, "layers") else None
            artifacts.save_map(name, points, seeds, drawn, layers)
    return entry


def _drawn(
    name: str, found: dict[str, Any], given: config.Params, method: ModuleType, options: Any
) -> tuple[np.ndarray, list[int], Drawn]:
    seeds = methods.starts(given) if method.SEEDED else []
    starts = seeds or [given.seed]
    points = artifacts.load_space(options.space).points
    alone = len(points) < PROCESSES_FROM or getattr(options, "unseeded", False)  # such a drawing uses all cores itself
    workers = 1 if alone else min(len(starts), cores())
    with executor(workers) as pool, progress.bar(name, len(starts), "embeddings") as show:
        within = [partial(_part, show, number) if workers == 1 else None for number in range(len(starts))]
        embeddings = [
            pool.submit(draw, method.__name__, options, seed, cores() // workers, part)
            for seed, part in zip(starts, within, strict=True)
        ]
        for done, embedding in enumerate(as_completed(embeddings), start=1):
            embedding.result()  # an error in one ends the stage now, not after the others
            show(done)
    drawn, mappers = zip(*(embedding.result() for embedding in embeddings), strict=True)
    return np.stack(drawn), seeds, Drawn(found, artifacts.digest(points), mappers[0])


def _part(show: Callable[[float], None], number: int, share: float) -> None:
    show(round(number + share, 1))


@contextmanager
def executor(workers: int) -> Iterator[Executor]:
    """A thread, or processes. Where one drawing fails the stage ends, and does not wait for the others."""
    if workers == 1:
        pool = ThreadPoolExecutor(1)
    else:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise InputError(
            f"a process that drew it was ended from outside, as the system does where memory runs out ({workers} drew at a time)."
            " Close other programs, or use fewer rows (data.rows), then run it again."
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Let a drawing process end when its stage is killed, rather than draw on for nobody; and at Ctrl-C, which goes to both,
    without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def wait() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def draw(
    method: str, options: Any, seed: int, threads: int, progress: Callable[[float], None] | None = None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One drawing; with options from the stage, since params.yaml may be edited meanwhile."""
    space = artifacts.load_space(options.space)
    return importlib.import_module(method).embed(space, options, seed, threads, *([progress] if progress else []))


if __name__ == "__main__":
    run("embed", main)
