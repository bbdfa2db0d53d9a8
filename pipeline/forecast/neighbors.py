"""What neighborhoods take: finding them, and comparing them.

Measured in November 2026, in processor time of one reference core: the 90 nearest of 16,000 rows of 10 numbers 1.0 s, of 4,000
0.15 s, of 12,000 images of MNIST 2.7 s; `faithfulness.evaluate` of 6,000 rows of 20 numbers 2.0 s for one map and 6.8 s for six,
4.9 s for one map of MNIST, and 27.7 s for one map of 25,000 rows, whose areas are sampled.
"""

from __future__ import annotations

from pipeline.forecast.work import MB, Work

COMPILED = 400 * MB  # a process with numba's kernels loaded


def nearest(n: float, d: float, k: float, exact_up_to: float = float("inf")) -> Work:
    """k nearest of each of n points of d numbers; by NN-descent beyond exact_up_to rows."""
    held = Work(memory=COMPILED + n * (8 * d + 24 * k))
    lists = 3.2e-7 * n * k * (1 + d / 500)
    if n > exact_up_to:
        return held + Work(serial=8, shared=8 * lists + 1e-5 * n * d**0.5)
    return held + Work(shared=lists + n**2 * (2.1e-9 + 1.4e-11 * d))


def compared(n: float, d: float, views: int, exact_up_to: float) -> Work:
    """So many maps or codes held against n points of d numbers."""
    by_pairs, by_row = (1.5e-8, 6e-5) if n <= exact_up_to else (1.4e-8, 2e-4)
    once = 2.4e-8 * n**2 + 2.7e-5 * n + 1e-10 * n**2 * d
    return Work(shared=once + views * (by_pairs * n**2 + by_row * n), memory=COMPILED + n * (8 * d + views * 400))
