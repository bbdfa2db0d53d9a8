"""Contenders in turn, each run in a process of its own, so that memory and warm caches are nobody else's."""

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
KEPT = "BENCHMARKS_KEPT"  # in the environment: the file that figures are kept in, a line each


def images(n: int) -> tuple[str, np.ndarray]:
    """What they are, and float32 (n, 784): MNIST where it lies beside the repository, else uniform noise.

    A seeded jitter of a tenth of a gray level keeps distances from tying, so that every peer must agree.
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
    """For `python -m benchmarks`: a figure of ours beside the peer's, from the same run."""
    if KEPT in os.environ:
        line = {"what": what, "ours": ours, "peer": peer, "theirs": theirs, "unit": unit}
        with open(os.environ[KEPT], "a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")


def run(title: str, data: list[np.ndarray], contenders: dict[str, Callable[..., str]], repeats: int) -> None:
    """Print seconds, peak memory above the data's, and each contender's result in words; the first is ours."""
    measured: dict[str, list[tuple[float, float, str]]] = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{number}.npy" for number in range(len(data))]
        for file, part in zip(files, data, strict=True):
            np.save(file, part, allow_pickle=False)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            for _ in range(repeats):
                for name, contender in contenders.items():
                    measured[name].append(pool.apply(_measure, (files, contender)))
    runs = f"median of {repeats} interleaved runs" if repeats > 1 else "one run each"
    print(f"{title}, float32, {os.cpu_count()} cores, {runs}")
    ours = statistics.median(seconds for seconds, _, _ in measured[next(iter(contenders))])
    for name, found in measured.items():
        seconds, memory = (statistics.median(column) for column in list(zip(*found, strict=True))[:2])
        times = f"{seconds / ours:6.1f}x" if name != next(iter(contenders)) else ""
        if times:
            keep(title, ours, name, seconds)
        print(f"  {name:<13}{seconds:8.2f} s {memory:7.2f} GiB   {found[0][2]}{times}")


def _measure(files: list[str], contender: Callable[..., str]) -> tuple[float, float, str]:
    """Seconds, GiB at the peak above what the data take, result."""
    data = [np.load(file, allow_pickle=False) for file in files]
    contender(*(part[:200] for part in data))  # imports and compiled kernels
    with watched() as memory:
        start = time.perf_counter()
        said = contender(*data)
        seconds = time.perf_counter() - start
    return seconds, max(memory), said


@contextmanager
def watched() -> Iterator[list[float]]:
    """GiB of this process in memory above what it holds now, looked at twenty times a second.

    (The system's own peak is also that of whoever started the process.)
    """
    before, done, found = _resident(), threading.Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.05):
            found.append(_resident() - before)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


def _resident() -> float:
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**30
