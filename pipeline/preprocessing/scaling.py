"""Putting values on a scale that networks and distances can work with, by a rule that can be written down."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline import ragged
from pipeline.datasets import categories
from pipeline.datasets.source import Source, abbreviate, blocks
from pipeline.runtime.errors import InputError


def scale(rows: np.ndarray, scaling: dict[str, Any], where: str) -> np.ndarray:
    """Rows (n, *shape) as the source has them -> float32, by the rule in a dataset's `info["scaling"]`:

    {"rule": "none"}; {"rule": "unit", "low", "high"}: (rows - low) / (high - low);
    {"rule": "standard" or "min_max", "center", "scale"}, each of the rows' shape, for sequences (channels,):
    (rows - center) / scale. Where there is "fill", of the rows' shape, it first takes the place of missing values.

    Equal rows are equal bytes, missing steps included.
    """
    center, spread = 0.0, 1.0
    if scaling["rule"] == "unit":
        center, spread = scaling["low"], scaling["high"] - scaling["low"]
    if "center" in scaling:
        center, spread = np.array(scaling["center"]), np.array(scaling["scale"])
    scaled = np.empty(rows.shape, np.float32)
    for block in blocks(rows):
        real = rows[block]
        if "fill" in scaling:
            real = np.where(np.isnan(real), np.array(scaling["fill"]), real)
        with np.errstate(over="ignore"):
            scaled[block] = real if scaling["rule"] == "none" else (real.astype(np.float64) - center) / spread
        scaled[block][np.isnan(scaled[block])] = np.nan
        if np.isinf(scaled[block]).any():
            raise InputError(
                f"{where}: scaled values are beyond float32 (3.4e38): a column that hardly varies in the "
                "training rows varies elsewhere. Exclude it, or mend it."
            )
    return scaled


def unscale(rows: np.ndarray, scaling: dict[str, Any]) -> np.ndarray:
    """Scaled rows (n, *shape) in the units of their source: the inverse of `scale`, except for missing values."""
    if scaling["rule"] == "none":
        return np.asarray(rows, dtype=np.float32)
    if scaling["rule"] == "unit":
        return rows * (scaling["high"] - scaling["low"]) + scaling["low"]
    return rows * np.array(scaling["scale"]) + np.array(scaling["center"])


def choose(
    source: Source, training: np.ndarray, rule: str, missing: str, where: str, notes: list[str]
) -> dict[str, Any]:
    """The scaling of `source` by `rule` (auto, none, unit, standard, min_max), learned from training rows (n, *shape).

    auto is unit for images whose range of values is known, and standard otherwise: for each value of a row, for
    sequences each channel over all true steps. Adds sentences to `notes`.
    missing  mean or median: what a column's missing values become; refuse: there are none

    InputError when all the training rows are alike, and for unit where no range is known.
    """
    if missing != "refuse" and source.kind == "vector" and isinstance(training, np.ndarray):
        fill = _fill(source, training, missing, where, notes)
        filled = np.where(np.isnan(training), fill, training)
        return _rule(source, filled, rule, where, notes) | {"fill": fill.tolist()}
    return _rule(source, training, rule, where, notes)


def _fill(source: Source, training: np.ndarray, missing: str, where: str, notes: list[str]) -> np.ndarray:
    """Each column's mean or median in the training rows (d,), of columns of 0 and 1 the share of 1; InputError for one that has no
    value in them."""
    names = source.feature_names or [str(column) for column in range(training.shape[1])]
    absent = np.isnan(training).all(axis=0)
    if absent.any():
        raise InputError(f'{where}: column "{names[absent.argmax()]}" has no value in the training rows. Exclude it.')
    at = {name: column for column, name in enumerate(names)}
    columns = categories.source_columns(names, source.levels)
    shares = [at[feature] for made in columns.values() for feature in made]
    fill = (np.nanmean if missing == "mean" else np.nanmedian)(training, axis=0)
    fill[shares] = training[:, shares].mean(axis=0, where=~np.isnan(training[:, shares]))
    cells = [
        at[next(iter(made), name)] for name, made in columns.items()
    ]  # one a column of the table, however many it became
    lacking = np.concatenate([np.isnan(source.rows[block])[:, cells].sum(axis=1) for block in blocks(source.rows)])
    count, gaps = lacking.sum(), np.count_nonzero(lacking)
    if count:
        shared = ", each category the shares of its values there" if shares else ""
        notes.append(
            f"Missing values: {count:,} in {gaps:,} of {len(source.rows):,} rows; each number became its column's {missing} in the"
            f" training rows{shared}. Rows with many of them lie nearer to the middle than they should."
        )
    return fill


def _rule(source: Source, training: np.ndarray, rule: str, where: str, notes: list[str]) -> dict[str, Any]:
    rows = training
    if source.kind == "sequence":
        training = rows[ragged.present(rows)]
    constant = _constant(training)
    if constant.all() or (
        source.kind == "sequence" and all(np.array_equal(row, rows[0], equal_nan=True) for row in rows)
    ):
        raise InputError(
            f"{where}: all {len(rows):,} training rows are alike, so there is nothing to map. Check that "
            "the right columns, and enough rows, are read."
        )
    if constant.any():
        notes.append(_said(source, constant))
    if rule == "auto" and source.kind == "image" and source.value_range:
        rule = "unit"
    elif rule == "auto":
        rule = "standard"
        if source.kind == "image":
            notes.append("Each pixel was standardized, since no `range` of the values is known.")
    if rule == "unit" and not source.value_range:
        raise InputError(
            f"params.yaml: data.scaling is unit, which needs the range of the values, and {where} has none. "
            "Add `range: [low, high]` to its dataset.yaml, or use standard or none."
        )
    if rule == "unit":
        _doubt_range(source.value_range, training, notes)
        return {"rule": "unit", "low": source.value_range[0], "high": source.value_range[1]}
    if rule == "none":
        return {"rule": "none"}
    return _min_max(training, constant) if rule == "min_max" else _standard(training, constant)


def _said(source: Source, constant: np.ndarray) -> str:
    what = {"image": "pixels", "sequence": "channels", "vector": "columns"}[source.kind]
    if source.kind != "image":
        first = 1 if source.kind == "sequence" else 0  # the report counts channels from 1
        names = source.feature_names or [str(first + number) for number in range(constant.size)]
        what += f" ({abbreviate([names[number] for number in np.flatnonzero(constant)])})"
    return f"Constant in the training rows: {constant.sum():,} of {constant.size:,} {what}."


def _doubt_range(value_range: tuple[float, float], training: np.ndarray, notes: list[str]) -> None:
    """Digits of 0 to 16 in a file of bytes would be taken for nearly black pictures."""
    low, high = value_range
    largest = training.max()
    if largest <= low + (high - low) / 4:
        notes.append(
            f"Values reach {largest:g} where {high:g} is taken for the largest possible: if that is wrong, add"
            f" `range: [{low:g}, {largest:g}]` to the dataset's card, or an autoencoder learns little."
        )


def _constant(rows: np.ndarray) -> np.ndarray:
    return np.logical_and.reduce([(rows[block] == rows[0]).all(axis=0) for block in blocks(rows)])


def _standard(rows: np.ndarray, constant: np.ndarray) -> dict[str, Any]:
    """Mean and standard deviation of each column, in float64; 1 for a column that does not vary."""
    center = sum(rows[block].sum(axis=0, dtype=np.float64) for block in blocks(rows)) / len(rows)
    squares = sum(((rows[block].astype(np.float64) - center) ** 2).sum(axis=0) for block in blocks(rows))
    spread = np.sqrt(squares / len(rows))
    spread[constant | (spread == 0)] = 1.0
    return {"rule": "standard", "center": center.tolist(), "scale": spread.tolist()}


def _min_max(rows: np.ndarray, constant: np.ndarray) -> dict[str, Any]:
    """Least value and range of each column; 1 for a column that does not vary."""
    low = np.min([rows[block].min(axis=0) for block in blocks(rows)], axis=0).astype(np.float64)
    spread = np.max([rows[block].max(axis=0) for block in blocks(rows)], axis=0) - low
    spread[constant] = 1.0
    return {"rule": "min_max", "center": low.tolist(), "scale": spread.tolist()}
