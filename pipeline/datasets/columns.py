"""A table with named columns -> features, label, id, split, and columns that are none of these."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.datasets import series
from pipeline.datasets.card import Card, pick, quoted
from pipeline.datasets.source import Source, from_arrays
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow

CARD_KEYS = {"file", "label", "classes", "id", "exclude", "categories", "time", "range"}
MOST_CATEGORIES = 50  # of one column
ROLES = ("id", "label", "split")


def to_source(path: Path, table: pd.DataFrame, card: Card, label: str | None) -> Source:
    """The source in `table`: every column is a feature, but for the label, the id and the excluded ones; of categories, each
    value is one. With the card's `time`, the lines of one id are a series.

    Columns called label, id and split are just that, unless the card names others or excludes them.

    InputError for a column that holds no numbers and that nobody excluded, with the line to add.
    """
    table.columns = plain(table)
    if table.columns.has_duplicates:
        name = table.columns[table.columns.duplicated()][0]
        raise InputError(f'{path}: two columns are called "{name}". Give each a name of its own.')
    if table.empty:
        raise InputError(f"{path}: holds no rows.")
    card = card.like(list(table))
    roles = _roles(path, table, card, label)
    if "split" in roles:
        _check_split(path, table["split"], card)
    excluded = [name for name in card.exclude if name not in [*ROLES, *roles.values()]]
    features = table.drop(columns={*card.exclude, *roles.values(), *([card.time] if card.time else [])})
    if features.empty:
        raise InputError(f"{path}: no column is left to map; at least one must hold numbers, not excluded.")
    treated = pd.DataFrame({"column": list(table), "missing": table.isna().sum().to_numpy()})
    features, said, levels = _encoded(path, features, card)
    said |= {name: "not mapped, in the table only" for name in excluded} | {name: role for role, name in roles.items()}
    said |= {card.time: "the order of steps"} if card.time else {}
    treated["type"] = [kind_of(table[name]) for name in table]
    treated["values"] = [distinct(table[name]) for name in table]
    treated["use"] = [said.get(name, "mapped" if name in features else "left out") for name in table]
    _check_numbers(path, features, card, labeled="label" in roles)
    columns = {role: table[name].to_numpy() for role, name in roles.items()}
    columns |= {name: table[name].to_numpy() for name in excluded}
    rows = features.to_numpy(dtype=np.float64, na_value=np.nan)
    if card.time:
        source = series.to_source(path, rows, table[card.time], columns, card)
    else:
        source = from_arrays(path, card, rows, columns, feature_names=list(features))
    source.notes += table.attrs.get("notes", [])
    source.treated, source.levels = treated, levels
    return source


def from_arrow(table: pyarrow.Table) -> pd.DataFrame:
    """The table without pandas' own notes on it, which may be damaged while the data are not; and without its row numbers."""
    found = table.to_pandas(ignore_metadata=True)
    return found.drop(columns=[name for name in found if re.fullmatch(r"__index_level_\d+__", name)])


def plain(table: pd.DataFrame) -> list[str]:
    """The columns' names in one line each: workbooks break them, and people put blanks around them."""
    return [" ".join(str(name).split()) for name in table.columns]


def _roles(path: Path, table: pd.DataFrame, card: Card, label: str | None) -> dict[str, str]:
    """Which column is the id, the label and the split, where there is one."""
    for name in (*card.exclude, *card.categories, *([card.time] if card.time else [])):
        pick(path, name, table, "column")
    found = {}
    for role, name in zip(ROLES, (card.id, label or card.label, None), strict=True):
        if name is not None:
            found[role] = pick(path, name, table, "column")
        elif role in table and role not in (*card.exclude, *card.categories):
            found[role] = role
    return found


def _encoded(
    path: Path, features: pd.DataFrame, card: Card
) -> tuple[pd.DataFrame, dict[str, str], dict[str, list[Any]]]:
    """Categories as columns of 0 and 1 (NaN where the value is missing); what is said of each; its values, in order."""
    said, levels, parts = {}, {}, []
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
                f'{path}: column "{name}" holds {_show(column.iloc[row])} in row {row}, counting from 0, which the known data do'
                f" not have; allowed: {', '.join(map(str, found))}."
            )
        levels[name] = found
        said[name] = f"{len(found)} columns of 0 and 1"
        for value in found:
            parts.append((column == value).astype(float).where(~missing).rename(f"{name}={value}"))
    return pd.concat(parts, axis=1), said, levels


def _levels(path: Path, name: str, column: pd.Series, card: Card) -> list[Any]:
    present = column.dropna().tolist()
    strange = next((value for value in present if not isinstance(value, str | int | float)), None)
    if strange is not None:
        raise InputError(
            f'{path}: column "{name}" holds {_show(strange)}; categories are text or numbers. Take it out of them.'
        )
    found = sorted(set(present), key=lambda value: (isinstance(value, str), value))
    if len(found) > MOST_CATEGORIES:
        line = card.advice(f"exclude: [{quoted(name)}]", path)
        raise InputError(
            f'{path}: column "{name}" holds {len(found):,} different values; at most {MOST_CATEGORIES} become columns. {line},'
            " or join the rare ones."
        )
    if not found:
        line = card.advice(f"exclude: [{quoted(name)}]", path)
        raise InputError(f'{path}: column "{name}" holds nothing. {line}.')
    return found


def _check_split(path: Path, split: pd.Series, card: Card) -> None:
    for row, value in enumerate(split):
        if value not in ("train", "test"):
            raise InputError(
                f'{path}: column "split" holds {_show(value)} in row {row}, counting from 0; '
                f"allowed: train, test. Mend it, or leave it out: {card.advice('exclude: [split]', path)}."
            )


def _check_numbers(path: Path, features: pd.DataFrame, card: Card, labeled: bool) -> None:
    wrong = [name for name in features if not _is_numeric(features[name])]
    if wrong:
        name = wrong[0]
        line = f"exclude: [{', '.join(quoted(name) for name in wrong)}]"
        few = kind_of(features[name]) == "text" and features[name].nunique() <= MOST_CATEGORIES
        ways = f", or `categories: [{quoted(name)}]` to use it" if few else ""
        ways += "" if labeled else f"; or set data.label to {quoted(name)} to color by it"
        raise InputError(f'{path}: column "{name}" holds {_what(features[name])}. {card.advice(line, path)}{ways}.')


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def kind_of(column: pd.Series) -> str:
    """What a column holds, in a word."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categories"
    if pd.api.types.is_bool_dtype(column):
        return "yes or no"
    if pd.api.types.is_numeric_dtype(column):
        return "whole numbers" if pd.api.types.is_integer_dtype(column) else "numbers"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "dates"
    return "text" if column.dropna().map(lambda value: isinstance(value, str)).all() else "other"


def distinct(column: pd.Series) -> int | None:
    """How many different values; None where values cannot be compared."""
    try:
        return int(column.nunique())
    except TypeError:
        return None


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
