"""Data sets bundled with scikit-learn: a card with `loader: sklearn.datasets.load_digits`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays

ACCEPTS = "a card with a scikit-learn loader"
CARD_KEYS = {"loader", "label", "classes", "range"}
# The loaders that need no download and no arguments. Nothing else is imported.
BUNDLED = ("breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine")
LOADERS = [f"sklearn.datasets.load_{name}" for name in BUNDLED]


def recognizes(path: Path, card: Card) -> bool:
    return card.loader in LOADERS


def read(path: Path, card: Card, label: str | None) -> Source:
    """The data set's images, if any, otherwise its data. The target is the label only if `label` names it."""
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, card.loader.rpartition(".")[2])()
    columns = _targets(bunch)
    wanted = label or card.label
    if wanted:
        columns["label"] = columns.pop(pick(path, wanted, columns, "column"))
    if "images" in bunch:
        return from_arrays(path, card, bunch.images, columns)
    names = [str(name) for name in bunch.feature_names]
    return from_arrays(path, card, bunch.data, columns, feature_names=names)


def _targets(bunch: dict) -> dict[str, np.ndarray]:
    """The target as a column of class names or numbers; several targets as several columns."""
    target = bunch["target"]
    if target.ndim == 2:
        return {name: target[:, number] for number, name in enumerate(bunch["target_names"])}
    names = bunch.get("target_names")
    return {"target": target if names is None else np.asarray(names)[target]}
