"""`python -m pipeline new-dataset`: a first card for one's own data, written from what is found in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline import datasets
from pipeline.datasets import cells, columns
from pipeline.datasets.card import NAME, Card, quoted
from pipeline.errors import InputError
from pipeline.writing import whole

LABELS = ("label", "class", "target", "species", "category", "type", "y", "diagnosis")
IDS = ("id", "name", "key", "index", "unnamed: 0")
MOST_CLASSES = 30


def main(path: str) -> None:
    """Write dataset.yaml for the file or folder, and say what stands in it. A card that is there is never overwritten."""
    data = Path(path)
    if not data.exists():
        raise InputError(f"{data}: no such file or folder.")
    folder = data if data.is_dir() else data.parent
    if (folder / NAME).exists():
        raise InputError(f"{folder / NAME}: is there already. Edit it, or take it away first.")
    if data.is_file():
        others = [file.name for file in sorted(folder.iterdir()) if file != data and not file.name.startswith(".")]
        if others:
            own = folder / data.name.split(".")[0]
            raise InputError(
                f"{folder}: holds {others[0]} besides {data.name}, and a card is for a whole folder, which DVC hashes. Give the data"
                f" one of their own: mkdir {own} && mv {data} {own}"
            )
    file, format = datasets.find(data, Card())
    said = [
        f"title: {quoted(data.name.split('.')[0])}",
        "source:   # where the data come from",
        "license:  # what may be done with them",
    ]
    if file != folder:
        said.append(f"file: {quoted(file.name)}")
    said += (
        _columns(format.table(file))
        if hasattr(format, "table")
        else ["# label: NAME   # the array with the labels"] * ("rows" in format.CARD_KEYS)
    )
    with whole(folder / NAME) as card:
        card.write_text("\n".join(said) + "\n", encoding="utf-8")
    print("\n".join([f"{folder / NAME}:", *(f"  {line}" for line in said)]))
    print(f"Read it through, then: set data.path to {folder} in params.yaml, and run `python -m pipeline check`.")


def _columns(table: pd.DataFrame) -> list[str]:
    """The card's lines on a table's columns, each guess with its reason."""
    table.columns = columns.plain(table)
    text = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    label = next((name for guess in LABELS for name in table if name.lower() == guess and _few(table[name])), None)
    id = next((name for name in table if name.lower() in IDS and table[name].is_unique and name != label), None)
    text = [name for name in text if name not in (label, id)]
    categories = [name for name in text if cells.kind_of(table[name]) in ("text", "categories") and _few(table[name])]
    excluded = [name for name in text if name not in categories]
    said = [f"label: {quoted(label)}   # guessed by its name" if label else "# label: COLUMN   # to color by"]
    if id:
        said.append(f"id: {quoted(id)}   # a value of its own in each row")
    if categories:
        said.append(
            f"categories: [{', '.join(map(quoted, categories))}]   # few values: each becomes a column of 0 and 1"
        )
    if excluded:
        said.append(f"exclude: [{', '.join(map(quoted, excluded))}]   # text or dates: kept in the table, not mapped")
    return said


def _few(column: pd.Series) -> bool:
    return 1 < (cells.distinct(column) or 0) <= MOST_CLASSES
