"""One array in NumPy's format: the rows, without labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import reading

ACCEPTS = "an array (.npy)"
CARD_KEYS = {"file", "kind", "range"}


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".npy"


def read(path: Path, card: Card, label: str | None) -> Source:
    if label is not None:
        pick(path, label, [], "label")
    with reading(path, "an array of numbers", Exception):  # NumPy fails on damaged headers with any exception
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    return from_arrays(path, card, rows, {})
