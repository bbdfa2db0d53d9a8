"""A run's results for other tools. One file per format, named like it (with _ for -), with `write(folder, results)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.types import Dataset


@dataclass(frozen=True)
class RemainingRows:
    """The rows that data.rows left out, transformed onto one map.

    points       float32 (m, 2)
    errors       reconstruction errors (m,); NaN on a map of the raw data
    test_errors  errors of the test rows, the reference of p-values; None on a map of the raw data
    """

    points: np.ndarray
    errors: np.ndarray
    test_errors: np.ndarray | None


@dataclass(frozen=True)
class Results:
    """maps           name -> float32 (n, 2), the first embedding; the most faithful map first
    codes          encoder -> float32 (n, d)
    indices, distances  (n, k): each row's nearest neighbors in the data
    by_row         measures of each map by row, "<map> <measure>"
    remaining      name -> rows that were transformed onto this map
    remaining_ids  a function that reads the ids of these rows, (m,)
    """

    dataset: Dataset
    maps: dict[str, np.ndarray]
    codes: dict[str, np.ndarray]
    indices: np.ndarray
    distances: np.ndarray
    by_row: pd.DataFrame
    remaining: dict[str, RemainingRows] = field(default_factory=dict)
    remaining_ids: Callable[[], pd.Series] | None = None
