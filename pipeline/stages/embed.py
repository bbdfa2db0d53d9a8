"""One space -> one map of it, with an embedding for each seed."""

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
from pipeline.config import Params
from pipeline.runtime import progress
from pipeline.runtime.errors import InputError, located
from pipeline.runtime.parallel import cores
from pipeline.stages import run
from pipeline.types import Map

# Below this many rows, seeds one after another in one process are faster: t-SNE uses all threads anyway, and each further process
# imports and compiles UMAP (8 s, for a map that takes 2 s).
PROCESSES_FROM = 5_000


def main(params: Params, name: str) -> None:
    params = methods.expand(params, name)
    for each in params.maps:
        method, options = methods.read(each, params)
        with located(f"{config.PATH}: maps.{each}"):
            embedded = _embed_all(each, params, method, options)
            layers = options.layers(embedded.mapper)
            artifacts.save_map(each, embedded, layers)


def _embed_all(name: str, params: Params, method: ModuleType, options: Any) -> Map:
    """The map `name`, with an embedding for each seed."""
    seeds = methods.seeds(params) if options.seeded else []
    points = artifacts.load_space(options.space).points
    one_process = len(points) < PROCESSES_FROM or options.uses_all_cores
    workers = 1 if one_process else min(len(seeds) or 1, cores())
    with executor(workers) as pool, progress.bar(name, len(seeds) or 1, "embeddings") as show:
        futures = [
            pool.submit(
                embed,
                method.__name__,
                options,
                seed,
                cores() // workers,
                partial(_show_part, show, number) if workers == 1 else None,
            )
            for number, seed in enumerate(seeds or [params.seed])
        ]
        for done, future in enumerate(as_completed(futures), start=1):
            future.result()  # an error in one ends the stage now, not after the others
            show(done)
    embeddings, mappers = zip(*(future.result() for future in futures), strict=True)
    return Map(np.stack(embeddings), seeds, params.maps[name], artifacts.digest(points), mappers[0])


def _show_part(show: Callable[[float], None], number: int, share: float) -> None:
    show(round(number + share, 1))


@contextmanager
def executor(workers: int) -> Iterator[Executor]:
    """One thread, or processes. Where one embedding fails the stage ends, and does not wait for the others."""
    if workers == 1:
        pool = ThreadPoolExecutor(1)
    else:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise InputError(
            f"one of its {workers} processes was ended from outside, as the system does where memory runs out."
            " Close other programs, or use fewer rows (data.rows), then run it again."
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Let a worker process end when its stage is killed; and at Ctrl-C, which goes to both, silently."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def wait() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def embed(
    method: str, options: Any, seed: int, threads: int, progress: Callable[[float], None] | None = None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One embedding; with options from the stage, since params.yaml may be edited meanwhile."""
    space = artifacts.load_space(options.space)
    return importlib.import_module(method).embed(space, options, seed, threads, *([progress] if progress else []))


if __name__ == "__main__":
    run("embed", main)
