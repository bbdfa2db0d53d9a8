"""Clusters of a map, how separate each is, and whether other seeds and null maps have such clusters, too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numba import njit
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial import cKDTree

NEAR = 10  # density at a point is that of its tenth nearest neighbor, so fewer points do not connect clusters
MIN_SIZE = 10  # points of a cluster
OVERLAP = 0.5  # two clusters are the same if their Jaccard index is at least this
MAX_POINTS = 20_000  # that are clustered: the work grows with the square


def table(
    maps: dict[str, np.ndarray], null_maps: dict[str, np.ndarray], progress: Callable[[int], None] = lambda done: None
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The clusters of each map's first embedding, the largest first, and the cluster of each row, int32 (n,), -1: none.

    maps       map -> (seeds, n, 2)
    null_maps  map -> the same map of null data (draws, n, 2), for some of the maps
    progress   called with the number of maps done so far
    returns    map, cluster, rows, separateness, share_of_seeds (other embeddings with the same cluster; NaN if there are
               none), share_of_null_maps (null maps with a cluster at least as separate; NaN if there are none)
    """
    rows, labels = [], {}
    for done, (name, embeddings) in enumerate(maps.items(), start=1):
        first, *others = (find(points) for points in embeddings)
        separate = separateness(embeddings[0], first)
        null = share_as_separate(separate, [separateness(points, find(points)) for points in null_maps.get(name, [])])
        for cluster in range(len(separate)):
            own = first == cluster
            share = float(np.mean([_recurs(own, other) for other in others])) if others else np.nan
            rows.append((name, cluster, int(own.sum()), float(separate[cluster]), share, float(null[cluster])))
        labels[name] = first
        progress(done)
    columns = ["map", "cluster", "rows", "separateness", "share_of_seeds", "share_of_null_maps"]
    return pd.DataFrame(rows, columns=columns), labels


def _recurs(own: np.ndarray, labels: np.ndarray) -> bool:
    """Whether the rows bool (n,) of a cluster are also one on another embedding, whose labels are (n,)."""
    most_common = np.bincount(labels[own & (labels >= 0)], minlength=1).argmax()
    other = labels == most_common
    return bool((own & other).sum() >= OVERLAP * (own | other).sum())


def find(points: np.ndarray) -> np.ndarray:
    """Label of each point's cluster, int32 (n,), 0 for the largest cluster; -1 for points in none.

    points  (n, 2), in any unit

    HDBSCAN (Campello, Moulavi and Sander 2013), by scikit-learn, with at least 1 % of the points in a cluster and at
    least 10: smaller clusters are too many to compare, and t-SNE makes them of any data. Of more than 20,000 points a
    fixed sample is clustered, and each other point gets the label of the nearest sampled one.
    """
    from sklearn.cluster import HDBSCAN

    points = np.asarray(points, dtype=np.float64)
    if len(points) < 2 * MIN_SIZE:
        return np.full(len(points), -1, dtype=np.int32)
    sample = _sample(len(points))
    hdbscan = HDBSCAN(min_cluster_size=max(MIN_SIZE, len(sample) // 100), min_samples=NEAR, copy=True)
    labels = hdbscan.fit_predict(points[sample])
    if len(sample) < len(points):
        labels = labels[cKDTree(points[sample]).query(points)[1]]
    sizes = np.bincount(labels[labels >= 0], minlength=labels.max() + 1)
    rank = np.full(len(sizes) + 1, -1, dtype=np.int32)  # the last element is that of label -1
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def separateness(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How separate each cluster is from the others, float64 (clusters,), independent of the map's scale.

    points  (n, 2); labels int (n,), -1 for points in no cluster

    Take the path from the cluster to any other that stays where points are densest, from point to point, also through
    points in no cluster. Separateness is the distance to the tenth nearest point at the sparsest place on that path
    (an upper bound), divided by the same distance at the cluster's median point: about 1.5 within uniformly scattered
    points; for an empty gap, about half its width in units of the spacing.

    The sparsest place may lie between two points: 5 outliers in a gap reduce separateness by an eighth, 9 by up to a
    quarter. Two clusters are connected when half of each is, so outliers of a cluster do not connect it either. If there
    is a single cluster, "any other" is half of the points in none, and the result is inf if there are none. Of more than
    20,000 points a fixed sample is used. Comparable between maps with equally many points.
    """
    sample = _sample(len(points))
    count = int(np.max(labels, initial=-1)) + 1
    points, labels = np.ascontiguousarray(points, dtype=np.float64)[sample], np.asarray(labels)[sample]
    if count == 1:
        labels = np.where(labels < 0, 1, labels)
    if len(points) <= 1 or count == 0:
        return np.full(count, np.inf)
    radius = cKDTree(points).query(points, k=[min(NEAR, len(points) - 1) + 1])[0][:, 0]  # the first is the point itself
    gap = _connecting_lengths(labels, *_tree(points, radius))[:count]
    spacing = np.array([np.median(radius[labels == cluster]) for cluster in range(count)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap == spacing, 1.0, gap / spacing)  # both are 0 among equal points


def share_as_separate(separate: np.ndarray, null_maps: list[np.ndarray]) -> np.ndarray:
    """Share of the null maps with a cluster at least as separate as each cluster of the map, float64 (clusters,).

    separate   separateness (clusters,); null_maps the same of each null map, which may have no cluster

    NaN if there are no null maps. With m null maps, shares below 1 / m cannot be told from zero.
    """
    if not null_maps:
        return np.full(len(separate), np.nan)
    largest = np.array([np.max(null, initial=-np.inf) for null in null_maps])
    return (largest >= np.asarray(separate)[:, None]).mean(axis=1)


def _sample(n: int) -> np.ndarray:
    if n <= MAX_POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MAX_POINTS, replace=False))


def _connecting_lengths(labels: np.ndarray, near: np.ndarray, far: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """For each cluster the smallest length at which edges of a tree up to it connect half of it to half of another."""
    own = labels[:, None] == np.arange(labels.max() + 1)
    counts, sizes = (
        own.astype(np.int32),
        own.sum(axis=0),
    )  # counts: points of each cluster in the component of this root
    connecting = np.full(len(sizes), np.inf)
    components = DisjointSet(range(len(labels)))
    for edge in np.argsort(lengths, kind="stable"):
        a, b = components[int(near[edge])], components[int(far[edge])]
        components.merge(a, b)
        merged = counts[components[a]] = counts[a] + counts[b]
        halves = np.flatnonzero(2 * merged >= sizes)
        if len(halves) > 1:
            connecting[halves] = np.minimum(connecting[halves], lengths[edge])
    return connecting


@njit(cache=True)
def _tree(points, radius):
    """Edges (near, far, lengths) of the minimum spanning tree (Prim). The length of an edge is an upper bound of the
    distance to the tenth nearest point anywhere on it. That distance is `radius` at the ends, and grows by at most the
    distance from an end, so its bound is half the sum of both radii and the distance between the ends."""
    n = len(points)
    best, source, out = np.full(n, np.inf), np.zeros(n, np.int64), np.ones(n, np.bool_)
    near, far, lengths = np.empty(n - 1, np.int64), np.empty(n - 1, np.int64), np.empty(n - 1)
    last = 0
    out[0] = False
    for edge in range(n - 1):
        following = -1
        for i in range(n):
            if out[i]:
                apart = np.sqrt((points[i, 0] - points[last, 0]) ** 2 + (points[i, 1] - points[last, 1]) ** 2)
                length = 0.5 * (apart + radius[i] + radius[last])
                if length < best[i]:
                    best[i], source[i] = length, last
                if following < 0 or best[i] < best[following]:
                    following = i
        near[edge], far[edge], lengths[edge] = source[following], following, best[following]
        out[following] = False
        last = following
    return near, far, lengths
