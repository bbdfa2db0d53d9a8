"""A table with named columns -> features, label, id, split, and columns that are none of these."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.datasets import categories, cells, series
from pipeline.datasets.card import ROLES, Card, pick, quoted
from pipeline.datasets.source import Source, from_arrays
from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    import pyarrow

CARD_KEYS = {"file", "label", "classes", "id", "exclude", "categories", "time", "range"}


def to_source(path: Path, table: pd.DataFrame, card: Card, label: str | None) -> Source:
    """The source in `table`: every column is a feature, but for the label, the id and the excluded ones; of categories, each
    value is one. With the card's `time`, the lines of one id are a series.

    Columns called label, id and split are just that, unless the card names others or excludes them.

    InputError for a column that holds no numbers and that nobody excluded, with the line to add.
    """
    table = table.set_axis(plain(table), axis=1)
    _check_distinct(path, table)
    if table.empty:
        raise InputError(f"{path}: holds no rows.")
    card = card.like(list(table))
    roles, columns = beside(path, table, card, label)
    features = table.drop(columns={*card.exclude, *roles.values(), *([card.time] if card.time else [])})
    if features.empty:
        needed = "give those of the map's data" if card.of_new_rows else "at least one must hold numbers, not excluded"
        raise InputError(f"{path}: no column is left to map; {needed}.")
    mapped, levels = categories.encoded(path, features, card)
    _check_distinct(path, mapped)
    _check_numbers(path, mapped, card, labeled="label" in roles)
    rows = mapped.to_numpy(dtype=np.float64, na_value=np.nan)
    if card.time:
        source = series.to_source(path, rows, table[card.time], columns, card)
    else:
        columns |= {name: _named(table[name]) for name in levels if name not in ROLES}  # rows can be colored by them
        source = from_arrays(path, card, rows, columns, feature_names=list(mapped))
    source.notes += table.attrs.get("notes", [])
    source.levels = levels
    if levels:
        made = sum(map(len, levels.values()))
        source.notes.append(
            f"Columns of 0 and 1, made of {', '.join(levels)}: {made} of {mapped.shape[1]}. Each counts as much as a column of numbers:"
            " where these are few, the categories shape the maps."
        )
    use = {name: f"{len(values)} columns of 0 and 1" for name, values in levels.items()}
    source.treated = treated(table, roles, card, use | ({card.time: "the order of steps"} if card.time else {}))
    return source


def beside(
    path: Path, table: pd.DataFrame, card: Card, label: str | None
) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Which column is the id, the label and the split; and what goes into a source's table: these, and the excluded ones."""
    roles = _roles(path, table, card, label)
    if "split" in roles:
        _check_split(path, table["split"], card)
    excluded = [name for name in card.exclude if name not in [*ROLES, *roles.values()]]
    columns = {
        role: table[name].to_numpy() if role == "label" else _of_one_type(table[name]) for role, name in roles.items()
    }
    return roles, columns | {name: _of_one_type(table[name]) for name in excluded}


def treated(table: pd.DataFrame, roles: dict[str, str], card: Card, use: dict[str, str]) -> pd.DataFrame:
    """A line a column: what it holds, and what becomes of it."""
    lines = {name: cells.nearly_numbers(table[name]) for name in card.exclude}
    use = (
        {name: f"not mapped, in the table only{f': {line}' if line else ''}" for name, line in lines.items()}
        | {name: role for role, name in roles.items()}
        | use
    )
    return pd.DataFrame(
        {
            "column": list(table),
            "type": [cells.kind_of(table[name]) for name in table],
            "missing": table.isna().sum().to_numpy(),
            "values": [cells.distinct(table[name]) for name in table],
            "use": [use.get(name, "mapped") for name in table],
        }
    )


def _check_distinct(path: Path, table: pd.DataFrame) -> None:
    if table.columns.has_duplicates:
        name = table.columns[table.columns.duplicated()][0]
        raise InputError(f'{path}: two columns are called "{name}". Give each a name of its own.')


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
    for name in card.categories:
        if name in card.exclude:
            raise InputError(
                f"{path}: column {cells.show(name)} stands in `exclude` and in `categories`. Take it out of one of them."
            )
    found = {}
    for role, name in zip(ROLES, (card.id, label or card.label, None), strict=True):
        if name is not None:
            found[role] = pick(path, name, table, "column")
        elif role in table and role not in (*card.exclude, *card.categories):
            found[role] = role
    return found


def _check_split(path: Path, split: pd.Series, card: Card) -> None:
    for row, value in enumerate(split):
        if value not in ("train", "test"):
            raise InputError(
                f'{path}: column "split" holds {cells.show(value)} in row {row}, counting from 0; '
                f"allowed: train, test. Mend it, or leave it out: {card.advice('exclude: [split]', path)}."
            )


def _check_numbers(path: Path, features: pd.DataFrame, card: Card, labeled: bool) -> None:
    wrong = [name for name in features if not _is_numeric(features[name])]
    if wrong:
        name = wrong[0]
        line = f"exclude: [{', '.join(quoted(name) for name in wrong)}]"
        few = cells.kind_of(features[name]) == "text" and features[name].nunique() <= categories.MOST
        ways = f", or `categories: [{quoted(name)}]` to use it" if few else ""
        ways += "" if labeled else f"; or set data.label to {quoted(name)} to color by it"
        ways = "; the map's data have numbers there" if card.of_new_rows else ways
        raise InputError(f'{path}: column "{name}" holds {_what(features[name])}. {card.advice(line, path)}{ways}.')


def _named(column: pd.Series) -> np.ndarray:
    """Categories as one column of one type, which they need not have of themselves."""
    return (column if _is_numeric(column) else column.map(str, na_action="ignore")).to_numpy()


def _of_one_type(column: pd.Series) -> np.ndarray:
    """As it is, or as text where numbers and texts are mixed, which no Parquet file can hold."""
    values = pd.Series(column.to_numpy())
    mixed = values.dtype == object and values.dropna().map(type).nunique() > 1
    return (values.map(str, na_action="ignore") if mixed else values).to_numpy()


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _what(column: pd.Series) -> str:
    """What a column holds that is no number, and where first."""
    present = column.reset_index(drop=True).dropna()
    if present.empty:
        return "nothing"
    row, value = next((item for item in present.items() if not cells.is_number(item[1])), next(present.items()))
    if pd.api.types.is_datetime64_any_dtype(column):
        kind = "dates"
    else:
        kind = "text" if isinstance(value, str) else f"values of type {type(value).__name__}"
    return f"{kind} (first: {cells.show(value)}, row {row}, counting from 0)"
