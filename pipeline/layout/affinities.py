"""Affinities: nearest neighbors -> the symmetric weights that t-SNE and UMAP work on, as SciPy sparse matrices."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np
import scipy.sparse as sp

from pipeline.runtime.errors import InputError


def tsne(indices: np.ndarray, distances: np.ndarray, perplexities: Sequence[float], threads: int = 1) -> sp.csr_matrix:
    """t-SNE's joint probabilities (van der Maaten and Hinton 2008, section 3), by openTSNE.

    indices, distances  int (n, k) and float (n, k): each row's nearest neighbors, k >= 3 x the largest perplexity
    perplexities        of several, the mean of their probabilities (Kobak and Berens 2019)
    returns             float64 (n, n), symmetric, with sum 1

    InputError where a row has no affinity to any other, or where more than half of the rows have it to duplicates only.
    """
    k = int(3 * max(perplexities))
    conditional = sum(
        _conditional(indices[:, :k], distances[:, :k], each, len(indices), threads) for each in perplexities
    )
    joint = (conditional + conditional.T).tocsr()
    _check(joint, distances[:, :k])
    return joint / joint.sum()


def tsne_of_new(
    indices: np.ndarray, distances: np.ndarray, perplexity: float, n: int, threads: int = 1
) -> sp.csr_matrix:
    """The conditional probabilities of m new points, given their nearest neighbors among the n points of a map: float64
    (m, n), each row with sum 1."""
    k = int(3 * perplexity)
    return _conditional(indices[:, :k], distances[:, :k], perplexity, n, threads)


def umap(points: np.ndarray, indices: np.ndarray, distances: np.ndarray, n_neighbors: int) -> sp.csr_matrix:
    """UMAP's fuzzy set of edges (McInnes, Healy and Melville 2018, algorithm 2), by umap-learn.

    indices, distances  int (n, k) and float (n, k) as above, k >= n_neighbors - 1, since UMAP counts a row itself
    returns             float32 (n, n), symmetric, each between 0 and 1
    """
    indices, distances = with_themselves(indices, distances, n_neighbors)
    graph, _, _ = umap_learn().umap_.fuzzy_simplicial_set(
        points, n_neighbors, None, "euclidean", knn_indices=indices, knn_dists=distances
    )
    return graph.tocsr()


def with_themselves(indices: np.ndarray, distances: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Neighbors as umap-learn expects them: `count` columns, each row its own first neighbor; distances float32."""
    own = np.arange(len(indices), dtype=np.int32)[:, None]
    distances = np.hstack([np.zeros(own.shape), distances[:, : count - 1]])
    return np.hstack([own, indices[:, : count - 1]]), distances.astype(np.float32)


def umap_learn() -> ModuleType:
    """umap-learn, without TensorFlow, which it would import where that is installed: ten seconds."""
    sys.modules.setdefault("umap.parametric_umap", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap

        return umap


def _check(joint: sp.csr_matrix, distances: np.ndarray) -> None:
    """InputError for affinities from which t-SNE gives no map, or a meaningless one."""
    total = np.asarray(joint.sum(axis=1)).ravel()
    isolated = ~(np.isfinite(total) & (total > 0))
    if isolated.any():
        raise InputError(
            f"t-SNE: row {isolated.argmax()} has no affinity to any other (such rows: {isolated.sum():,}): its"
            " neighbors are too far away for its perplexity. Remove rows with huge values, or use a larger perplexity."
        )
    share = (distances == 0).all(axis=1).mean()
    if share > 0.5:
        raise InputError(
            f"t-SNE: {share:.0%} of the rows have {distances.shape[1]} or more exact duplicates, so only duplicates"
            " attract each other. Keep one row of each kind, or use a larger perplexity."
        )


def _conditional(indices: np.ndarray, distances: np.ndarray, perplexity: float, n: int, threads: int) -> sp.csr_matrix:
    """From each of m rows to its neighbors among n, float64 (m, n), each row with sum 1."""
    from openTSNE.affinity import joint_probabilities_nn

    return joint_probabilities_nn(
        indices, distances, [perplexity], symmetrize=False, normalization="point-wise", n_reference_samples=n,
        n_jobs=threads,
    )  # fmt: skip
