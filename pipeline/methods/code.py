"""An encoder's own plane: codes of two numbers, drawn as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from pipeline.config import Strict
from pipeline.methods import Nearest
from pipeline.runtime.errors import InputError
from pipeline.types import Layer, Space

SEEDED = False


class Options(Strict):
    method: Literal["code"]
    space: str


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The points float32 (n, 2) of a space of two columns. InputError for any other space."""
    columns = space.points.shape[1]
    if columns != 2:
        raise InputError(
            f"method: code draws a space of 2 columns; {options.space} has {columns}. Use code_size: 2, or another method."
        )
    return np.array(space.points), {}


def place(
    rows: np.ndarray,
    nearest: Nearest,
    points: np.ndarray,
    mapper: dict[str, np.ndarray],
    options: Options,
    threads: int,
) -> np.ndarray:
    """rows float32 (m, 2), as they are."""
    return rows


def layers(mapper: dict[str, np.ndarray], options: Options) -> dict[str, list[Layer]]:
    """What `place` computes: nothing."""
    return {"place": []}
