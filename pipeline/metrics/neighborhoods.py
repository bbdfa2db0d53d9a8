"""Every measure at a few neighborhood sizes, of all embeddings at once, in one pass over the distances of all rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit

from pipeline.metrics import measures
from pipeline.metrics.labels import VOTERS, votes
from pipeline.metrics.lost_neighbors import contained
from pipeline.neighbors.search import Index
from pipeline.runtime.parallel import in_blocks


@dataclass(frozen=True)
class Neighborhoods:
    """How well one embedding keeps the data's neighborhoods.

    means     (measure, k) -> the mean over rows; measures of labels have the number of voters as their k
    rows      (measure, k) -> float64 (n,), by row
    radius    float64 (n,): mean distance of each row to its k nearest, with the first k
    overlaps  int64 (depth,): number of pairs whose larger rank is 1, 2, ..., up to the depth, over all rows
    """

    means: dict[tuple[str, int], float]
    rows: dict[tuple[str, int], np.ndarray]
    radius: np.ndarray
    overlaps: np.ndarray


def measure(
    data: Index,
    embeddings: list[Index],
    ks: list[int],
    first: list[int],
    codes: np.ndarray | None,
    depth: int,
    progress: Callable[[int], None] | None = None,
) -> tuple[Neighborhoods, list[Neighborhoods]]:
    """The data's own (label accuracy and radius only), and each embedding's.

    ks     neighborhood sizes; stability and radius use the first
    first  for each embedding, the number of the first one of the same map
    codes  int (n,), each row's label: 0, 1, ... in sorted order, or None
    depth  number of neighbors that are compared by their ranks, at least the largest k
    """
    task = partial(_block, data, embeddings, ks, first, codes, depth)
    blocks = {start: parts for start, _, parts in in_blocks(data.n, task, progress)}
    own, *near = (_joined([blocks[start][number] for start in sorted(blocks)]) for number in range(1 + len(embeddings)))
    return own, near


def _block(
    data: Index,
    embeddings: list[Index],
    ks: list[int],
    first: list[int],
    codes: np.ndarray | None,
    depth: int,
    start: int,
    stop: int,
) -> list[tuple[dict, np.ndarray, np.ndarray]]:
    """For the data and each embedding: values by row of each (measure, k), radii, overlaps."""
    n, widest = data.n, max(ks)
    near = [embedding.nearest(start, stop, depth) for embedding in embeddings]
    candidates = np.hstack([indices[:, :widest] for indices, _ in near])
    indices, distances, data_ranks = data.nearest_and_ranks(start, depth, candidates)
    parts = [(_votes(indices, codes, start), distances[:, : ks[0]].mean(axis=1), np.zeros(depth, dtype=np.int64))]
    in_data = np.split(data_ranks, len(embeddings), axis=1)
    for number, (embedding, (on_map, map_distances), false) in enumerate(zip(embeddings, near, in_data, strict=True)):
        missing = embedding.ranks(start, indices[:, :widest])
        values = {}
        for k in ks:
            values["recall", k] = measures.recall(false[:, :k])
            values["trustworthiness", k] = measures.trustworthiness(false[:, :k], n)
            values["continuity", k] = measures.continuity(missing[:, :k], n)
            values["mrre_false", k] = measures.rank_fidelity(false[:, :k], n)
            values["mrre_missing", k] = measures.rank_fidelity(missing[:, :k], n)
        others = [near[other][0][:, : ks[0]] for other in range(len(near)) if first[other] == number != other]
        if others:
            values["stability", ks[0]] = np.mean(
                [contained(on_map[:, : ks[0]], other) for other in others], axis=(0, 2)
            )
        values |= _votes(on_map, codes, start)
        parts.append((values, map_distances[:, : ks[0]].mean(axis=1), _overlaps(indices, on_map, n)))
    return parts


def _votes(indices: np.ndarray, codes: np.ndarray | None, start: int) -> dict[tuple[str, int], np.ndarray]:
    if codes is None:
        return {}
    own = codes[start : start + len(indices)]
    return {("label_accuracy", voters): votes(indices, codes, voters) == own for voters in VOTERS}


@njit(nogil=True, cache=True)
def _overlaps(in_data, on_map, n):
    """Number of pairs by the larger of their ranks in two lists of neighbors (rows, depth), int64 (depth,)."""
    depth = in_data.shape[1]
    counts, ranks = np.zeros(depth, dtype=np.int64), np.full(n, depth, dtype=np.int32)
    for r in range(len(in_data)):
        for rank in range(depth):
            ranks[in_data[r, rank]] = rank
        for rank in range(depth):
            larger = max(rank, ranks[on_map[r, rank]])
            if larger < depth:
                counts[larger] += 1
        for rank in range(depth):
            ranks[in_data[r, rank]] = depth
    return counts


def _joined(blocks: list[tuple[dict, np.ndarray, np.ndarray]]) -> Neighborhoods:
    rows = {key: np.concatenate([values[key] for values, _, _ in blocks]) for key in blocks[0][0]}
    return Neighborhoods(
        {key: float(values.mean()) for key, values in rows.items()},
        rows,
        np.concatenate([radius for _, radius, _ in blocks]),
        sum(overlaps for _, _, overlaps in blocks),
    )
