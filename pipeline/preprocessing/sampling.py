"""Stratified samples of rows."""

from __future__ import annotations

import numpy as np


def draw(strata: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose `count` of n rows in proportion to their strata, int (n,) -> bool (n,).

    Systematic sampling of the shuffled rows, sorted by stratum (Cochran 1977, chapter 8): a stratum of m rows
    gets m * count / n of them, rounded up or down.
    """
    n = len(strata)
    order = rng.permutation(n)
    order = order[np.argsort(strata[order], kind="stable")]
    chosen = np.zeros(n, dtype=bool)
    chosen[order[(np.arange(count) * n + rng.integers(n)) // count]] = True
    return chosen


def sample(strata: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Row numbers of about `count` rows, ascending: each stratum's share, at least two; all if there are no more.

    strata  int (n,): 0, 1, ...
    """
    if count >= len(strata):
        return np.arange(len(strata))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"sample")))
    chosen = []
    for stratum in range(strata.max() + 1):
        own = np.flatnonzero(strata == stratum)
        most = min(len(own), max(2, -(-count * len(own) // len(strata))))
        chosen.append(rng.choice(own, most, replace=False))
    return np.sort(np.concatenate(chosen))
