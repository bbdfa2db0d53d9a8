"""Labels as names: text, sorted so that numbers sort as numbers."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from pipeline.runtime.errors import InputError

# A decimal column with more values than this is a measurement, not a class.
MOST_DECIMAL_CLASSES = 20


def named(values: pd.Series, classes: dict[str, str] | None, where: str) -> tuple[np.ndarray, list[str]]:
    """Each row's label as text (n,), and the distinct names, sorted.

    values     whole numbers, decimals that stand for classes, booleans or text
    classes    names for the values as text: {"0": "T-shirt", ...}

    1 and 1.0 both become "1"; blanks around a name are removed. InputError for missing labels, measurements, and values
    without a name in `classes`.
    """
    missing = values.isna().to_numpy()
    if missing.any():
        raise InputError(
            f"{where}: rows without a label: {missing.sum():,} (first: row {missing.argmax()}, counting from "
            '0). Give them a label (such as "unknown"), or remove these rows.'
        )
    codes, distinct = pd.factorize(values)
    if pd.api.types.is_float_dtype(values.dtype) and len(distinct) > MOST_DECIMAL_CLASSES:
        raise InputError(
            f"{where}: the label is decimal with {len(distinct):,} different values; allowed are at most "
            f"{MOST_DECIMAL_CLASSES}. Choose another label, or store classes as whole numbers or text."
        )
    names = [_name(value) for value in distinct]
    for name in names if classes else []:
        if name not in classes:
            raise InputError(f'{where}: `classes` in the card has no name for the label "{name}". Add it.')
    names = [classes[name] for name in names] if classes else names
    return np.array(names, dtype=object)[codes], sorted(set(names), key=natural)


def natural(name: str) -> tuple:
    """A sorting key: numbers first, by value; then text, with the numbers in it by value."""
    try:
        number = float(name)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return 0, number, [], name
    return 1, 0.0, [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)], name


def _name(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip() or str(value)
