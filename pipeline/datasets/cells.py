"""What the columns and cells of a table contain, in words."""

from __future__ import annotations

import pandas as pd


def kind_of(column: pd.Series) -> str:
    """What a column contains, in a word or two."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categories"
    if pd.api.types.is_bool_dtype(column):
        return "yes or no"
    if pd.api.types.is_numeric_dtype(column):
        return "whole numbers" if pd.api.types.is_integer_dtype(column) else "numbers"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "dates"
    return "text" if column.dropna().map(lambda value: isinstance(value, str)).all() else "other"


def nearly_numbers(column: pd.Series) -> str | None:
    """For a text column that mostly holds numbers: how many are numbers, and what the others are. Otherwise None."""
    present = column.dropna()
    if kind_of(column) != "text":
        return None
    others = present[pd.to_numeric(present, errors="coerce").isna()]
    if not 0 < len(others) <= len(present) / 2:
        return None
    values = others.unique()
    examples = ", ".join(map(show, values[:3])) + (", ..." if len(values) > 3 else "")
    return f"{len(present) - len(others):,} of {len(present):,} values are numbers, the others {examples}"


def distinct(column: pd.Series) -> int | None:
    """The number of different values; None if values cannot be compared."""
    try:
        return int(column.nunique())
    except TypeError:
        return None


def is_number(value: object) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def show(value: object) -> str:
    """A value as a message shows it: text in quotes, at most 60 characters."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
