"""Named arrays -> rows, label, id, split: shared by .npz, HDF5, .mat and the user's own loader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, check_label, flat_labels, from_arrays
from pipeline.runtime.errors import InputError

CARD_KEYS = {"file", "rows", "kind", "label", "classes", "id", "range"}
ROWS = ("x", "X", "rows", "data", "images", "sequences")
LABELS = ("y", "label", "labels", "target")
TEST = "is_test"  # bool (n,): the source's own test rows


def to_source(path: Path, names: list[str], load: Callable[[str], np.ndarray], card: Card, label: str | None) -> Source:
    """A source from arrays. The rows are the array named by the card's `rows`, by one of ROWS, or the only array; or
    Keras's four arrays (x_train, ...).

    load  returns the array with a name
    """
    if card.rows is None and {"x_train", "x_test"} <= set(names):
        return _from_keras(path, names, load, card, label)
    name = pick(path, card.rows, names, "array") if card.rows else _first_of(ROWS, names)
    if name is None and len(names) == 1:
        name = names[0]
    if name is None:
        raise InputError(
            f"{path}: holds {', '.join(names) or 'nothing'}, and no array named {', '.join(ROWS)}. "
            f"{card.how_to_add('rows: NAME', path)}; its shape must be (n, columns), that of images, or (n, steps,"
            " channels) with `kind: sequence`."
        )
    kind = "sequence" if name == "sequences" else None
    rows = load(name)
    wanted = label or card.label
    label = pick(path, wanted, names, "array") if wanted else _first_of(LABELS, names)
    columns = {"label": flat_labels(path, load(label), label)} if label else {}
    if card.id:
        columns["id"] = load(pick(path, card.id, names, "array"))
    if TEST in names:
        columns["split"] = _split(path, load(TEST), len(rows))
    return from_arrays(path, card, rows, columns, kind=kind)


def _split(path: Path, is_test: np.ndarray, count: int) -> np.ndarray:
    if is_test.dtype != bool or is_test.shape != (count,):
        raise InputError(
            f"{path}: {TEST} is {is_test.dtype} {is_test.shape}; it must be bool ({count},), one per row. "
            "Fix it, or rename it to have test rows drawn at random."
        )
    return np.where(is_test, "test", "train")


def _from_keras(
    path: Path, names: list[str], load: Callable[[str], np.ndarray], card: Card, label: str | None
) -> Source:
    has_labels = {"y_train", "y_test"} <= set(names)
    check_label(path, card, label, has_labels, name="y")
    parts = [load(name) for name in ("x_train", "x_test")]
    if parts[0].shape[1:] != parts[1].shape[1:]:
        shapes = " and ".join(str(part.shape) for part in parts)
        raise InputError(f"{path}: x_train and x_test have the shapes {shapes}; their rows must have the same shape.")
    columns = {"split": np.repeat(["train", "test"], [len(part) for part in parts])}
    if has_labels:
        columns["label"] = np.concatenate([flat_labels(path, load(name), name) for name in ("y_train", "y_test")])
    return from_arrays(path, card, np.concatenate(parts), columns)


def _first_of(usual: tuple[str, ...], names: list[str]) -> str | None:
    return next((name for name in usual if name in names), None)
