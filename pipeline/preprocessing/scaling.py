"""Scaling of values for networks and distances, by a rule that is stored with the dataset; and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline import ragged
from pipeline.datasets import categories
from pipeline.datasets.source import Source, abbreviate, blocks
from pipeline.runtime.errors import InputError


def scale(rows: np.ndarray, scaling: dict[str, Any], where: str) -> np.ndarray:
    """Rows (n, *shape) in the units of the source -> float32, by the rule in a dataset's `info["scaling"]`:

    {"rule": "none"}; {"rule": "unit", "low", "high"}: (rows - low) / (high - low);
    {"rule": "standard" or "min_max", "center", "scale"}, each of the rows' shape, for sequences (channels,):
    (rows - center) / scale. "fill", of the rows' shape, first replaces missing values, if present.

    Equal rows become equal bytes, including missing steps. InputError for values beyond float32.
    """
    center, spread = center_and_spread(scaling)
    scaled = np.empty(rows.shape, np.float32)
    for block in blocks(rows):
        values = rows[block]
        if "fill" in scaling:
            values = np.where(np.isnan(values), np.array(scaling["fill"]), values)
        with np.errstate(over="ignore"):
            scaled[block] = values if scaling["rule"] == "none" else (values.astype(np.float64) - center) / spread
        scaled[block][np.isnan(scaled[block])] = np.nan  # one bit pattern for all NaN
        if np.isinf(scaled[block]).any():
            raise InputError(
                f"{where}: scaled values are beyond float32 (3.4e38), since a column that is nearly constant in the "
                "training rows varies in others. Exclude or fix it."
            )
    return scaled


def unscale(rows: np.ndarray, scaling: dict[str, Any]) -> np.ndarray:
    """Scaled rows (n, *shape) in the units of their source: the inverse of `scale`, except for missing values."""
    if scaling["rule"] == "none":
        return np.asarray(rows, dtype=np.float32)
    center, spread = center_and_spread(scaling)
    return rows * spread + center


def center_and_spread(scaling: dict[str, Any]) -> tuple[float | np.ndarray, float | np.ndarray]:
    """What a scaling subtracts, and then divides by: numbers, or arrays of the rows' shape."""
    if scaling["rule"] == "unit":
        return scaling["low"], scaling["high"] - scaling["low"]
    return np.array(scaling.get("center", 0.0)), np.array(scaling.get("scale", 1.0))


def choose(
    source: Source, training: np.ndarray, rule: str, missing: str, where: str, notes: list[str]
) -> dict[str, Any]:
    """The scaling of `source` by `rule` (auto, none, unit, standard, min_max), fitted to training rows (n, *shape).

    auto is unit for images whose range of values is known, otherwise standard. standard and min_max apply to each value
    of a row; for sequences, to each channel over all steps that are not padding. Adds sentences to `notes`.
    missing  mean or median, which replaces a column's missing values; refuse: there are none

    InputError if all training rows are equal, and for unit without a known range.
    """
    if missing != "refuse" and source.kind == "vector" and isinstance(training, np.ndarray):
        fill = _fill(source, training, missing, where, notes)
        filled = np.where(np.isnan(training), fill, training)
        return _rule(source, filled, rule, where, notes) | {"fill": fill.tolist()}
    return _rule(source, training, rule, where, notes)


def _fill(source: Source, training: np.ndarray, missing: str, where: str, notes: list[str]) -> np.ndarray:
    """Each column's mean or median in the training rows (d,), for columns of 0 and 1 the share of 1; InputError for a
    column without a value in them."""
    names = source.feature_names or [str(column) for column in range(training.shape[1])]
    absent = np.isnan(training).all(axis=0)
    if absent.any():
        raise InputError(f'{where}: column "{names[absent.argmax()]}" has no value in the training rows. Exclude it.')
    position = {name: column for column, name in enumerate(names)}
    columns = categories.source_columns(names, source.levels)
    shares = [position[feature] for levels in columns.values() for feature in levels]
    fill = (np.nanmean if missing == "mean" else np.nanmedian)(training, axis=0)
    fill[shares] = training[:, shares].mean(axis=0, where=~np.isnan(training[:, shares]))
    # One feature per column of the table, so that a missing category counts once.
    cells = [position[next(iter(levels), name)] for name, levels in columns.items()]
    per_row = np.concatenate([np.isnan(source.rows[block])[:, cells].sum(axis=1) for block in blocks(source.rows)])
    count, incomplete = per_row.sum(), np.count_nonzero(per_row)
    if count:
        category_shares = "; each category by the shares of its values there" if shares else ""
        notes.append(
            f"Missing values: {count:,} in {incomplete:,} of {len(source.rows):,} rows; each number was replaced by"
            f" its column's {missing} in the training rows{category_shares}. Rows with many missing values lie closer"
            " to the middle than they should."
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
            f"{where}: all {len(rows):,} training rows are equal, so there is nothing to map. Check that "
            "the right columns and enough rows are read."
        )
    if constant.any():
        notes.append(_constant_note(source, constant))
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
        _note_wide_range(source.value_range, training, notes)
        return {"rule": "unit", "low": source.value_range[0], "high": source.value_range[1]}
    if rule == "none":
        return {"rule": "none"}
    return _min_max(training, constant) if rule == "min_max" else _standard(training, constant)


def _constant_note(source: Source, constant: np.ndarray) -> str:
    unit = {"image": "pixels", "sequence": "channels", "vector": "columns"}[source.kind]
    if source.kind != "image":
        first = 1 if source.kind == "sequence" else 0  # the report counts channels from 1
        names = source.feature_names or [str(first + number) for number in range(constant.size)]
        unit += f" ({abbreviate([names[number] for number in np.flatnonzero(constant)])})"
    return f"Constant in the training rows: {constant.sum():,} of {constant.size:,} {unit}."


def _note_wide_range(value_range: tuple[float, float], training: np.ndarray, notes: list[str]) -> None:
    """Add a note if the range seems too wide, as for digits of 0 to 16 in a file of bytes."""
    low, high = value_range
    largest = training.max()
    if largest <= low + (high - low) / 4:
        notes.append(
            f"The largest value is {largest:g}, but {high:g} is assumed to be possible. If that is wrong, add"
            f" `range: [{low:g}, {largest:g}]` to the dataset's card; otherwise an autoencoder learns little."
        )


def _constant(rows: np.ndarray) -> np.ndarray:
    return np.logical_and.reduce([(rows[block] == rows[0]).all(axis=0) for block in blocks(rows)])


def _standard(rows: np.ndarray, constant: np.ndarray) -> dict[str, Any]:
    """Mean and standard deviation of each column, in float64; the deviation is 1 for a constant column."""
    center = sum(rows[block].sum(axis=0, dtype=np.float64) for block in blocks(rows)) / len(rows)
    squares = sum(((rows[block].astype(np.float64) - center) ** 2).sum(axis=0) for block in blocks(rows))
    spread = np.sqrt(squares / len(rows))
    spread[constant | (spread == 0)] = 1.0
    return {"rule": "standard", "center": center.tolist(), "scale": spread.tolist()}


def _min_max(rows: np.ndarray, constant: np.ndarray) -> dict[str, Any]:
    """Lowest value and range of each column; the range is 1 for a constant column."""
    low = np.min([rows[block].min(axis=0) for block in blocks(rows)], axis=0).astype(np.float64)
    spread = np.max([rows[block].max(axis=0) for block in blocks(rows)], axis=0) - low
    spread[constant] = 1.0
    return {"rule": "min_max", "center": low.tolist(), "scale": spread.tolist()}
