"""Tables as text: .csv, .csv.gz, .tsv, .tsv.gz, with the columns' names in the first line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.errors import InputError

ACCEPTS = "a table (.csv, .tsv, also with .gz)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.name.lower().endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz"))


def read(path: Path, card: Card, label: str | None) -> Source:
    separator = "\t" if ".tsv" in path.name.lower() else ","
    try:
        table = pd.read_csv(path, sep=separator, low_memory=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path}: not a readable table: {' '.join(str(error).split())}.") from None
    _check_header(path, table, card)
    return columns.to_source(path, table, card, label)


def _check_header(path: Path, table: pd.DataFrame, card: Card) -> None:
    """InputError for what pandas would take in without a word: no header, an index, another separator."""
    names = list(table.columns)
    if not table.index.equals(pd.RangeIndex(len(table))):
        raise InputError(f"{path}: rows have more values than the first line has names. Name every column.")
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        raise InputError(f'{path}: one column called "{names[0]}". Use commas, or tabs in .tsv.')
    if all(map(columns.is_number, names)) and names != [str(number) for number in range(len(names))]:
        raise InputError(f"{path}: the first line holds numbers ({names[0]}, ...). Put column names there.")
    for name in names:
        if name.startswith("Unnamed: ") and name not in [*card.exclude, card.id]:
            line = f'exclude: ["{name}"]'
            raise InputError(
                f"{path}: column {names.index(name)}, counting from 0, has no name (a row number?). "
                f"Name it, or leave it out: {card.advice(line, path)}."
            )
