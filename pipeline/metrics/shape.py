"""What a map keeps beyond neighborhoods: large distances, distances between classes, local density."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import rankdata

PAIRS = 100_000  # pairs of rows whose distances are compared
MAX_CLASSES = 2_000  # with more, distances between class centers are not compared
CHUNK = 4096  # pairs in memory at once


def measure(
    points: np.ndarray, embeddings: list[np.ndarray], codes: np.ndarray | None, metric: str, seed: int
) -> tuple[list[dict[tuple[str, int], float]], np.ndarray, list[np.ndarray]]:
    """Global measures of each embedding (n, 2) of points (n, d), and the distances that they come from.

    codes    int (n,), each row's label, or None
    returns  ("distance_correlation", 0), over a sample of pairs of rows, and, with 3 to MAX_CLASSES labels,
             ("centroid_correlation", 0), over all pairs of classes -> value; distances (pairs,) of the sample in the
             data, and on each embedding
    """
    pairs = sample_pairs(len(points), PAIRS, seed)
    in_data, on_maps = distances(points, pairs, metric), [distances(embedding, pairs) for embedding in embeddings]
    values = [{("distance_correlation", 0): rank_correlation(in_data, on_map)} for on_map in on_maps]
    if codes is not None and 1 < codes.max() < MAX_CLASSES:
        between = centroid_distances(points, codes, metric)
        for own, embedding in zip(values, embeddings, strict=True):
            own["centroid_correlation", 0] = rank_correlation(between, centroid_distances(embedding, codes))
    return values, in_data, on_maps


def sample_pairs(n: int, count: int, seed: int) -> np.ndarray:
    """Two different row numbers (count, 2) in each pair; all pairs where there are no more."""
    if n * (n - 1) // 2 <= count:
        return np.column_stack(np.triu_indices(n, 1))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"pairs")))
    first = rng.integers(0, n, count)
    return np.column_stack([first, (first + rng.integers(1, n, count)) % n])


def distances(points: np.ndarray, pairs: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """float64 (pairs,) between rows of points (n, d)."""
    lengths = np.empty(len(pairs))
    for start in range(0, len(pairs), CHUNK):
        a, b = (points[side].astype(np.float64) for side in pairs[start : start + CHUNK].T)
        if metric == "cosine":
            a, b = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (a, b))
        squared = np.square(a - b).sum(axis=1)
        lengths[start : start + CHUNK] = squared / 2 if metric == "cosine" else np.sqrt(squared)
    return lengths


def centroid_distances(points: np.ndarray, codes: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    """Distances float64 between the means of all pairs of classes; codes int (n,): 0, 1, ..., each of which occurs."""
    means = np.stack([points[codes == code].mean(axis=0, dtype=np.float64) for code in range(codes.max() + 1)])
    return distances(means, np.array(list(combinations(range(len(means)), 2))), metric)


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's; NaN where one side is constant."""
    return correlation(rankdata(a), rankdata(b))


def density_correlation(data_radius: np.ndarray, map_radius: np.ndarray) -> float:
    """Correlation of the logarithms of local radii (n,), the mean distances of a row to its k nearest in the data and on
    the map: whether sparse regions of the data are sparse on the map (the aim of densMAP: Narayan, Berger and Cho 2021)."""
    known = (data_radius > 0) & (map_radius > 0)  # duplicates have no radius
    return correlation(np.log(data_radius[known]), np.log(map_radius[known]))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; NaN where one side is constant."""
    if min(len(a), len(b)) < 2 or any(np.ptp(side) <= 1e-12 * np.abs(side).max() for side in (a, b)):
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt(np.square(a).sum() * np.square(b).sum()))
