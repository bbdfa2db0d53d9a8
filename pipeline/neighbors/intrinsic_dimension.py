"""Intrinsic dimension, estimated from distances to nearest neighbors: how many dimensions a code needs at least."""

from __future__ import annotations

import numpy as np
import pandas as pd

NEIGHBORS = (10, 20)  # of the maximum-likelihood estimate: a nearer and a wider neighborhood


def estimates(distances: np.ndarray, metric: str = "euclidean") -> pd.DataFrame:
    """Each estimate that the number of neighbors allows, one per row: method, neighbors, dimension, low, high.

    distances  (n, k) to each point's nearest neighbors, itself excluded, nearest first
    metric     cosine distances are converted to Euclidean distances between unit rows
    low, high  95 % interval for sampling error (normal approximation), as if the rows were independent. Noise, and
               curvature at larger distances, change an estimate by more: compare the estimates with each other
    """
    distances = np.sqrt(2 * distances) if metric == "cosine" else distances
    parts = [("TwoNN", 2, *two_nn(distances))]
    for k in NEIGHBORS:
        if k <= distances.shape[1]:
            parts.append(("maximum likelihood", k, *maximum_likelihood(distances[:, :k])))
    rows = [
        (method, k, dimension, dimension * (1 - 1.96 / root), dimension * (1 + 1.96 / root))
        for method, k, dimension, root in parts
    ]
    return pd.DataFrame(rows, columns=["method", "neighbors", "dimension", "low", "high"])


def two_nn(distances: np.ndarray) -> tuple[float, float]:
    """Dimension from the ratio of the second to the first neighbor's distance, which follows a Pareto law with the
    dimension as its exponent (Facco et al. 2017, eq. 3; here the maximum-likelihood estimate), and the square root of
    the number of ratios. Points with an exact duplicate are left out."""
    first, second = distances[:, 0], distances[:, 1]
    logs = np.log(second[first > 0] / first[first > 0])
    return _inverse_mean(logs, 1), float(np.sqrt(max(1, len(logs))))


def maximum_likelihood(distances: np.ndarray) -> tuple[float, float]:
    """Dimension from the distances of k neighbors (Levina and Bickel 2004, eq. 8, with the divisor k - 2 that makes the
    inverse unbiased), the inverse averaged over points (MacKay and Ghahramani 2005), and the square root of the number
    of points, since their neighborhoods overlap. Points with an exact duplicate are left out."""
    k = distances.shape[1]
    kept = distances[distances[:, 0] > 0]
    logs = np.log(kept[:, -1:] / kept[:, :-1]).sum(axis=1)
    return _inverse_mean(logs, k - 1), float(np.sqrt(max(1, len(kept))))


def _inverse_mean(logs: np.ndarray, count: int) -> float:
    """The dimension, from sums of `count` logarithms, each exponentially distributed with the dimension as its rate."""
    total = logs.sum()
    return count * len(logs) / total if total > 0 else float("nan")
