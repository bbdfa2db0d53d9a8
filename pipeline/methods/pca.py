"""The plane of the first two principal components (Hotelling 1933): linear, so its axes mean something."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from pipeline.methods import Fitted, MethodOptions, Progress, silent
from pipeline.types import Layer, Space


class Options(MethodOptions):
    seeded: ClassVar[bool] = False

    method: Literal["pca"]

    def layers(self, mapper: dict[str, np.ndarray]) -> dict[str, list[Layer]]:
        return {"transform": [(mapper["components"].T, -mapper["components"] @ mapper["center"], "linear")]}


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Project a space onto the two directions in which its training rows vary most.

    space    points float32 (n, d), training bool (n,)
    returns  float32 (n, 2), in the units of the space; the training rows' mean `center` (d,), and `components` (2, d)

    A space of one column gets a second coordinate of zero.
    """
    from sklearn.decomposition import PCA

    # Centered in float64 first: the solver subtracts the mean only from the products, which cancels far from zero.
    center = space.points[space.training].mean(axis=0, dtype=np.float64).astype(np.float32)
    training = space.points[space.training] - center
    size = min(2, *training.shape)
    solver = "covariance_eigh" if training.shape[1] <= 4096 else "randomized"
    model = PCA(size, svd_solver=solver, random_state=seed).fit(training)
    components = np.zeros((2, space.points.shape[1]), dtype=np.float32)
    components[:size] = model.components_
    center += model.mean_.astype(np.float32)
    return _project(space.points, center, components), {"center": center, "components": components}


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Queries float32 (m, d) projected onto the same plane: float32 (m, 2)."""
    return _project(queries, fitted.mapper["center"], fitted.mapper["components"])


def _project(rows: np.ndarray, center: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Without BLAS, whose last digits depend on how many rows there are."""
    return np.einsum("ij,kj->ik", rows - center, components, dtype=np.float64, casting="same_kind").astype(np.float32)
