"""Tables as JSON lines: one object per line, its keys the columns."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import DAMAGED, open_unpacked, reading
from pipeline.runtime.errors import InputError

ACCEPTS = "JSON lines (.jsonl, .ndjson, also with .gz)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table. A key that is missing in a line is a missing value."""
    records = []
    with reading(path, "JSON lines", *DAMAGED), open_unpacked(path) as file:
        for number, line in enumerate(file, 1):
            try:
                records += [json.loads(line)] if line.strip() else []
            except (RecursionError, ValueError) as error:
                raise InputError(f"{path}, line {number}: not JSON ({error}). Each line must be one object.") from None
    other = next((record for record in records if not isinstance(record, dict)), None)
    if other is not None:
        raise InputError(
            f"{path}: holds {json.dumps(other)[:60]}; each line must be one object, {{...}}, with the columns as keys."
        )
    return pd.DataFrame.from_records(records)
