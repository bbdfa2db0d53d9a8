"""Several arrays in one file of NumPy's: the rows, with or without labels, or Keras's four (x_train, ...)."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays, labels_of
from pipeline.errors import InputError

ACCEPTS = "arrays (.npz)"
CARD_KEYS = {"file", "rows", "kind", "label", "classes", "id", "range"}
ROWS = ("x", "X", "rows", "data", "images", "sequences")
LABELS = ("y", "label", "labels", "target")
TEST = "is_test"  # bool (n,): the source's own test rows


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".npz"


def read(path: Path, card: Card, label: str | None) -> Source:
    """The rows are the array that the card's `rows` names, or the only one, or the one called like a ROWS.

    InputError for arrays of Python objects: reading those can run code.
    """
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path}: not an .npz file, or damaged. Write it with numpy.savez_compressed.")
    with np.load(path, allow_pickle=False) as arrays:
        if card.rows is None and {"x_train", "x_test"} <= set(arrays):
            return _keras(path, card, label, arrays)
        return _plain(path, card, label, arrays)


def _plain(path: Path, card: Card, label: str | None, arrays: np.lib.npyio.NpzFile) -> Source:
    names = list(arrays)
    rows = pick(path, card.rows, names, "array") if card.rows else _called(names, ROWS)
    if rows is None and len(names) == 1:
        rows = names[0]
    if rows is None:
        raise InputError(
            f"{path}: holds {', '.join(names) or 'nothing'}, and no array that is called {', '.join(ROWS)}. "
            f"{card.advice('rows: NAME', path)}; its shape must be (n, columns), that of images, or (n, steps, channels) with `kind: sequence`."
        )
    kind = "sequence" if rows == "sequences" else None
    rows = _load(path, arrays, rows)
    wanted = label or card.label
    label = pick(path, wanted, names, "array") if wanted else _called(names, LABELS)
    columns = {"label": labels_of(path, _load(path, arrays, label), label)} if label else {}
    if card.id:
        columns["id"] = _load(path, arrays, pick(path, card.id, names, "array"))
    if TEST in names:
        columns["split"] = _split(path, _load(path, arrays, TEST), len(rows))
    return from_arrays(path, card, rows, columns, kind=kind)


def _split(path: Path, is_test: np.ndarray, count: int) -> np.ndarray:
    if is_test.dtype != bool or is_test.shape != (count,):
        raise InputError(
            f"{path}: {TEST} is {is_test.dtype} {is_test.shape}; it must be bool ({count},), one a row. "
            "Mend it, or give it another name to have test rows drawn."
        )
    return np.where(is_test, "test", "train")


def _keras(path: Path, card: Card, label: str | None, arrays: np.lib.npyio.NpzFile) -> Source:
    has_labels = {"y_train", "y_test"} <= set(arrays)
    if label or card.label:
        pick(path, label or card.label, ["y"] if has_labels else [], "label")
    parts = [_load(path, arrays, name) for name in ("x_train", "x_test")]
    if parts[0].shape[1:] != parts[1].shape[1:]:
        shapes = " and ".join(str(part.shape) for part in parts)
        raise InputError(f"{path}: x_train and x_test have the shapes {shapes}; their rows must be alike.")
    columns = {"split": np.repeat(["train", "test"], [len(part) for part in parts])}
    if has_labels:
        labels = (labels_of(path, _load(path, arrays, name), name) for name in ("y_train", "y_test"))
        columns["label"] = np.concatenate(list(labels))
    return from_arrays(path, card, np.concatenate(parts), columns)


def _called(names: list[str], usual: tuple[str, ...]) -> str | None:
    return next((name for name in usual if name in names), None)


def _load(path: Path, arrays: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        return arrays[name]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise InputError(
            f'{path}: array "{name}" is not read ({error}). Store numbers or text, not Python objects.'
        ) from None
