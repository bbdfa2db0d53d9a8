"""Write a card, dataset.yaml, from guesses about your data."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from pipeline import datasets
from pipeline.datasets import cells, columns
from pipeline.datasets.card import NAME, Card, quoted
from pipeline.runtime.atomic_io import whole, write_text
from pipeline.runtime.errors import InputError

LABELS = ("label", "class", "target", "species", "category", "type", "y", "diagnosis")
IDS = ("id", "name", "key", "index", "no", "nr", "number", "unnamed: 0")  # a column's name, or its last word
MOST_CLASSES = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a folder with your data, or a file in its own folder")


def main(path: str) -> None:
    """Write dataset.yaml for the file or folder, and print it. An existing card is never overwritten."""
    data = Path(path)
    if not data.exists():
        raise InputError(f"{data}: no such file or folder. Name an existing one.")
    folder = data if data.is_dir() else data.parent
    if (folder / NAME).exists():
        raise InputError(f"{folder / NAME}: exists already. Edit it, or remove it first.")
    if data.is_file():
        _check_alone(data)
    file, format = datasets.find(data, Card())
    table = format.table(file) if isinstance(format, datasets.TableFormat) else None
    card = [
        f"title: {quoted(data.name.split('.')[0])}",
        "source:   # where the data come from",
        "license:  # how the data may be used",
    ]
    if file != folder:
        card.append(f"file: {quoted(file.name)}")
    if table is not None:
        card += _column_keys(table.set_axis(columns.one_line_names(table), axis=1))
    elif isinstance(format, datasets.LabelsFormat):
        card.append(f"# label: NAME   # to color by; one of {', '.join(format.labels(file))}")
    with whole(folder / NAME) as target:
        write_text(target, "\n".join(card) + "\n")
    print("\n".join([f"{folder / NAME}:", *(f"  {line}" for line in card)]))
    if table is not None and table.isna().any(axis=None):
        incomplete = ", ".join(name for name in table if table[name].isna().any())
        print(
            f"Values are missing in {incomplete}: set data.missing in params.yaml to mean or median, or remove those"
            " rows or columns."
        )
    print(f"Check it, set data.path to {folder} in params.yaml, and run `python -m pipeline check`.")


def _check_alone(file: Path) -> None:
    """InputError if the card would apply to other files, too."""
    others = [other.name for other in sorted(file.parent.iterdir()) if other != file and not other.name.startswith(".")]
    if others:
        own = file.parent / file.name.split(".")[0]
        raise InputError(
            f"{file.parent}: holds {others[0]} besides {file.name}, but a card is for a whole folder, which DVC"
            f" hashes. Put the data in their own folder: mkdir {own} && mv {file} {own}"
        )


def _column_keys(table: pd.DataFrame) -> list[str]:
    """The card's lines about columns, each guess with its reason.

    Text is never mapped by default, since the map may be judged by it.
    """
    text = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    label = next((name for guess in LABELS for name in table if name.lower() == guess and _few(table[name])), None)
    unique = [name for name in table if name != label and _may_be_id(table[name])]
    tests: list[Callable[[str], bool]] = [
        _has_id_name,
        lambda name: _numbers_rows(table[name]),
        lambda name: _is_word(table[name]),
    ]
    id = next((name for test in tests for name in unique if test(name)), None)
    text = [name for name in text if name not in (label, id)]
    excluded = text + [name for name in unique if name != id and _numbers_rows(table[name])]
    nearly = {name: note for name in text if (note := cells.nearly_numbers(table[name]))}
    few = [name for name in text if _few(table[name]) and not (name in nearly or _are_dates(table[name]))]
    few = [
        quoted(name) for name in sorted(few, key=lambda name: table[name].isna().any())
    ]  # labels must not be missing
    guess = f"# label: {few[0]}   # to color by; one of {', '.join(few)}" if few else "# label: COLUMN   # to color by"
    card = [f"label: {quoted(label)}   # guessed by its name" if label else guess]
    if id:
        card.append(f"id: {quoted(id)}   # different in each row")
    if excluded:
        names = ", ".join(map(quoted, excluded))
        card.append(
            f"exclude: [{names}]   # text, dates and row numbers are not mapped; numbers, and up to 20 values, can"
            " color rows"
        )
        card += [
            f"# {name}: {note}; empty these and remove it from `exclude` to map it" for name, note in nearly.items()
        ]
    if few:
        card.append(
            f"# categories: [{', '.join(few)}]   # to map one as columns of 0 and 1, move it here from `exclude`"
        )
    return card


def _may_be_id(column: pd.Series) -> bool:
    """Whether values are unique, present, and neither dates nor measurements."""
    measured = pd.api.types.is_float_dtype(column) or cells.nearly_numbers(column)
    return column.is_unique and column.notna().all() and not (measured or _are_dates(column))


def _has_id_name(name: str) -> bool:
    return name.lower() in IDS or re.split(r"[\W_]+", name.lower().rstrip(" ._"))[-1] in IDS


def _numbers_rows(column: pd.Series) -> bool:
    """Whether distinct values are whole numbers without a gap, like row numbers."""
    return pd.api.types.is_integer_dtype(column) and column.max() - column.min() == len(column) - 1


def _is_word(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or column.astype(str).str.contains(r"\s").any())


def _few(column: pd.Series) -> bool:
    return 1 < (cells.distinct(column) or 0) <= MOST_CLASSES


def _are_dates(column: pd.Series) -> bool:
    return column.dropna().astype(str).str.match(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b").all()
