"""Estimates of intrinsic dimension from distances to nearest neighbors: how many numbers could hold the data at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

REACHES = (10, 20)  # neighbors that the maximum-likelihood estimate looks at: nearer and farther


def estimates(distances: np.ndarray, metric: str = "euclidean") -> pd.DataFrame:
    """Each estimate that as many neighbors allow, a line: method, neighbors, dimension, low, high.

    distances  (n, k) to each point's nearest neighbors, itself excluded, nearest first
    metric     cosine distances are turned into Euclidean ones between unit rows
    low, high  what sampling error allows (95 %, normal approximation), were all rows independent. Noise, and curvature
               where neighbors are far, move an estimate by more: compare them with each other
    """
    distances = np.sqrt(2 * distances) if metric == "cosine" else distances
    reaches = [reach for reach in REACHES if reach <= distances.shape[1]]
    found = [("TwoNN", 2, *two_nn(distances))]
    found += [("maximum likelihood", reach, *maximum_likelihood(distances[:, :reach])) for reach in reaches]
    lines = [
        (method, neighbors, dimension, dimension * (1 - 1.96 / root), dimension * (1 + 1.96 / root))
        for method, neighbors, dimension, root in found
    ]
    return pd.DataFrame(lines, columns=["method", "neighbors", "dimension", "low", "high"])


def two_nn(distances: np.ndarray) -> tuple[float, float]:
    """Dimension from the ratio of the second neighbor's distance to the first one's, which follows a Pareto law with the
    dimension as its exponent (Facco et al. 2017, eq. 3; here its maximum-likelihood estimate), and the square root of
    the number of ratios. Points with an exact copy are left out."""
    first, second = distances[:, 0], distances[:, 1]
    logs = np.log(second[first > 0] / first[first > 0])
    return _inverse_mean(logs, 1), float(np.sqrt(max(1, len(logs))))


def maximum_likelihood(distances: np.ndarray) -> tuple[float, float]:
    """Dimension from the distances of k neighbors (Levina and Bickel 2004, eq. 8, its divisor k - 2 for the inverse to be
    unbiased), the inverse averaged over points (MacKay and Ghahramani 2005); and the square root of the number of
    points, since their neighborhoods overlap. Points with an exact copy are left out."""
    k = distances.shape[1]
    kept = distances[distances[:, 0] > 0]
    logs = np.log(kept[:, -1:] / kept[:, :-1]).sum(axis=1)
    return _inverse_mean(logs, k - 1), float(np.sqrt(max(1, len(kept))))


def _inverse_mean(logs: np.ndarray, count: int) -> float:
    """Of sums of `count` logarithms each, exponential with the dimension as their rate."""
    total = logs.sum()
    return count * len(logs) / total if total > 0 else float("nan")
