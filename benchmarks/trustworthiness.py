"""Trustworthiness of the plane of two principal components: ours compared with scikit-learn's."""

import numpy as np

from benchmarks import pair

N, K = 10_000, 15


def ours(points: np.ndarray, embedding: np.ndarray) -> str:
    from pipeline.metrics import measures
    from pipeline.neighbors import ranks, search

    data_ranks = ranks.ranks(points, search.nearest(embedding, K)[0])
    return _text(measures.trustworthiness(data_ranks, len(points)).mean(), len(points))


def scikit_learn(points: np.ndarray, embedding: np.ndarray) -> str:
    from sklearn.manifold import trustworthiness

    wide = points.astype(np.float64), embedding.astype(np.float64)  # in float32, rounding makes distances equal
    return _text(trustworthiness(*wide, n_neighbors=K), len(points))


def _text(value: float, n: int) -> str:
    """The measure, and the sum over all neighbors of by how much their ranks exceed k, from which it is computed."""
    return f"{value:.6f}, excess of ranks {round((1 - value) * n * K * (2 * n - 3 * K - 1) / 2):,}"


def main() -> None:
    source, points = pair.images(N)
    data = [points, pair.components(points, 2)]
    functions = {"ours": ours, "scikit-learn": scikit_learn}
    pair.run(f"trustworthiness of {source}, {N:,} x {points.shape[1]}, k = {K}", data, functions, repeats=3)


if __name__ == "__main__":
    main()
