"""The plane of the first two principal components (Hotelling 1933): linear, so its axes mean something."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pipeline.nouns import Space
from pipeline.params import Strict

SEEDED = False


class Options(Strict):
    method: Literal["pca"]
    space: str


def embed(space: Space, options: Options, seed: int, threads: int) -> np.ndarray:
    """Project a space onto the two directions in which its training rows vary most.

    space    points float32 (n, d), training bool (n,)
    returns  float32 (n, 2), in the units of the space

    A space of one column gets a second coordinate of zero.
    """
    from sklearn.decomposition import PCA

    # Centered in float64 first: the solver subtracts the mean only from the products, which cancels far from zero.
    center = space.points[space.training].mean(axis=0, dtype=np.float64).astype(np.float32)
    centered = space.points - center
    training = centered[space.training]
    size = min(2, *training.shape)
    solver = "covariance_eigh" if training.shape[1] <= 4096 else "randomized"
    found = PCA(size, svd_solver=solver, random_state=seed).fit(training)
    points = np.zeros((len(space.points), 2), dtype=np.float32)
    points[:, :size] = found.transform(centered)
    return points
