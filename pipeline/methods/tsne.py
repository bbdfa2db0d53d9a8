"""t-SNE (van der Maaten and Hinton 2008) by openTSNE, on neighbors that are already known."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.nouns import Space
from pipeline.params import Strict

SEEDED = True


class Options(Strict):
    method: Literal["tsne"]
    space: str
    perplexity: Annotated[float, Field(ge=2)]

    @property
    def neighbors_needed(self) -> int:
        return int(3 * self.perplexity)

    def within(self, k: int) -> tuple[str, float, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "perplexity", self.perplexity, k // 3


def embed(space: Space, options: Options, seed: int, threads: int) -> np.ndarray:
    """Map a space onto the plane, starting from its principal components and a jitter drawn from `seed`.

    space    points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= neighbors_needed
    returns  float32 (n, 2), in t-SNE's own units

    The same space, options and seed give the same bytes, whatever the number of threads.
    """
    from openTSNE import TSNEEmbedding, affinity, initialization, nearest_neighbors

    k = options.neighbors_needed
    known = nearest_neighbors.PrecomputedNeighbors(space.indices[:, :k], space.distances[:, :k])
    affinities = affinity.PerplexityBasedNN(knn_index=known, perplexity=options.perplexity, n_jobs=threads)
    flat = space.points if space.points.shape[1] > 1 else np.pad(space.points, ((0, 0), (0, 1)))
    start = initialization.pca(flat, random_state=seed)
    points = TSNEEmbedding(start, affinities, random_state=seed, n_jobs=threads)
    points = points.optimize(n_iter=250, exaggeration=12, momentum=0.8)
    points = points.optimize(n_iter=500, momentum=0.8)
    return np.asarray(points, dtype=np.float32)
