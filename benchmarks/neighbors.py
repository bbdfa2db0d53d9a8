"""Exact nearest neighbors: ours compared with scikit-learn's brute force. `--full` takes all 70,000 rows."""

import argparse
from functools import partial

import numpy as np

from benchmarks import pair


def ours(points: np.ndarray, k: int) -> str:
    from pipeline.neighbors.search import nearest

    return _text(nearest(points, k)[1])


def scikit_learn(points: np.ndarray, k: int) -> str:
    from sklearn.neighbors import NearestNeighbors

    return _text(NearestNeighbors(algorithm="brute").fit(points).kneighbors(n_neighbors=k)[0])


def _text(distances: np.ndarray) -> str:
    return f"sum of distances {distances.sum(dtype=np.float64):,.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="70,000 rows, also of 50 principal components; minutes")
    full = parser.parse_args().full
    source, points = pair.images(70_000 if full else 20_000)
    cases = [(points, 15)] + ([(pair.components(points, 50), 90)] if full else [])
    for data, k in cases:
        n, d = data.shape
        functions = {"ours": partial(ours, k=k), "scikit-learn": partial(scikit_learn, k=k)}
        pair.run(f"exact neighbors of {source}, {n:,} x {d}, k = {k}", [data], functions, repeats=1 if full else 3)


if __name__ == "__main__":
    main()
