"""PaCMAP (Wang et al. 2021) by its authors' package, an extra: `uv sync --extra pacmap`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.config import Strict
from pipeline.runtime.errors import InputError
from pipeline.types import Space

SEEDED = True


class Options(Strict):
    """n_neighbors: how many of its nearest a row is drawn to"""

    method: Literal["pacmap"]
    space: str
    n_neighbors: Annotated[int, Field(ge=2)]

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors

    def within(self, k: int) -> tuple[str, int, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "n_neighbors", self.n_neighbors, k


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Map a space onto the plane, from its principal components.

    space    points float32 (n, d), neighbor indices int32 (n, k), k >= n_neighbors
    returns  float32 (n, 2), in PaCMAP's own units; nothing else

    InputError where the package is not installed.
    """
    if importlib.util.find_spec("pacmap") is None:
        raise InputError("method: pacmap needs its package. Run: uv sync --extra pacmap")
    from pacmap import PaCMAP

    count = options.n_neighbors
    own = np.repeat(np.arange(len(space.points), dtype=np.int32), count)
    pairs = np.stack([own, space.indices[:, :count].ravel()], axis=1)
    fitted = PaCMAP(n_neighbors=count, pair_neighbors=pairs, distance="euclidean", random_state=seed)
    return fitted.fit_transform(np.array(space.points), init="pca").astype(np.float32), {}
