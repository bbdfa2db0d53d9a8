"""What a map keeps beyond neighborhoods: far distances, how classes lie to each other, how dense it is where."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import rankdata

PAIRS = 100_000  # of rows, whose distances are compared
MOST_CENTERS = 2_000  # classes between whose centers distances are compared
CHUNK = 4096  # pairs measured at once


def measure(
    points: np.ndarray, embeddings: list[np.ndarray], codes: np.ndarray | None, metric: str, seed: int
) -> tuple[list[dict[tuple[str, int], float]], np.ndarray, list[np.ndarray]]:
    """Of each drawing (n, 2) of points (n, d): ("distance_correlation", 0), over a seeded sample of pairs of rows, and
    where there are three labels or more, and not thousands, codes int (n,), ("centroid_correlation", 0), over all pairs of classes; the
    sampled distances in the data (pairs,), and on each drawing."""
    pairs = sample_pairs(len(points), PAIRS, seed)
    in_data, drawn = distances(points, pairs, metric), [distances(embedding, pairs) for embedding in embeddings]
    found = [{("distance_correlation", 0): rank_correlation(in_data, on_map)} for on_map in drawn]
    if codes is not None and 1 < codes.max() < MOST_CENTERS:
        between = centroids(points, codes, metric)
        for means, embedding in zip(found, embeddings, strict=True):
            means["centroid_correlation", 0] = rank_correlation(between, centroids(embedding, codes))
    return found, in_data, drawn


def sample_pairs(n: int, count: int, seed: int) -> np.ndarray:
    """Two row numbers (count, 2), never the same one twice in a pair; all pairs where there are no more."""
    if n * (n - 1) // 2 <= count:
        return np.column_stack(np.triu_indices(n, 1))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"pairs")))
    first = rng.integers(0, n, count)
    return np.column_stack([first, (first + rng.integers(1, n, count)) % n])


def distances(points: np.ndarray, pairs: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """float64 (pairs,) between rows of points (n, d)."""
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), CHUNK):
        a, b = (points[side].astype(np.float64) for side in pairs[start : start + CHUNK].T)
        if metric == "cosine":
            a, b = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (a, b))
        squared = np.square(a - b).sum(axis=1)
        found[start : start + CHUNK] = squared / 2 if metric == "cosine" else np.sqrt(squared)
    return found


def centroids(points: np.ndarray, codes: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """Distances float64 between the means of all pairs of classes; codes int (n,): 0, 1, ..., each there."""
    means = np.stack([points[codes == code].mean(axis=0, dtype=np.float64) for code in range(codes.max() + 1)])
    return distances(means, np.array(list(combinations(range(len(means)), 2))), metric)


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's; NaN where one side is constant."""
    return correlation(rankdata(a), rankdata(b))


def density_correlation(data: np.ndarray, drawn: np.ndarray) -> float:
    """Correlation of the logarithms of local radii, the mean distance of a row to its k nearest, each on its own side:
    whether what is sparse in the data is sparse on the map (as Narayan, Berger and Cho 2021 ask of densMAP)."""
    known = (data > 0) & (drawn > 0)  # among duplicates there is no radius
    return correlation(np.log(data[known]), np.log(drawn[known]))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; NaN where one side is constant."""
    if min(len(a), len(b)) < 2 or any(np.ptp(side) <= 1e-12 * np.abs(side).max() for side in (a, b)):
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt(np.square(a).sum() * np.square(b).sum()))
