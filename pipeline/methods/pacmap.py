"""PaCMAP (Wang et al. 2021) by its authors' package, an extra: `uv sync --extra pacmap`."""

from __future__ import annotations

import importlib.util
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.config import Sweepable
from pipeline.methods import MethodOptions, Neighborhood, Progress, silent
from pipeline.runtime.errors import InputError
from pipeline.types import Space


class Options(MethodOptions):
    """n_neighbors: how many of its nearest neighbors attract a row"""

    method: Literal["pacmap"]
    n_neighbors: Sweepable[Annotated[int, Field(ge=2), Neighborhood()]]

    @property
    def cannot_transform(self) -> str:
        return "PaCMAP has no way to add points to a map"


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed a space in the plane, initialized by its principal components.

    space    points float32 (n, d), neighbor indices int32 (n, k), k >= n_neighbors
    returns  float32 (n, 2), in PaCMAP's own units

    InputError where the package is not installed.
    """
    if importlib.util.find_spec("pacmap") is None:
        raise InputError("method: pacmap needs its package. Run: uv sync --extra pacmap")
    from pacmap import PaCMAP

    count = options.n_neighbors
    rows = np.repeat(np.arange(len(space.points), dtype=np.int32), count)
    pairs = np.stack([rows, space.indices[:, :count].ravel()], axis=1)
    model = PaCMAP(n_neighbors=count, pair_neighbors=pairs, distance="euclidean", random_state=seed)
    return model.fit_transform(np.array(space.points), init="pca").astype(np.float32), {}
