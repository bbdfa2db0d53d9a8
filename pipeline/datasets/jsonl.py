"""Tables as JSON lines: an object a line, its keys the columns."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import DAMAGED, opened
from pipeline.errors import InputError

ACCEPTS = "JSON lines (.jsonl, .ndjson, also with .gz)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table. A key that a line lacks is a missing value."""
    rows = []
    try:
        with opened(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    rows.append(json.loads(line))
                    if not isinstance(rows[-1], dict):
                        raise InputError(f"{path}, line {number}: holds no object, {{...}} with the columns as keys.")
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{path}, line {number}: not JSON ({error}). Each line is one object.") from None
    except DAMAGED as error:
        raise InputError(f"{path}: damaged ({error}). Fetch it, or write it, again.") from None
    return pd.DataFrame.from_records(rows)
