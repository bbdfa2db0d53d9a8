"""Categorical columns as columns of 0 and 1, one per value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.datasets import cells
from pipeline.datasets.card import Card, quoted
from pipeline.runtime.errors import InputError

MOST = 50  # values of one column


def one_hot(path: Path, features: pd.DataFrame, card: Card) -> tuple[pd.DataFrame, dict[str, list[Any]]]:
    """The features, with categorical columns as columns of 0 and 1 (NaN if missing); and their values, in order.

    A column is categorical by its own type or by the card.
    """
    levels, parts = {}, []
    for name in features:
        column = features[name]
        if name not in card.categories and not isinstance(column.dtype, pd.CategoricalDtype):
            parts.append(column)
            continue
        values = card.levels(name) or _levels(path, name, column, card)
        missing = column.isna()
        unknown = ~column.isin(values) & ~missing
        if unknown.any():
            row = unknown.to_numpy().argmax()
            raise InputError(
                f'{path}: column "{name}" holds {cells.show(column.iloc[row])} in row {row}, counting from 0, which'
                f" the known data do not have; allowed: {', '.join(map(str, values))}."
            )
        levels[name] = values
        for value in values:
            parts.append((column == value).astype(float).where(~missing).rename(_feature(name, value)))
    return pd.concat(parts, axis=1), levels


def source_columns(features: list[str], levels: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """The table's columns that features come from, in order: each with {feature: value} if categorical, else {}."""
    origins = {_feature(name, value): (name, value) for name, values in levels.items() for value in values}
    columns: dict[str, dict[str, Any]] = {}
    for feature in features:
        name, value = origins.get(feature, (feature, None))
        columns.setdefault(name, {}).update({feature: value} if feature in origins else {})
    return columns


def _feature(name: str, value: Any) -> str:
    return f"{name}={value}"


def _levels(path: Path, name: str, column: pd.Series, card: Card) -> list[Any]:
    present = column.dropna().tolist()
    other = next((value for value in present if not isinstance(value, str | int | float)), None)
    if other is not None:
        raise InputError(
            f'{path}: column "{name}" holds {cells.show(other)}; categories must be text or numbers. Remove it from'
            " `categories`."
        )
    values = sorted(set(present), key=lambda value: (isinstance(value, str), value))
    exclude = card.how_to_add(f"exclude: [{quoted(name)}]", path)
    if len(values) > MOST:
        raise InputError(
            f'{path}: column "{name}" holds {len(values):,} different values; allowed: at most {MOST}. {exclude}, or'
            " merge rare values."
        )
    if not values:
        raise InputError(f'{path}: column "{name}" is empty. {exclude}.')
    return values
