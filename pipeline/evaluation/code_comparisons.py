"""Each autoencoder's code compared with the PCA code of the same size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.metrics.lost_neighbors import contained
from pipeline.statistics import intervals
from pipeline.statistics.intervals import Measurement
from pipeline.types import Space

COLUMNS = [
    "encoder",
    "against",
    "measure",
    "k",
    "value",
    "against_value",
    "difference",
    "low",
    "high",
    "verdict",
    "covers",
]
OVER_ROWS = "over other rows like these, for the codes fitted here, not over another training"


def compare(
    encoders: dict[str, dict[str, Any]], summary: pd.DataFrame, kept: dict[str, np.ndarray], k: int, margin: float
) -> pd.DataFrame:
    """A line for each autoencoder with a PCA of the same size, and each measure against the raw data, as COLUMNS.

    encoders  the section of params.yaml
    summary   as `measurements.summarize` returns it
    kept      encoder -> share of its k neighbors that each row keeps in the code (n,); empty if these are unknown
    margin    differences within it are equivalent

    The interval is over trainings; with one training, that of recall at k over rows, and others have none.
    """
    codes = summary[(summary["view"] == "codes") & (summary["against"] == "raw")]
    measured = {(row.name, row.measure, row.k): row for row in codes.itertuples(index=False)}
    rows = []
    for name, measure, size in measured:
        against = pca_of_same_size(encoders, name)
        if against is None or (against, measure, size) not in measured:
            continue
        own, other = measured[name, measure, size], measured[against, measure, size]
        paired = [kept[each] for each in (name, against)] if kept and (measure, size) == ("recall", k) else []
        difference = _difference(name, own, other, paired)
        rows.append((name, against, measure, size, own.value, other.value, difference.value, difference.low,
                     difference.high, intervals.verdict(difference, margin), difference.covers))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def pca_of_same_size(encoders: dict[str, dict[str, Any]], encoder: str) -> str | None:
    """The first PCA with as many dimensions as an autoencoder; None for a PCA, and if there is none."""
    if encoders[encoder]["kind"] == "pca":
        return None
    size = encoders[encoder]["code_size"]
    pcas = (name for name, options in encoders.items() if (options["kind"], options["code_size"]) == ("pca", size))
    return next(pcas, None)


def kept_neighbors(spaces: dict[str, Space], k: int) -> dict[str, np.ndarray]:
    """encoder -> share of its k neighbors in the raw data that each row keeps in the code (n,); empty if neighbors are
    approximate.

    spaces  "raw", and by encoder
    """
    if any(space.recall < 1 for space in spaces.values()):
        return {}
    raw = spaces["raw"].indices[:, :k]
    codes = {name: space.indices[:, :k] for name, space in spaces.items() if name != "raw"}
    return {name: contained(raw, indices).mean(axis=1) for name, indices in codes.items()}


def _difference(encoder: str, own: Any, other: Any, paired: list[np.ndarray]) -> Measurement:
    if own.n > 1 and 0 < own.high - own.low < np.inf:
        return intervals.difference_of_measurements(own, other, f"over {own.n} trainings of {encoder}")
    if paired:
        over = intervals.paired_difference(*paired)
        return Measurement(over.value, over.low, over.high, OVER_ROWS, over.n)
    value = own.value - other.value
    return Measurement(
        value, value, value, f"without an interval: {encoder} was trained once (see trainings in params.yaml)", 1
    )
