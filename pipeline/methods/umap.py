"""UMAP (McInnes, Healy and Melville 2018) by umap-learn, on neighbors that are already known."""

from __future__ import annotations

import warnings
from typing import Annotated, Literal

import numpy as np
import scipy.sparse as sp
from pydantic import Field

from pipeline.config import Sweepable
from pipeline.layout import affinities
from pipeline.methods import Fitted, MethodOptions, Neighborhood, Progress, silent
from pipeline.types import Space

EPOCHS = 100  # of new points: umap-learn's number for up to 10,000 of them


class Options(MethodOptions):
    """n_neighbors  about how many neighbors attract a row, itself included
    min_dist     how close two points may lie
    density      densMAP (Narayan, Berger and Cho 2021): clusters also keep their density; no new points can be added
    unseeded     runs on all cores, several times faster, but gives another map each time
    """

    method: Literal["umap"]
    n_neighbors: Sweepable[Annotated[int, Field(ge=2), Neighborhood(itself=1)]]
    min_dist: Sweepable[Annotated[float, Field(ge=0, le=1)]]
    density: Sweepable[bool | None] = None
    unseeded: Sweepable[bool | None] = None

    @property
    def uses_all_cores(self) -> bool:
        return bool(self.unseeded)

    @property
    def cannot_transform(self) -> str | None:
        return "densMAP has no way to add points to a map; draw it without `density`" if self.density else None


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed a space in the plane, from a spectral initialization.

    space    points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= options.neighbors_needed
    returns  float32 (n, 2), in UMAP's own units; the curve of its attraction, `a` and `b`

    The same space, options and seed give the same bytes, unless unseeded: with a seed umap-learn runs on one thread.
    """
    own_neighbors = affinities.with_themselves(space.indices, space.distances, options.n_neighbors)
    model = affinities.umap_learn().UMAP(
        n_neighbors=options.n_neighbors,
        min_dist=options.min_dist,
        metric=space.metric,
        precomputed_knn=(*own_neighbors, None),
        densmap=bool(options.density),
        random_state=None if options.unseeded else seed,
        n_jobs=threads if options.unseeded else 1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(space.points)
    return model.embedding_.astype(np.float32), {"a": np.array(model._a), "b": np.array(model._b)}


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Add queries float32 (m, d) to a map whose own points stay where they are: float32 (m, 2).

    As UMAP's `transform`, except where that depends on the other queries: how often an edge is used counts from weight
    1, not from the largest weight among the queries, and the number of epochs is always the same.
    """
    embedding, mapper = fitted.embedding, fitted.mapper
    indices, distances = fitted.nearest(queries, fitted.options.n_neighbors)
    graph = _edges(indices, distances.astype(np.float32), len(embedding))
    initial = (graph @ embedding / np.asarray(graph.sum(axis=1))).astype(np.float32)
    graph.data[graph.data < 1 / EPOCHS] = 0
    graph.eliminate_zeros()
    edges = graph.tocoo()
    return affinities.umap_learn().layouts.optimize_layout_euclidean(
        initial,
        embedding.astype(np.float32, copy=True),
        edges.row,
        edges.col,
        EPOCHS,
        len(embedding),
        1 / edges.data.astype(np.float64),  # epochs between two uses of an edge
        float(mapper["a"]),
        float(mapper["b"]),
        np.array([42, 43, 44], dtype=np.int64),  # arbitrary: each query's random numbers also depend on where it starts
        gamma=1.0,
        initial_alpha=0.25,
        negative_sample_rate=5,
        parallel=False,
        verbose=False,
    )


def _edges(indices: np.ndarray, distances: np.ndarray, n: int) -> sp.csr_matrix:
    """From each query to its neighbors among n points, float32 (m, n)."""
    umap = affinities.umap_learn().umap_
    (m, count), strengths = indices.shape, []
    for row in range(m):  # one by one: umap-learn bounds a row's width by the mean distance of all rows in the call
        each = slice(row, row + 1)
        sigmas, rhos = umap.smooth_knn_dist(distances[each], float(count), local_connectivity=0.0)
        strengths.append(
            umap.compute_membership_strengths(indices[each], distances[each], sigmas, rhos, bipartite=True)[2]
        )
    rows = np.repeat(np.arange(m, dtype=np.int32), count)
    return sp.csr_matrix((np.concatenate(strengths), (rows, indices.ravel())), shape=(m, n))
