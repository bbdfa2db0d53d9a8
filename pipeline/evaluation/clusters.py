"""Islands on a map, and how far each stands off: to compare with the islands that data without structure make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numba import njit
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial import cKDTree

NEAR = 10  # points whose nearness makes a place dense; fewer strays than that bridge nothing
LEAST = 10  # points of an island
SAME = 0.5  # of the rows of two islands together, share that both have
LIMIT = 20_000  # points clustered: the work grows with the square


def table(
    maps: dict[str, np.ndarray], nulls: dict[str, np.ndarray], progress: Callable[[int], None] = lambda done: None
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The islands of each map's first drawing, the largest first, and the island of each row there, int32 (n,), -1: none.

    maps      map -> (drawings, n, 2)
    nulls     map -> the same of data without structure (draws, n, 2), for some of them
    progress  called with the number of maps done so far
    returns   map, island, rows, separateness, drawings (share of the other drawings that have the same island, with half of
              the rows of both in common; NaN without others), nulls (share of null maps with an island as separate; NaN
              without null maps)
    """
    lines, rows = [], {}
    for done, (name, embeddings) in enumerate(maps.items(), start=1):
        first, *others = (clusters(points) for points in embeddings)
        apart = separateness(embeddings[0], first)
        common = as_separate(apart, [separateness(points, clusters(points)) for points in nulls.get(name, [])])
        for cluster, separate in enumerate(apart):
            own = first == cluster
            again = float(np.mean([_again(own, other) for other in others])) if others else np.nan
            lines.append((name, cluster, int(own.sum()), float(separate), again, float(common[cluster])))
        rows[name] = first
        progress(done)
    return pd.DataFrame(lines, columns=["map", "cluster", "rows", "separateness", "embeddings", "nulls"]), rows


def _again(own: np.ndarray, labels: np.ndarray) -> bool:
    """Whether the rows bool (n,) of an island are one on another drawing, too, whose labels are (n,)."""
    most = np.bincount(labels[own & (labels >= 0)], minlength=1).argmax()
    other = labels == most
    return bool((own & other).sum() >= SAME * (own | other).sum())


def clusters(points: np.ndarray) -> np.ndarray:
    """Label of each point's island, int32 (n,), the largest island's 0; -1 for those of none.

    points  (n, 2), in any unit

    HDBSCAN (Campello, Moulavi and Sander 2013), by scikit-learn, with islands of at least 1 % of the points and no
    fewer than 10: smaller ones are too many to compare, and t-SNE makes such crumbs of anything. Of more than 20,000
    points as many are drawn, always the same, and each other point is what the nearest of them is.
    """
    from sklearn.cluster import HDBSCAN

    points = np.asarray(points, dtype=np.float64)
    if len(points) < 2 * LEAST:
        return np.full(len(points), -1, dtype=np.int32)
    drawn = _drawn(len(points))
    found = HDBSCAN(min_cluster_size=max(LEAST, len(drawn) // 100), min_samples=NEAR, copy=True)
    labels = found.fit_predict(points[drawn])
    if len(drawn) < len(points):
        labels = labels[cKDTree(points[drawn]).query(points)[1]]
    sizes = np.bincount(labels[labels >= 0], minlength=labels.max() + 1)
    rank = np.full(len(sizes) + 1, -1, dtype=np.int32)  # its last place is that of label -1
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def separateness(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How far each island stands off from the others, float64 (islands,), free of the map's scale.

    points  (n, 2); labels int (n,), -1 for points of no island

    Walk from the island to any other where points are densest, by steps from point to point, those of no island too.
    The tenth nearest point at that walk's emptiest place, at most this far off, over how far it is for the island's
    median point. About 1.5 within an even scatter; over an empty gap, about half its width in units of the spacing.

    A step counts the emptiness on it, not only at its ends: 5 strays in a gap take an eighth of it, 9 up to a quarter.
    Two islands have met when half of each is joined, so strays of an island do not bridge either. With a single island
    "any other" is half of the points of none; inf where there are none of them. Of more than 20,000 points as many are
    drawn, always the same. Comparable between maps of as many points.
    """
    drawn = _drawn(len(points))
    count = int(np.max(labels, initial=-1)) + 1
    points, labels = np.ascontiguousarray(points, dtype=np.float64)[drawn], np.asarray(labels)[drawn]
    if count == 1:
        labels = np.where(labels < 0, 1, labels)
    if len(points) <= 1 or count == 0:
        return np.full(count, np.inf)
    radius = cKDTree(points).query(points, k=[min(NEAR, len(points) - 1) + 1])[0][:, 0]  # the first is the point itself
    gap = _joined(labels, *_tree(points, radius))[:count]
    spacing = np.array([np.median(radius[labels == cluster]) for cluster in range(count)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap == spacing, 1.0, gap / spacing)  # both are 0 among equal points


def as_separate(real: np.ndarray, nulls: list[np.ndarray]) -> np.ndarray:
    """Share of the null maps on which at least one island is as separate, for each real island, float64 (islands,).

    real   separateness (islands,); nulls the same of each null map, maybe of no island

    NaN where there are no null maps. The least share that m of them can tell from none is 1 / m.
    """
    if not nulls:
        return np.full(len(real), np.nan)
    best = np.array([np.max(null, initial=-np.inf) for null in nulls])
    return (best >= np.asarray(real)[:, None]).mean(axis=1)


def _drawn(n: int) -> np.ndarray:
    if n <= LIMIT:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, LIMIT, replace=False))


def _joined(labels: np.ndarray, near: np.ndarray, far: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Least length at which half of each island is joined to half of another, by a tree's edges no longer than it."""
    own = labels[:, None] == np.arange(labels.max() + 1)
    held, sizes = own.astype(np.int32), own.sum(axis=0)  # held: points of each island in the part that has this root
    found = np.full(len(sizes), np.inf)
    parts = DisjointSet(range(len(labels)))
    for edge in np.argsort(lengths, kind="stable"):
        a, b = parts[int(near[edge])], parts[int(far[edge])]
        parts.merge(a, b)
        both = held[parts[a]] = held[a] + held[b]
        most = np.flatnonzero(2 * both >= sizes)
        if len(most) > 1:
            found[most] = np.minimum(found[most], lengths[edge])
    return found


@njit(cache=True)
def _tree(points, radius):
    """Edges (near, far, lengths) of the minimum spanning tree, by Prim, where an edge is as long as the distance to the
    tenth nearest point may be anywhere on it. Over a step that grows by no more than the step: from `radius` at each
    end, to half of the sum of both and the distance between them where the two bounds meet."""
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
