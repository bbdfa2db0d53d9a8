"""Stratified samples of rows, and estimates for all rows from them."""

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


def estimate(values: np.ndarray, strata: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over all n rows of quantities known for the chosen ones, and the covariance of these means.

    values   float64 (m, chosen)
    returns  (m,) and (m, m) for stratified sampling without replacement (Cochran 1977, 5.6), 0 if all are chosen
    """
    n, means, covariance = len(strata), np.zeros(len(values)), np.zeros((len(values), len(values)))
    for stratum in range(strata.max() + 1):
        own = values[:, strata[chosen] == stratum]
        size, count = int((strata == stratum).sum()), own.shape[1]
        if not size:
            continue
        means += size / n * own.mean(axis=1)
        if count < size:
            covariance += (size / n) ** 2 * (1 - count / size) / count * np.cov(own).reshape(covariance.shape)
    return means, covariance
