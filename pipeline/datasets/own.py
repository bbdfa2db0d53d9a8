"""A loader of one's own: a Python file beside the card, `loader: load.py`, whose function load() gives a table or arrays."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.datasets import arrays, columns
from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source
from pipeline.runtime.errors import InputError

ACCEPTS = "a card with `loader: FILE.py`"
CARD_KEYS = columns.CARD_KEYS | arrays.CARD_KEYS - {"file"} | {"loader"}
LOADERS = ["FILE.py"]


def recognizes(path: Path, card: Card) -> bool:
    return card.loader is not None and card.loader.endswith(".py")


def read(path: Path, card: Card, label: str | None) -> Source:
    """load() takes no arguments and gives a data frame, arrays by name ({"x": ..., "y": ...}), or one array.

    The file runs as any program of its user's. InputError where it lies elsewhere, breaks, or gives something else.
    """
    file = path / card.loader
    if not file.resolve().is_relative_to(path.resolve()):
        raise InputError(f"{path / NAME}: loader is {card.loader}; it should be a file in the card's own folder.")
    if not file.is_file():
        raise InputError(
            f"{path / NAME}: loader is {card.loader}, which is not there. Write it, with a function load()."
        )
    try:
        found = runpy.run_path(str(file))["load"]()
    except Exception as error:
        raise InputError(f"{file}: load() failed with {type(error).__name__}: {error}. Mend it there.") from None
    if isinstance(found, pd.DataFrame):
        return columns.to_source(file, found.reset_index(drop=True), card, label)
    if isinstance(found, np.ndarray):
        found = {"x": found}
    if not isinstance(found, Mapping):
        raise InputError(f"{file}: load() gave {type(found).__name__}; it should give a data frame, or arrays by name.")
    found = {str(name): np.asarray(values) for name, values in found.items()}
    return arrays.to_source(file, list(found), found.__getitem__, card, label)
