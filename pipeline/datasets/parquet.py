"""Tables as Parquet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.errors import InputError

ACCEPTS = "a table (.parquet)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".parquet"


def read(path: Path, card: Card, label: str | None) -> Source:
    import pyarrow

    try:
        table = pd.read_parquet(path, engine="pyarrow")
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not a readable Parquet file: {' '.join(str(error).split())}") from None
    table.columns = table.columns.astype(str)
    return columns.to_source(path, table.reset_index(drop=True), card, label)
