"""The level that each interval needs so that the intervals of all pairs of maps hold simultaneously."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import stdtr

from pipeline.runtime.errors import InputError
from pipeline.statistics.intervals import LEVEL, Values, summary, welch

ROUNDING = 1e-12  # relative to two variances: a smaller variance of their difference is only rounding
RUNS = 10_000  # simulations; the error rate of 5 % is then met within 0.2 %
CELLS = 500_000  # of a simulated array in memory at once, 4 MB


def level_over_seeds(
    samples: Sequence[Values], sampling: np.ndarray | None = None, level: float = LEVEL, seed: int = 0, runs: int = RUNS
) -> float:
    """The level for `intervals.difference` of each pair of maps at which all of them hold simultaneously with `level`.

    samples   for each map its values, as `difference` takes them
    sampling  (maps, maps), covariance of the maps' means due to a sample of the rows; the `difference` of i and j
              takes [i, i] + [j, j] - 2 [i, j] of it
    runs      number of simulations
    returns   at least level, at most `bonferroni(pairs, level)`

    Max-t (Hothorn, Bretz and Westfall 2008) with unequal variances (Herberich, Sikorski and Hothorn 2010), as the
    minimal p-value (Westfall and Young 1993), since the pairs' degrees of freedom differ. Simulated from normal
    distributions with the maps' estimated standard deviations. Pairs with an infinite interval, or none, are left out.
    """
    maps = len(samples)
    sampling = np.zeros((maps, maps)) if sampling is None else np.asarray(sampling, dtype=np.float64)
    if sampling.shape != (maps, maps) or not np.isfinite(sampling).all() or (np.diag(sampling) < 0).any():
        raise InputError(f"sampling: shape {sampling.shape}; give the finite covariance of the means of {maps} maps")
    several = [k for k in range(maps) if np.shape(samples[k]) != (1,)]
    sampling = sampling[np.ix_(several, several)]
    summaries = [summary(samples[k]) for k in several]
    parts = np.array([variance / n for _, variance, n in summaries])
    freedoms = np.array([max(n - 1, 1) for _, _, n in summaries])
    known = _of_differences(sampling)
    i, j = np.nonzero(np.triu(np.add.outer(parts, parts) + known, 1))
    rng = np.random.default_rng(seed)

    def minimal_p(count: int) -> np.ndarray:
        means = rng.multivariate_normal(np.zeros(len(parts)), sampling, count, check_valid="ignore", method="eigh")
        means += np.sqrt(parts) * rng.standard_normal(means.shape)
        estimates = parts * rng.chisquare(freedoms, means.shape) / freedoms
        squared_error, freedom = welch([(estimates[:, side], freedoms[side]) for side in (i, j)], known[i, j])
        return 2 * stdtr(freedom, -np.abs(means[:, i] - means[:, j]) / np.sqrt(squared_error)).min(axis=1)

    return _simultaneous(minimal_p, len(i), len(i), level, runs)


def level_over_subsamples(subsampled: np.ndarray, level: float = LEVEL, seed: int = 0, runs: int = RUNS) -> float:
    """As `level_over_seeds`, for `intervals.difference_over_subsamples`: max-t, simulated from a normal distribution.

    subsampled  (b, maps), b at least 2; a row is of one subsample

    The maps' covariance is estimated from the b subsamples. With fewer than two subsamples a map it is too uncertain,
    and Bonferroni's level is returned.
    """
    subsampled = np.asarray(subsampled, dtype=np.float64)
    if subsampled.ndim != 2 or len(subsampled) < 2 or not np.isfinite(subsampled).all():
        raise InputError(
            f"subsampled: shape {subsampled.shape}; give finite numbers (subsamples, maps), of 2 subsamples or more"
        )
    b, maps = subsampled.shape
    covariance = np.cov(subsampled, rowvar=False).reshape(maps, maps)
    i, j = np.nonzero(np.triu(_of_differences(covariance)))
    if b < 2 * maps:
        return bonferroni(len(i), level)
    rng = np.random.default_rng(seed)

    def minimal_p(count: int) -> np.ndarray:
        values = rng.multivariate_normal(np.zeros(maps), covariance, (count, b), check_valid="ignore", method="eigh")
        means = values.mean(axis=1, keepdims=True)
        products = np.swapaxes(values - means, 1, 2) @ (values - means) / (b - 1) / b
        own = products.diagonal(axis1=1, axis2=2)
        squared_error = np.maximum(own[:, i] + own[:, j] - 2 * products[:, i, j], ROUNDING * (own[:, i] + own[:, j]))
        return 2 * stdtr(b - 1, -(np.abs(means[:, 0, i] - means[:, 0, j]) / np.sqrt(squared_error)).max(axis=1))

    return _simultaneous(minimal_p, len(i), maps * (maps + b), level, runs)


def bonferroni(count: int, level: float = LEVEL) -> float:
    """The level for each of `count` intervals at which all hold with at least `level`."""
    return 1 - (1 - level) / count if count > 1 else level


def _of_differences(covariance: np.ndarray) -> np.ndarray:
    """Variance of the difference of each pair; zero where it is only rounding."""
    total = np.add.outer(np.diag(covariance), np.diag(covariance))
    return np.where(total - 2 * covariance > ROUNDING * total, total - 2 * covariance, 0)


def _simultaneous(minimal_p: Callable[[int], np.ndarray], pairs: int, width: int, level: float, runs: int) -> float:
    """The level of each pair's interval at which all hold.

    minimal_p  number of simulations -> the minimal p-value over all pairs in each of them
    width      numbers that a simulation needs in memory
    """
    if pairs < 2:
        return level
    block = max(1, CELLS // width)
    p_values = np.concatenate([minimal_p(min(block, runs - start)) for start in range(0, runs, block)])
    return float(np.clip(1 - np.quantile(p_values, 1 - level), level, bonferroni(pairs, level)))
