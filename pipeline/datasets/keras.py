"""Keras's image data sets, downloaded and cached by Keras: a card with `loader: keras.datasets.fashion_mnist`."""

from __future__ import annotations

import importlib
from pathlib import Path

from pipeline.datasets import arrays
from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source
from pipeline.runtime.errors import InputError

ACCEPTS = "a card with a Keras loader"
CARD_KEYS = {"loader", "label", "classes", "range"}
LOADERS = [f"keras.datasets.{name}" for name in ("cifar10", "cifar100", "fashion_mnist", "mnist")]


def recognizes(path: Path, card: Card) -> bool:
    return card.loader in LOADERS


def read(path: Path, card: Card, label: str | None) -> Source:
    """Images with their labels; Keras's test rows are the source's own."""
    try:
        train, test = importlib.import_module(card.loader).load_data()
    except Exception as error:  # Keras raises a bare Exception if it cannot download
        raise InputError(
            f"{path / NAME}: {card.loader} is not in Keras's cache, and cannot be downloaded"
            f" ({' '.join(str(error).split())})."
            " Connect to the network once; then it is read from the cache."
        ) from None
    named = {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}
    return arrays.to_source(path, list(named), named.__getitem__, card, label)
