"""The first sheet of a workbook, if a reader for workbooks is installed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import check_archive_size, reading
from pipeline.runtime.errors import InputError

ACCEPTS = "a workbook (.xlsx)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".xlsx" and not path.name.startswith("~$")


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The first sheet, with names in its first line and the stored values of formulas, which are not run."""
    check_archive_size(path)
    try:
        import openpyxl  # noqa: F401  pandas reads with it
    except ImportError:
        raise InputError(
            f"{path}: no reader for workbooks is installed. Run: uv sync --extra excel; or save it as .csv."
        ) from None
    with reading(path, "a workbook", Exception):  # openpyxl fails on damaged files with any exception
        return pd.read_excel(path, engine="openpyxl")
