"""What a run found, for other tools: one file a format, named as the format is (with _ for -), with `write(folder, run)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.types import Dataset


@dataclass(frozen=True)
class Others:
    """Rows that data.rows left out, on one map: places (m, 2), reconstruction errors (m,), NaN on a map of the raw data, and, as a
    placer has them, known ones."""

    places: np.ndarray
    errors: np.ndarray
    known: np.ndarray | None


@dataclass(frozen=True)
class Run:
    """maps      name -> float32 (n, 2), the first drawing; the best one first
    codes     encoder -> float32 (n, d)
    indices, distances  (n, k): each row's nearest neighbors in the data
    by_row    measures of each map by row, "<map> <measure>"
    others    of each map that further rows were put onto
    ids       reads the ids of those rows, (m,), in their order
    """

    dataset: Dataset
    maps: dict[str, np.ndarray]
    codes: dict[str, np.ndarray]
    indices: np.ndarray
    distances: np.ndarray
    by_row: pd.DataFrame
    others: dict[str, Others] = field(default_factory=dict)
    ids: Callable[[], pd.Series] | None = None
