"""Before a run: the time, memory and disk of each stage on this machine, from a few measured constants for each kind of stage
(costs.py), the speed of this machine, and what past runs of that kind took here."""

import math
import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from statistics import median
from timeit import repeat
from typing import Any

import numpy as np

from pipeline.forecast import costs
from pipeline.forecast.costs import Sizes

LATEST = 10  # past runs of a kind that count: a machine and the code change
SHORT = 2.0  # seconds; shorter runs say nothing of how a stage grows
REFERENCE_SECONDS = 0.0102, 0.0026  # of the tasks of `speed` on one core of an AMD EPYC (Zen 4, 2.6 GHz)
VERSION = blake2b(Path(costs.__file__).read_bytes(), digest_size=8).hexdigest()  # of the constants


@dataclass(frozen=True)
class Estimate:
    """Seconds, peak bytes of memory and bytes of results of a stage, None where unknown; the past runs that corrected them."""

    stage: str
    seconds: float | None = None
    memory: float | None = None
    disk: float | None = None
    runs: int = 0


def speed() -> float:
    """Of one core, relative to the reference machine; in processor time, so that other programs do not count."""
    from threadpoolctl import threadpool_limits

    square = np.ones((512, 512), dtype=np.float32)
    tasks = (lambda: sum(number * number % 7 for number in range(200_000))), (lambda: square @ square)
    with threadpool_limits(1, user_api="blas"):
        loop, product = (min(repeat(task, timer=time.thread_time, number=1, repeat=10)) for task in tasks)
    return math.sqrt(REFERENCE_SECONDS[0] / loop * REFERENCE_SECONDS[1] / product)


def kernels() -> int:
    """How many kernels numba has compiled for this copy of the code."""
    return len([*Path(__file__).parents[1].glob("**/__pycache__/*.nbi")])


def estimate(stages: list[str], sizes: Sizes, speed: float, history: list[dict[str, Any]]) -> list[Estimate]:
    """history: values of `record` on this machine, the latest last; those of other versions, or broken, are skipped."""
    estimates, compiled = [], kernels() > 0
    usable = [line for line in history if line.get("version") == VERSION and line.get("ratios")]
    for stage in stages:
        ratios = [line["ratios"] for line in usable if line.get("kind") == costs.kind(stage, sizes)][-LATEST:]
        if ratios or costs.is_known(stage, sizes):
            seconds, memory, disk = costs.cost(stage, sizes, compiled)
            longer, larger = map(median, zip(*ratios, strict=True)) if ratios else (1 / speed, 1)
            estimates.append(Estimate(stage, seconds * longer, memory * larger, disk, len(ratios)))
        else:
            estimates.append(Estimate(stage))
    return estimates


def record(stage: str, sizes: Sizes, seconds: float, peak_bytes: int, compiled: bool = False) -> dict[str, Any]:
    """A line of the history: what a stage took, and its ratios to the constants unless it was short or compiled kernels."""
    expected_seconds, expected_bytes, _ = costs.cost(stage, sizes)
    counts = not compiled and (max(seconds, expected_seconds) >= SHORT or not costs.is_known(stage, sizes))
    ratios = [seconds / expected_seconds, peak_bytes / expected_bytes] if counts else None
    return {
        "stage": stage, "kind": costs.kind(stage, sizes), "rows": sizes.rows, "values": sizes.values,
        "seconds": seconds, "peak_bytes": peak_bytes, "ratios": ratios, "version": VERSION,
    }  # fmt: skip
