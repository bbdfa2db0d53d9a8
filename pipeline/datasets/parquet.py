"""Tables as Parquet: a file, or a folder of parts with the same columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import allow, unreadable
from pipeline.errors import InputError

ACCEPTS = "a table (.parquet, or a folder of its parts)"
CARD_KEYS = columns.CARD_KEYS
VALUE = 8  # bytes of a number, once it is read


def recognizes(path: Path, card: Card) -> bool:
    return (path.is_file() and path.suffix.lower() == ".parquet") or len(_parts(path)) > 1


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table, its parts in the order of their names."""
    files = _parts(path) if path.is_dir() else [path]
    tables = [_table(file) for file in files]
    for file, found in zip(files, tables, strict=True):
        if list(found) != list(tables[0]):
            odd = set(found) ^ set(tables[0])
            said = f"differ in {', '.join(sorted(map(str, odd))[:5])}" if odd else "stand in another order"
            raise InputError(f"{file}: its columns and those of {files[0].name} {said}; parts of a table need the same. Or name one file by `file` in the card.")  # fmt: skip
    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)


def _parts(folder: Path) -> list[Path]:
    """Parquet files of a folder that has no other data in it."""
    if not folder.is_dir():
        return []
    return [
        file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".parquet" and file.name[:1] not in "._"
    ]


def _table(path: Path) -> pd.DataFrame:
    import pyarrow
    import pyarrow.parquet

    try:
        about = pyarrow.parquet.ParquetFile(path).metadata
        allow(path, VALUE * about.num_rows * about.num_columns)
        found = pyarrow.parquet.read_table(path, partitioning=None)
        return columns.from_arrow(found)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, "a Parquet file", error) from None
