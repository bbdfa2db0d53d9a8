"""Long tables of series: one line per step, an id that tells the series, and a column that orders its steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source, check_ids_present, from_arrays
from pipeline.datasets.unpacking import check_size
from pipeline.runtime.errors import InputError


def to_source(path: Path, values: np.ndarray, time: pd.Series, columns: dict[str, np.ndarray], card: Card) -> Source:
    """Lines (m, channels) with their times (m,) and other columns (m,) -> series (n, steps, channels), padded with NaN.

    Series are in the order in which their ids first appear; steps in the order of time, whatever the gaps between them.
    InputError without ids, for missing or repeated times, and for a label or split that changes within a series.
    """
    if "id" not in columns:
        raise InputError(
            f"{path}: `time` in {NAME} needs an id, which tells the series of a line."
            f" {card.how_to_add('id: COLUMN', path)}."
        )
    if time.isna().any():
        raise InputError(f"{path}: no time in row {time.isna().to_numpy().argmax()}, counting from 0. Fill it in.")
    ids = pd.Series(columns["id"])
    check_ids_present(path, ids)
    table = pd.DataFrame({"series": pd.factorize(ids)[0], "time": time.to_numpy()})
    repeated = table.duplicated().to_numpy()
    if repeated.any():
        row = int(repeated.argmax())
        raise InputError(
            f"{path}: {ids[row]} has two lines for the time {time.iloc[row]} (second: row {row}, counting from 0)."
            " Keep one."
        )
    order = table.sort_values(["series", "time"], kind="stable").index.to_numpy()
    numbers = table["series"].to_numpy()[order]
    counts = np.bincount(numbers)
    starts = np.cumsum(counts) - counts
    steps = np.arange(len(order)) - np.repeat(starts, counts)
    check_size(path, 8 * len(counts) * int(counts.max()) * values.shape[1])
    rows = np.full((len(counts), counts.max(), values.shape[1]), np.nan)
    rows[numbers, steps] = values[order]
    first_lines = order[starts]
    series_columns = {}
    for name, column in columns.items():
        changing = np.flatnonzero(pd.Series(column).groupby(table["series"]).nunique(dropna=False).to_numpy() > 1)
        if len(changing) and name in ("label", "split"):
            raise InputError(
                f"{path}: the {name} of {ids[first_lines[changing[0]]]} changes within the series. Give each series"
                " one."
            )
        if not len(changing):
            series_columns[name] = column[first_lines]
    return from_arrays(path, card, rows, series_columns, kind="sequence")
