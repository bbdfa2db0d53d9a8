"""Columns of which each value becomes a column of 0 and 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.datasets import cells
from pipeline.datasets.card import Card, quoted
from pipeline.runtime.errors import InputError

MOST = 50  # values of one column


def encoded(path: Path, features: pd.DataFrame, card: Card) -> tuple[pd.DataFrame, dict[str, list[Any]]]:
    """Categories as columns of 0 and 1 (NaN where the value is missing), the other columns as they are; and the values of each,
    in order. Columns are categories by their own type or by the card."""
    levels, parts = {}, []
    for name in features:
        column = features[name]
        if name not in card.categories and not isinstance(column.dtype, pd.CategoricalDtype):
            parts.append(column)
            continue
        found = card.levels(name) or _levels(path, name, column, card)
        missing = column.isna()
        strange = ~column.isin(found) & ~missing
        if strange.any():
            row = strange.to_numpy().argmax()
            raise InputError(
                f'{path}: column "{name}" holds {cells.show(column.iloc[row])} in row {row}, counting from 0, which the known data do'
                f" not have; allowed: {', '.join(map(str, found))}."
            )
        levels[name] = found
        for value in found:
            parts.append((column == value).astype(float).where(~missing).rename(_feature(name, value)))
    return pd.concat(parts, axis=1), levels


def source_columns(features: list[str], levels: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """The table's own columns that features were made of, in order: of categories with feature -> value, of numbers with nothing."""
    made = {_feature(name, value): (name, value) for name, values in levels.items() for value in values}
    found: dict[str, dict[str, Any]] = {}
    for feature in features:
        name, value = made.get(feature, (feature, None))
        found.setdefault(name, {}).update({feature: value} if feature in made else {})
    return found


def _feature(name: str, value: Any) -> str:
    return f"{name}={value}"


def _levels(path: Path, name: str, column: pd.Series, card: Card) -> list[Any]:
    present = column.dropna().tolist()
    strange = next((value for value in present if not isinstance(value, str | int | float)), None)
    if strange is not None:
        raise InputError(
            f'{path}: column "{name}" holds {cells.show(strange)}; categories are text or numbers. Take it out of them.'
        )
    found = sorted(set(present), key=lambda value: (isinstance(value, str), value))
    if len(found) > MOST:
        line = card.advice(f"exclude: [{quoted(name)}]", path)
        raise InputError(
            f'{path}: column "{name}" holds {len(found):,} different values; at most {MOST} become columns. {line},'
            " or join the rare ones."
        )
    if not found:
        line = card.advice(f"exclude: [{quoted(name)}]", path)
        raise InputError(f'{path}: column "{name}" holds nothing. {line}.')
    return found
