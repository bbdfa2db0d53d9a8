"""Digits, and how alike two maps are."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from pipeline.neighbors import graph


@pytest.fixture(scope="module")
def space():
    points = (load_digits().data[:400] / 16).astype(np.float32)
    return graph.make_space(points, k=45, training=np.arange(400) < 300)


@pytest.fixture(scope="session")
def shared_neighbors():
    """A function: the share of the 10 nearest neighbors that two maps have in common."""

    def share(one: np.ndarray, two: np.ndarray, k: int = 10) -> float:
        sets = [NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False) for points in (one, two)]
        return np.mean([len(set(a) & set(b)) / k for a, b in zip(*sets, strict=True)])

    return share
