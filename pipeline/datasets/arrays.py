"""Arrays with names -> rows, label, id, split: what .npz, HDF5, .mat and a user's own loader have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays, labels_of
from pipeline.runtime.errors import InputError

CARD_KEYS = {"file", "rows", "kind", "label", "classes", "id", "range"}
ROWS = ("x", "X", "rows", "data", "images", "sequences")
LABELS = ("y", "label", "labels", "target")
TEST = "is_test"  # bool (n,): the source's own test rows


def to_source(path: Path, names: list[str], load: Callable[[str], np.ndarray], card: Card, label: str | None) -> Source:
    """The rows are the array that the card's `rows` names, or the only one, or the one called like a ROWS; or Keras's four
    (x_train, ...).

    load  gives the array of a name
    """
    if card.rows is None and {"x_train", "x_test"} <= set(names):
        return _keras(path, names, load, card, label)
    rows = pick(path, card.rows, names, "array") if card.rows else _called(names, ROWS)
    if rows is None and len(names) == 1:
        rows = names[0]
    if rows is None:
        raise InputError(
            f"{path}: holds {', '.join(names) or 'nothing'}, and no array that is called {', '.join(ROWS)}. "
            f"{card.advice('rows: NAME', path)}; its shape must be (n, columns), that of images, or (n, steps, channels) with `kind: sequence`."
        )
    kind = "sequence" if rows == "sequences" else None
    rows = load(rows)
    wanted = label or card.label
    label = pick(path, wanted, names, "array") if wanted else _called(names, LABELS)
    columns = {"label": labels_of(path, load(label), label)} if label else {}
    if card.id:
        columns["id"] = load(pick(path, card.id, names, "array"))
    if TEST in names:
        columns["split"] = _split(path, load(TEST), len(rows))
    return from_arrays(path, card, rows, columns, kind=kind)


def _split(path: Path, is_test: np.ndarray, count: int) -> np.ndarray:
    if is_test.dtype != bool or is_test.shape != (count,):
        raise InputError(
            f"{path}: {TEST} is {is_test.dtype} {is_test.shape}; it must be bool ({count},), one a row. "
            "Mend it, or give it another name to have test rows drawn."
        )
    return np.where(is_test, "test", "train")


def _keras(path: Path, names: list[str], load: Callable[[str], np.ndarray], card: Card, label: str | None) -> Source:
    has_labels = {"y_train", "y_test"} <= set(names)
    if label or card.label:
        pick(path, label or card.label, ["y"] if has_labels else [], "label")
    parts = [load(name) for name in ("x_train", "x_test")]
    if parts[0].shape[1:] != parts[1].shape[1:]:
        shapes = " and ".join(str(part.shape) for part in parts)
        raise InputError(f"{path}: x_train and x_test have the shapes {shapes}; their rows must be alike.")
    columns = {"split": np.repeat(["train", "test"], [len(part) for part in parts])}
    if has_labels:
        columns["label"] = np.concatenate([labels_of(path, load(name), name) for name in ("y_train", "y_test")])
    return from_arrays(path, card, np.concatenate(parts), columns)


def _called(names: list[str], usual: tuple[str, ...]) -> str | None:
    return next((name for name in usual if name in names), None)
