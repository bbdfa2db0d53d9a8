"""What a run found, for other tools: one file a format, named as the format is (with _ for -), with `write(folder, run)`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.nouns import Dataset


@dataclass(frozen=True)
class Run:
    """maps      name -> float32 (n, 2), the first drawing; the best one first
    codes     encoder -> float32 (n, d)
    indices, distances  (n, k): each row's nearest neighbors in the data
    by_row    measures of each map by row, "<map> <measure>"
    """

    dataset: Dataset
    maps: dict[str, np.ndarray]
    codes: dict[str, np.ndarray]
    indices: np.ndarray
    distances: np.ndarray
    by_row: pd.DataFrame
