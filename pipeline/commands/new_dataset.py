"""Write a card, dataset.yaml, from what is found in your data."""

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
    parser.add_argument("path", metavar="PATH", help="a folder with your data, or a file in a folder of its own")


def main(path: str) -> None:
    """Write dataset.yaml for the file or folder, and say what stands in it. A card that is there is never overwritten."""
    data = Path(path)
    if not data.exists():
        raise InputError(f"{data}: no such file or folder.")
    folder = data if data.is_dir() else data.parent
    if (folder / NAME).exists():
        raise InputError(f"{folder / NAME}: is there already. Edit it, or take it away first.")
    if data.is_file():
        _check_alone(data)
    file, format = datasets.find(data, Card())
    table = format.table(file) if hasattr(format, "table") else None
    said = [
        f"title: {quoted(data.name.split('.')[0])}",
        "source:   # where the data come from",
        "license:  # what may be done with them",
    ]
    if file != folder:
        said.append(f"file: {quoted(file.name)}")
    if table is not None:
        said += _columns(table.set_axis(columns.plain(table), axis=1))
    elif hasattr(format, "labels"):
        said.append(f"# label: NAME   # to color by; one of {', '.join(format.labels(file))}")
    with whole(folder / NAME) as card:
        write_text(card, "\n".join(said) + "\n")
    print("\n".join([f"{folder / NAME}:", *(f"  {line}" for line in said)]))
    if table is not None and table.isna().any(axis=None):
        print(
            f"Values are missing in {', '.join(name for name in table if table[name].isna().any())}: set data.missing in params.yaml"
            " to mean or median, or take those rows or columns out."
        )
    print(f"Read it through, then: set data.path to {folder} in params.yaml, and run `python -m pipeline check`.")


def _check_alone(file: Path) -> None:
    """InputError where a card would speak for other files, too."""
    others = [other.name for other in sorted(file.parent.iterdir()) if other != file and not other.name.startswith(".")]
    if others:
        own = file.parent / file.name.split(".")[0]
        raise InputError(
            f"{file.parent}: holds {others[0]} besides {file.name}, and a card is for a whole folder, which DVC hashes. Give the"
            f" data one of their own: mkdir {own} && mv {file} {own}"
        )


def _columns(table: pd.DataFrame) -> list[str]:
    """The card's lines on a table's columns, each guess with its reason. No text is mapped unasked: one of its columns may be
    what the map is to be judged by."""
    text = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    label = next((name for guess in LABELS for name in table if name.lower() == guess and _few(table[name])), None)
    unique = [name for name in table if name != label and _may_name_rows(table[name])]
    ways: list[Callable[[str], bool]] = [_called_id, lambda name: _counts(table[name]), lambda name: _word(table[name])]
    id = next((name for way in ways for name in unique if way(name)), None)
    text = [name for name in text if name not in (label, id)]
    excluded = text + [name for name in unique if name != id and _counts(table[name])]
    measured = {name: line for name in text if (line := cells.nearly_numbers(table[name]))}
    few = [name for name in text if _few(table[name]) and not (name in measured or _dates(table[name]))]
    few = [quoted(name) for name in sorted(few, key=lambda name: table[name].isna().any())]  # a label must be there
    guesses = (
        f"# label: {few[0]}   # to color by; one of {', '.join(few)}" if few else "# label: COLUMN   # to color by"
    )
    said = [f"label: {quoted(label)}   # guessed by its name" if label else guesses]
    if id:
        said.append(f"id: {quoted(id)}   # a value of its own in each row")
    if excluded:
        names = ", ".join(map(quoted, excluded))
        said.append(
            f"exclude: [{names}]   # text, dates and row numbers are not mapped; numbers, and up to 20 values, can color rows"
        )
        said += [f"# {name}: {line}; empty these and take it out there to map it" for name, line in measured.items()]
    if few:
        said.append(
            f"# categories: [{', '.join(few)}]   # to map one as columns of 0 and 1: name it here, and no more in `exclude`"
        )
    return said


def _may_name_rows(column: pd.Series) -> bool:
    """Whether each row has a value of its own, which is no date and no measurement."""
    measured = pd.api.types.is_float_dtype(column) or cells.nearly_numbers(column)
    return column.is_unique and column.notna().all() and not (measured or _dates(column))


def _called_id(name: str) -> bool:
    return name.lower() in IDS or re.split(r"[\W_]+", name.lower().rstrip(" ._"))[-1] in IDS


def _counts(column: pd.Series) -> bool:
    """Whether different values are whole numbers without a gap, which number the rows."""
    return pd.api.types.is_integer_dtype(column) and column.max() - column.min() == len(column) - 1


def _word(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or column.astype(str).str.contains(r"\s").any())


def _few(column: pd.Series) -> bool:
    return 1 < (cells.distinct(column) or 0) <= MOST_CLASSES


def _dates(column: pd.Series) -> bool:
    return column.dropna().astype(str).str.match(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b").all()
