"""UMAP (McInnes, Healy and Melville 2018) by umap-learn, on neighbors that are already known."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import scipy.sparse as sp
from pydantic import Field

from pipeline.config import Strict
from pipeline.layout import affinities
from pipeline.methods import Nearest
from pipeline.types import Space

SEEDED = True
EPOCHS = 100  # of placing, as umap-learn takes for up to 10,000 new rows


class Options(Strict):
    """n_neighbors  about how many neighbors a row pays attention to, itself included
    min_dist     how close two points may lie
    density      densMAP (Narayan, Berger and Cho 2021): clusters also keep how dense they are; nothing can be placed
    unseeded     works on all cores, several times faster; the map is another one each time
    """

    method: Literal["umap"]
    space: str
    n_neighbors: Annotated[int, Field(ge=2)]
    min_dist: Annotated[float, Field(ge=0, le=1)]
    density: bool | None = None
    unseeded: bool | None = None

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors - 1

    def within(self, k: int) -> tuple[str, int, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "n_neighbors", self.n_neighbors, k + 1

    @property
    def cannot_place(self) -> str | None:
        return "densMAP knows no way to add rows to a map; draw it without `density`" if self.density else None


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Map a space onto the plane, from a spectral start.

    space    points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= neighbors_needed
    returns  float32 (n, 2), in UMAP's own units; the curve of its attraction, `a` and `b`

    The same space, options and seed give the same bytes, unless unseeded: with a seed umap-learn works on one thread.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = (
            affinities.umap_learn()
            .UMAP(
                n_neighbors=options.n_neighbors,
                min_dist=options.min_dist,
                metric=space.metric,
                precomputed_knn=(
                    *affinities.with_themselves(space.indices, space.distances, options.n_neighbors),
                    None,
                ),
                densmap=bool(options.density),
                random_state=None if options.unseeded else seed,
                n_jobs=threads if options.unseeded else 1,
            )
            .fit(space.points)
        )
    return fitted.embedding_.astype(np.float32), {"a": np.array(fitted._a), "b": np.array(fitted._b)}


def place(
    rows: np.ndarray,
    nearest: Nearest,
    points: np.ndarray,
    mapper: dict[str, np.ndarray],
    options: Options,
    threads: int,
) -> np.ndarray:
    """Put rows float32 (m, d) onto a map float32 (n, 2) whose own points stay where they are, as UMAP's `transform` does,
    but for what there depends on the other rows of the batch: an edge's turns are counted from weight 1, not from the largest
    weight of the batch, in always the same number of epochs. Returns float32 (m, 2).
    """
    umap = affinities.umap_learn()
    indices, distances = nearest(options.n_neighbors)
    graph = _edges(indices, distances.astype(np.float32), len(points))
    first = (graph @ points / np.asarray(graph.sum(axis=1))).astype(np.float32)
    graph.data[graph.data < 1 / EPOCHS] = 0
    graph.eliminate_zeros()
    edges = graph.tocoo()
    return umap.layouts.optimize_layout_euclidean(
        first,
        points.astype(np.float32, copy=True),
        edges.row,
        edges.col,
        EPOCHS,
        len(points),
        1 / edges.data.astype(np.float64),  # epochs from one turn of an edge to its next
        float(mapper["a"]),
        float(mapper["b"]),
        np.array([42, 43, 44], dtype=np.int64),  # any: each row's own draws also depend on where it starts
        gamma=1.0,
        initial_alpha=0.25,
        negative_sample_rate=5,
        parallel=False,
        verbose=False,
    )


def _edges(indices: np.ndarray, distances: np.ndarray, known: int) -> sp.csr_matrix:
    """Of each new row to its neighbors, float32 (m, known)."""
    umap = affinities.umap_learn().umap_
    count, found = indices.shape[1], []
    for row in range(len(indices)):  # one by one: its width is bounded by the mean distance of all that come along
        each = slice(row, row + 1)
        sigmas, rhos = umap.smooth_knn_dist(distances[each], float(count), local_connectivity=0.0)
        found.append(umap.compute_membership_strengths(indices[each], distances[each], sigmas, rhos, bipartite=True)[2])
    rows = np.repeat(np.arange(len(indices), dtype=np.int32), count)
    return sp.csr_matrix((np.concatenate(found), (rows, indices.ravel())), shape=(len(indices), known))
