"""What neighborhoods take: finding them, and comparing them.

Measured in November 2026, in processor time of one reference core: the 90 nearest of 16,000 rows of 10 numbers 1.0 s, of 4,000
0.15 s, of 12,000 images of MNIST 2.7 s; `faithfulness.evaluate` of 6,000 rows of 20 numbers 2.0 s for one map and 6.8 s for six,
4.9 s for one map of MNIST, and, where areas are sampled, 24.6 s for one map of 25,000 rows, 47 s for three, 76.5 s for one of 50,000.
"""

from __future__ import annotations

from pipeline.forecast.work import MB, Work

COMPILED = 430 * MB  # a process with numba's kernels loaded


def nearest(n: float, d: float, k: float, exact_up_to: float = float("inf")) -> Work:
    """k nearest of each of n points of d numbers; by NN-descent beyond exact_up_to rows."""
    held = Work(memory=COMPILED + n * (12 * d + 24 * k))
    lists = 3.2e-7 * n * k * (1 + d / 500)
    if n > exact_up_to:
        return held + Work(serial=8, shared=8 * lists + 1e-5 * n * d**0.5)
    return held + Work(shared=lists + n**2 * (2.1e-9 + 1.4e-11 * d))


def among(m: float, n: float, d: float) -> Work:
    """The few nearest to each of m points among n others."""
    return Work(shared=m * n * (2.1e-9 + 1.4e-11 * d), memory=COMPILED + 8 * n * d)


def compared(n: float, d: float, views: int, exact_up_to: float) -> Work:
    """So many maps or codes held against n points of d numbers."""
    exact = n <= exact_up_to
    one = 1.5e-8 * n**2 + 6e-5 * n if exact else 1.0e-8 * n**2 + 2e-4 * n
    data = 2.4e-8 * n**2 + 3e-5 * n if exact else 1.0e-8 * n**2 + 2.4e-4 * n
    return Work(shared=data + 1e-10 * n**2 * d + views * one, memory=COMPILED + 100 * MB + n * (16 * d + views * 600))
