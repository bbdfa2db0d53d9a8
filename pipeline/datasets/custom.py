"""The user's own loader: a Python file next to the card, `loader: load.py`; load() returns a table or arrays."""

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
    """load() takes no arguments and returns a data frame, arrays by name ({"x": ..., "y": ...}), or one array.

    The file runs with the rights of the user. InputError if it is in another folder, fails, or returns something else.
    """
    file = path / card.loader
    if not file.resolve().is_relative_to(path.resolve()):
        raise InputError(f"{path / NAME}: loader is {card.loader}; it should be a file in the card's own folder.")
    if not file.is_file():
        raise InputError(
            f"{path / NAME}: loader is {card.loader}, which does not exist. Write it, with a function load()."
        )
    try:
        data = runpy.run_path(str(file))["load"]()
    except Exception as error:
        raise InputError(f"{file}: load() failed with {type(error).__name__}: {error}. Fix it there.") from None
    if isinstance(data, pd.DataFrame):
        return columns.to_source(file, data.reset_index(drop=True), card, label)
    if isinstance(data, np.ndarray):
        data = {"x": data}
    if not isinstance(data, Mapping):
        raise InputError(
            f"{file}: load() returned {type(data).__name__}; it should return a data frame, or arrays by name."
        )
    named = {str(name): np.asarray(values) for name, values in data.items()}
    return arrays.to_source(file, list(named), named.__getitem__, card, label)
