"""A two-dimensional code as it is."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from pipeline.methods import Fitted, MethodOptions, Progress, silent
from pipeline.runtime.errors import InputError
from pipeline.types import Layer, Space


class Options(MethodOptions):
    seeded: ClassVar[bool] = False

    method: Literal["code"]

    def layers(self, mapper: dict[str, np.ndarray]) -> dict[str, list[Layer]]:
        return {"transform": []}


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The points float32 (n, 2) of a space of two columns. InputError for any other space."""
    columns = space.points.shape[1]
    if columns != 2:
        raise InputError(
            f"method: code draws a space of 2 columns; {options.space} has {columns}. Use code_size: 2, or another"
            " method."
        )
    return np.array(space.points), {}


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Queries float32 (m, 2), as they are."""
    return queries
