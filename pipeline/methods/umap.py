"""UMAP (McInnes, Healy and Melville 2018) by umap-learn, on neighbors that are already known."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.nouns import Space
from pipeline.params import Strict

SEEDED = True


class Options(Strict):
    method: Literal["umap"]
    space: str
    n_neighbors: Annotated[int, Field(ge=2)]
    min_dist: Annotated[float, Field(ge=0, le=1)]

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors - 1  # umap-learn counts the point itself

    def within(self, k: int) -> tuple[str, int, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "n_neighbors", self.n_neighbors, k + 1


def embed(space: Space, options: Options, seed: int, threads: int) -> np.ndarray:
    """Map a space onto the plane, from a spectral start.

    space    points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= neighbors_needed
    returns  float32 (n, 2), in UMAP's own units

    The same space, options and seed give the same bytes: with a seed umap-learn works on one thread.
    """
    sys.modules.setdefault("umap.parametric_umap", None)  # or `import umap` takes TensorFlow with it: ten seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP

        # umap-learn wants each point as its own first neighbor, and exactly n_neighbors columns.
        own = np.arange(len(space.points), dtype=np.int32)[:, None]
        indices = np.hstack([own, space.indices[:, : options.neighbors_needed]])
        distances = np.hstack([np.zeros(own.shape), space.distances[:, : options.neighbors_needed]])
        return UMAP(
            n_neighbors=options.n_neighbors,
            min_dist=options.min_dist,
            metric=space.metric,
            precomputed_knn=(indices, distances.astype(np.float32), None),
            random_state=seed,
            n_jobs=1,
        ).fit_transform(space.points)
