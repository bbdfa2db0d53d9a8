"""OpenML data sets (Vanschoren et al. 2013), downloaded and cached by scikit-learn: a card with `loader: openml`."""

from __future__ import annotations

import urllib.error
from http.client import HTTPException
from pathlib import Path

import numpy as np

from pipeline.datasets import columns
from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source
from pipeline.runtime.errors import InputError

ACCEPTS = "a card with `loader: openml`, name and version"
CARD_KEYS = columns.CARD_KEYS - {"file"} | {"loader", "name", "version"}
LOADERS = ["openml"]


def recognizes(path: Path, card: Card) -> bool:
    return card.loader == "openml"


def read(path: Path, card: Card, label: str | None) -> Source:
    """The data set's table, with categories as columns of 0 and 1; its target is the label unless another is named."""
    import sklearn.datasets
    from sklearn.datasets._openml import OpenMLError

    for key in ("name", "version"):
        if getattr(card, key) is None:
            raise InputError(f"{path / NAME}: {key} is missing; `loader: openml` needs it.")
    try:
        bunch = sklearn.datasets.fetch_openml(card.name, version=card.version, as_frame=True, parser="pandas")
    except OpenMLError as error:
        raise InputError(f"{path / NAME}: OpenML says: {error}. Look up the name and the version there.") from None
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise InputError(
            f"{path / NAME}: {card.name} is not in the cache, and OpenML cannot be reached ({error}). Connect to the"
            " network once; then it is read from the cache."
        ) from None
    except ValueError as error:
        raise InputError(f"{path / NAME}: {card.name}, version {card.version}: {error}") from None
    table = bunch.frame
    target = bunch.target_names[0] if len(bunch.target_names) == 1 else None
    for name in table.select_dtypes("category"):
        if name in (label, card.label, target, card.id, *card.exclude):
            table[name] = table[name].astype(object).where(table[name].notna(), np.nan)
    source = columns.to_source(path / card.name, table, card, label or card.label or target)
    source.notes.append(
        f"From OpenML, {card.name} version {card.version}; `checksum: {source.checksum()}` in the card pins it."
    )
    return source
