"""HDF5: arrays by their paths in the file, as in an .npz."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.datasets import arrays
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import allow, unreadable
from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    import h5py

ACCEPTS = "HDF5 (.h5, .hdf5)"
CARD_KEYS = arrays.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() in (".h5", ".hdf5")


def read(path: Path, card: Card, label: str | None) -> Source:
    with opened(path) as file:
        names = _names(file)
        return arrays.to_source(path, names, lambda name: load(path, file[name]), card, label)


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file for reading; InputError where it is none, or shows while it is read that it is damaged."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError, UnicodeDecodeError) as error:
        raise unreadable(path, "an HDF5 file", error) from None


def load(path: Path, array: h5py.Dataset) -> np.ndarray:
    """An array whole, text as text. InputError where it claims more than the file may hold, lies in another file (what is read
    is what DVC hashes), or holds neither numbers nor text."""
    import h5py

    if array.external or array.is_virtual or Path(array.file.filename).resolve() != path.resolve():
        raise InputError(
            f"{path}: array {array.name} is virtual, or lies in another file. Store its values in this one."
        )
    allow(path, array.size * array.dtype.itemsize if array.shape else 0)
    if h5py.check_string_dtype(array.dtype):
        return array.asstr()[...]
    found = array[...]
    if not isinstance(found, np.ndarray) or found.dtype.kind == "O":
        raise InputError(f"{path}: array {array.name} holds neither numbers nor text, one for each row.")
    return found


def _names(file: h5py.File) -> list[str]:
    """The paths of all arrays. Links to other files are not followed."""
    import h5py

    found: list[str] = []
    file.visititems(
        lambda name, node: found.append(name) if isinstance(node, h5py.Dataset) and not node.is_virtual else None
    )
    return found
