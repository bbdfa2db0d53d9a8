"""A table with named columns -> features, label, id, split, and columns that are none of these."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.datasets.card import Card, pick, quoted
from pipeline.datasets.source import Source, from_arrays
from pipeline.errors import InputError

CARD_KEYS = {"file", "label", "classes", "id", "exclude", "range"}


def to_source(path: Path, table: pd.DataFrame, card: Card, label: str | None) -> Source:
    """The source in `table`: every column is a feature, but for the label, the id and the excluded ones.

    Columns called label, id and split are just that, unless the card names others or excludes them.

    InputError for a column that holds no numbers and that nobody excluded, with the line to add.
    """
    if table.empty:
        raise InputError(f"{path}: holds no rows.")
    for name in card.exclude:
        pick(path, name, table.columns, "column")
    roles = {"id": card.id, "label": label or card.label, "split": None}
    for role, name in roles.items():
        if name is not None:
            pick(path, name, table.columns, "column")
        elif role in table and role not in card.exclude:
            roles[role] = role
    columns = {role: table[name].to_numpy() for role, name in roles.items() if name is not None}
    if "split" in columns:
        _check_split(path, table["split"], card)
    for name in card.exclude:
        if name not in [*roles, *roles.values()]:
            columns[name] = table[name].to_numpy()
    features = table.drop(columns={*card.exclude, *roles.values()} - {None})
    if features.empty:
        raise InputError(f"{path}: no column is left to map; at least one must hold numbers, not excluded.")
    _check_numbers(path, features, card, labeled=roles["label"] is not None)
    rows = features.to_numpy(dtype=np.float64, na_value=np.nan)
    return from_arrays(path, card, rows, columns, feature_names=list(features.columns))


def _check_split(path: Path, split: pd.Series, card: Card) -> None:
    for row, value in enumerate(split):
        if value not in ("train", "test"):
            raise InputError(
                f'{path}: column "split" holds {_show(value)} in row {row}, counting from 0; '
                f"allowed: train, test. Mend it, or leave it out: {card.advice('exclude: [split]', path)}."
            )


def _check_numbers(path: Path, features: pd.DataFrame, card: Card, labeled: bool) -> None:
    wrong = [name for name in features if not pd.api.types.is_numeric_dtype(features[name])]
    if wrong:
        name = wrong[0]
        line = f"exclude: [{', '.join(quoted(name) for name in wrong)}]"
        coloring = "" if labeled else f"; or set data.label to {quoted(name)} to color by it"
        raise InputError(f'{path}: column "{name}" holds {_what(features[name])}. {card.advice(line, path)}{coloring}.')


def _what(column: pd.Series) -> str:
    """What a column holds that is no number, and where first."""
    present = column.reset_index(drop=True).dropna()
    if present.empty:
        return "nothing"
    row, value = next((item for item in present.items() if not is_number(item[1])), next(present.items()))
    if pd.api.types.is_datetime64_any_dtype(column):
        kind = "dates"
    else:
        kind = "text" if isinstance(value, str) else f"values of type {type(value).__name__}"
    return f"{kind} (first: {_show(value)}, row {row}, counting from 0)"


def is_number(value: object) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _show(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
