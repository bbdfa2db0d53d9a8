"""A long table of series: a line a step, an id that names the series, and a column that orders its steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import allow
from pipeline.runtime.errors import InputError


def to_source(path: Path, values: np.ndarray, time: pd.Series, columns: dict[str, np.ndarray], card: Card) -> Source:
    """Lines (m, channels) with their times (m,) and columns (m,) each -> series (n, steps, channels), padded with NaN.

    Series stand in the order in which their ids come first; their steps in that of time, one after another, however far
    apart. InputError without an id, for times that are missing or stand twice, and for a label that changes within a series.
    """
    if "id" not in columns:
        raise InputError(
            f"{path}: `time` in {NAME} needs an id, which says whose step a line is. {card.advice('id: COLUMN', path)}."
        )
    if time.isna().any():
        raise InputError(f"{path}: no time in row {time.isna().to_numpy().argmax()}, counting from 0. Fill it in.")
    ids = pd.Series(columns["id"])
    if ids.isna().any():
        raise InputError(f"{path}: row {ids.isna().to_numpy().argmax()}, counting from 0, has no id. Give it one.")
    lines = pd.DataFrame({"series": pd.factorize(ids)[0], "time": time.to_numpy()})
    twice = lines.duplicated().to_numpy()
    if twice.any():
        row = int(twice.argmax())
        raise InputError(
            f"{path}: {ids[row]} has two lines for the time {time.iloc[row]} (second: row {row}, counting from 0). Keep one."
        )
    order = lines.sort_values(["series", "time"], kind="stable").index.to_numpy()
    numbers = lines["series"].to_numpy()[order]
    counts = np.bincount(numbers)
    steps = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    allow(path, 8 * len(counts) * int(counts.max()) * values.shape[1])
    rows = np.full((len(counts), counts.max(), values.shape[1]), np.nan)
    rows[numbers, steps] = values[order]
    firsts = order[np.cumsum(counts) - counts]
    kept = {}
    for name, found in columns.items():
        changing = np.flatnonzero(pd.Series(found).groupby(lines["series"]).nunique(dropna=False).to_numpy() > 1)
        if len(changing) and name in ("label", "split"):
            raise InputError(
                f"{path}: the {name} of {ids[firsts[changing[0]]]} changes within the series. Give each series one."
            )
        if not len(changing):
            kept[name] = found[firsts]
    return from_arrays(path, card, rows, kept, kind="sequence")
