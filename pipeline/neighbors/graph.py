"""Points -> a space: the points with their nearest neighbors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.neighbors import search
from pipeline.runtime.errors import InputError
from pipeline.types import Space


def make_space(
    points: np.ndarray,
    k: int,
    metric: str = "euclidean",
    training: np.ndarray | None = None,
    progress: Callable[[int], None] | None = None,
    exact_up_to: int | None = None,
    shape: tuple[int, ...] | None = None,
) -> Space:
    """The space of float32 points (n, d) with the k nearest neighbors of each.

    training     bool (n,): the training rows; None: all
    exact_up_to  rows; with more, the neighbors are approximate and their recall is measured
    shape        of a row before it was flattened

    Raises InputError where there are no k other rows.
    """
    if k >= len(points):
        raise InputError(
            f"{k} neighbors are needed, but there are only {len(points):,} rows. Lower neighbors.k to at most"
            f" {len(points) - 1:,}, and the perplexity or n_neighbors of each map with it."
        )
    if training is None:
        training = np.ones(len(points), dtype=bool)
    if exact_up_to is None or len(points) <= exact_up_to:
        return Space(points, metric, *search.nearest(points, k, metric, progress=progress), training, shape=shape)
    indices, distances = search.approximate(points, k, metric)
    return Space(points, metric, indices, distances, training, search.recall(points, indices, metric), shape)
