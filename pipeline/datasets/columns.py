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
    """The source in `table`. Every column is a feature, except the label, the id, the split and excluded columns. Each
    value of a categorical column is a feature. With the card's `time`, the lines of one id are a series.

    Columns named label, id and split have these roles, unless the card names others or excludes them.

    InputError for a column that is not numeric and not excluded, with the line to add to the card.
    """
    table = table.set_axis(one_line_names(table), axis=1)
    _check_distinct(path, table)
    if table.empty:
        raise InputError(f"{path}: holds no rows. Use a file with at least one.")
    card = card.for_columns(list(table))
    roles, columns = split_roles(path, table, card, label)
    features = table.drop(columns={*card.exclude, *roles.values(), *([card.time] if card.time else [])})
    if features.empty:
        fix = "give those of the map's data" if card.for_new_rows else "keep at least one with numbers"
        raise InputError(f"{path}: no column is left to map; {fix}.")
    mapped, levels = categories.one_hot(path, features, card)
    _check_distinct(path, mapped)
    _check_numbers(path, mapped, card, labeled="label" in roles)
    rows = mapped.to_numpy(dtype=np.float64, na_value=np.nan)
    if card.time:
        source = series.to_source(path, rows, table[card.time], columns, card)
    else:
        columns |= {name: _one_dtype(table[name]) for name in levels if name not in ROLES}  # to color by
        source = from_arrays(path, card, rows, columns, feature_names=list(mapped))
    source.notes += table.attrs.get("notes", [])
    source.levels = levels
    if levels:
        count = sum(map(len, levels.values()))
        source.notes.append(
            f"Columns of 0 and 1, made of {', '.join(levels)}: {count} of {mapped.shape[1]}. Each counts as much as a"
            " column of numbers: if there are few of those, the categories shape the maps."
        )
    use = {name: f"{len(values)} columns of 0 and 1" for name, values in levels.items()}
    source.column_summary = summary(table, roles, card, use | ({card.time: "the order of steps"} if card.time else {}))
    return source


def split_roles(
    path: Path, table: pd.DataFrame, card: Card, label: str | None
) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Which columns are id, label and split; and the columns of a source's table: these and the excluded ones."""
    roles = _roles(path, table, card, label)
    if "split" in roles:
        _check_split(path, table["split"], card)
    excluded = [name for name in card.exclude if name not in [*ROLES, *roles.values()]]
    columns = {
        role: table[name].to_numpy() if role == "label" else _text_if_mixed(table[name]) for role, name in roles.items()
    }
    return roles, columns | {name: _text_if_mixed(table[name]) for name in excluded}


def summary(table: pd.DataFrame, roles: dict[str, str], card: Card, use: dict[str, str]) -> pd.DataFrame:
    """One line per column: its type, missing and distinct values, and use."""
    nearly = {name: cells.nearly_numbers(table[name]) for name in card.exclude}
    use = (
        {name: f"not mapped, in the table only{f': {note}' if note else ''}" for name, note in nearly.items()}
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


def from_arrow(table: pyarrow.Table) -> pd.DataFrame:
    """The table without row numbers and without pandas' metadata, which may be damaged though the data are not."""
    frame = table.to_pandas(ignore_metadata=True)
    return frame.drop(columns=[name for name in frame if re.fullmatch(r"__index_level_\d+__", name)])


def one_line_names(table: pd.DataFrame) -> list[str]:
    """The columns' names without line breaks, which workbooks have, and without surrounding blanks."""
    return [" ".join(str(name).split()) for name in table.columns]


def _check_distinct(path: Path, table: pd.DataFrame) -> None:
    if table.columns.has_duplicates:
        name = table.columns[table.columns.duplicated()][0]
        raise InputError(f'{path}: two columns are named "{name}". Give each its own name.')


def _roles(path: Path, table: pd.DataFrame, card: Card, label: str | None) -> dict[str, str]:
    for name in (*card.exclude, *card.categories, *([card.time] if card.time else [])):
        pick(path, name, table, "column")
    for name in card.categories:
        if name in card.exclude:
            raise InputError(
                f"{path}: column {cells.show(name)} is in both `exclude` and `categories`. Remove it from one of them."
            )
    roles = {}
    for role, name in zip(ROLES, (card.id, label or card.label, None), strict=True):
        if name is not None:
            roles[role] = pick(path, name, table, "column")
        elif role in table and role not in (*card.exclude, *card.categories):
            roles[role] = role
    return roles


def _check_split(path: Path, split: pd.Series, card: Card) -> None:
    for row, value in enumerate(split):
        if value not in ("train", "test"):
            raise InputError(
                f'{path}: column "split" holds {cells.show(value)} in row {row}, counting from 0; '
                f"allowed: train, test. Fix it, or exclude it: {card.how_to_add('exclude: [split]', path)}."
            )


def _check_numbers(path: Path, features: pd.DataFrame, card: Card, labeled: bool) -> None:
    wrong = [name for name in features if not _is_numeric(features[name])]
    if not wrong:
        return
    name = wrong[0]
    exclude = card.how_to_add(f"exclude: [{', '.join(quoted(name) for name in wrong)}]", path)
    if card.for_new_rows:
        others = "; the map's data have numbers there"
    else:
        few = cells.kind_of(features[name]) == "text" and features[name].nunique() <= categories.MOST
        others = f", or `categories: [{quoted(name)}]` to use it" if few else ""
        others += "" if labeled else f"; or set data.label to {quoted(name)} to color by it"
    raise InputError(f'{path}: column "{name}" holds {_contents(features[name])}. {exclude}{others}.')


def _one_dtype(column: pd.Series) -> np.ndarray:
    """A categorical column as numbers or text."""
    return (column if _is_numeric(column) else column.map(str, na_action="ignore")).to_numpy()


def _text_if_mixed(column: pd.Series) -> np.ndarray:
    """The values; as text if numbers and text are mixed, which Parquet cannot store."""
    values = pd.Series(column.to_numpy())
    mixed = values.dtype == object and values.dropna().map(type).nunique() > 1
    return (values.map(str, na_action="ignore") if mixed else values).to_numpy()


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _contents(column: pd.Series) -> str:
    """What a column holds that is not a number, and where first."""
    present = column.reset_index(drop=True).dropna()
    if present.empty:
        return "nothing"
    row, value = next((item for item in present.items() if not cells.is_number(item[1])), next(present.items()))
    if pd.api.types.is_datetime64_any_dtype(column):
        kind = "dates"
    else:
        kind = "text" if isinstance(value, str) else f"values of type {type(value).__name__}"
    return f"{kind} (first: {cells.show(value)}, row {row}, counting from 0)"
