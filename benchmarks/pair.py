"""Runs our function and its peers in turn, each in its own process, so that they share no memory and no caches."""

import gzip
import json
import multiprocessing
import os
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

MNIST = Path("../shared/data/mnist")
FILE = "BENCHMARKS_FILE"  # in the environment: the file that figures are written to, a line each


def images(n: int) -> tuple[str, np.ndarray]:
    """The name of the data, and float32 (n, 784): MNIST where it is in ../shared/data, otherwise uniform noise.

    Seeded noise of a tenth of a gray level keeps distances from being equal, so that all tools find the same neighbors.
    """
    rng = np.random.default_rng(0)
    file = MNIST / "train-images-idx3-ubyte.gz"
    if not file.exists():
        return "noise", rng.random((n, 784), dtype=np.float32)
    pixels = b"".join(gzip.decompress(path.read_bytes())[16:] for path in (file, MNIST / "t10k-images-idx3-ubyte.gz"))
    points = np.frombuffer(pixels, np.uint8).reshape(-1, 784)[:n].astype(np.float32)
    return "MNIST", (points + 0.1 * rng.random(points.shape, dtype=np.float32)) / 255


def components(points: np.ndarray, count: int) -> np.ndarray:
    """Principal components, float32 (n, count)."""
    centered = points - points.mean(axis=0)
    _, vectors = np.linalg.eigh(centered.T @ centered)
    return centered @ vectors[:, : -count - 1 : -1]


def keep(what: str, ours: float, peer: str, theirs: float, unit: str = "s") -> None:
    """For `python -m benchmarks`: our figure and the peer's, from the same run."""
    if FILE in os.environ:
        figure = {"what": what, "ours": ours, "peer": peer, "theirs": theirs, "unit": unit}
        with open(os.environ[FILE], "a", encoding="utf-8") as file:
            file.write(f"{json.dumps(figure)}\n")


def run(title: str, data: list[np.ndarray], functions: dict[str, Callable[..., str]], repeats: int) -> None:
    """Print seconds, peak memory above the data's, and what each function returns; the first function is ours."""
    runs: dict[str, list[tuple[float, float, str]]] = {name: [] for name in functions}
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{number}.npy" for number in range(len(data))]
        for file, array in zip(files, data, strict=True):
            np.save(file, array, allow_pickle=False)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            for _ in range(repeats):
                for name, function in functions.items():
                    runs[name].append(pool.apply(_measure, (files, function)))
    how = f"median of {repeats} interleaved runs" if repeats > 1 else "one run each"
    print(f"{title}, float32, {os.cpu_count()} cores, {how}")
    ours = next(iter(functions))
    our_seconds = statistics.median(seconds for seconds, _, _ in runs[ours])
    for name, measured in runs.items():
        seconds, memory = (statistics.median(column) for column in list(zip(*measured, strict=True))[:2])
        ratio = "" if name == ours else f"{seconds / our_seconds:6.1f}x"
        if name != ours:
            keep(title, our_seconds, name, seconds)
        print(f"  {name:<13}{seconds:8.2f} s {memory:7.2f} GiB   {measured[0][2]}{ratio}")


def _measure(files: list[str], function: Callable[..., str]) -> tuple[float, float, str]:
    """Seconds, GiB at the peak above the data's, and what the function returns."""
    data = [np.load(file, allow_pickle=False) for file in files]
    function(*(array[:200] for array in data))  # imports and compiled kernels
    with watched() as memory:
        start = time.perf_counter()
        text = function(*data)
        seconds = time.perf_counter() - start
    return seconds, max(memory), text


@contextmanager
def watched() -> Iterator[list[float]]:
    """GiB of this process in memory above what it has at the start, read twenty times a second.

    The system's own peak would include the parent process's.
    """
    before, done, memory = _resident(), threading.Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.05):
            memory.append(_resident() - before)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        done.set()
        watcher.join()


def _resident() -> float:
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**30
