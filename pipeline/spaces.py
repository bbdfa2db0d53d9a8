"""Points -> a space: with their exact nearest neighbors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline import neighbors
from pipeline.errors import InputError
from pipeline.nouns import Space


def make(
    points: np.ndarray,
    k: int,
    metric: str = "euclidean",
    training: np.ndarray | None = None,
    progress: Callable[[int], None] | None = None,
) -> Space:
    """The space of float32 points (n, d) with its k nearest neighbors; without `training`, all rows are.

    Raises InputError where there are not k other rows.
    """
    if k >= len(points):
        raise InputError(
            f"params.yaml: neighbors.k is {k}, but the data have {len(points):,} rows. Lower it to at most"
            f" {len(points) - 1:,}, and the perplexity of each map with it."
        )
    indices, distances = neighbors.nearest(points, k, metric, progress=progress)
    if training is None:
        training = np.ones(len(points), dtype=bool)
    return Space(points, metric, indices, distances, training)
