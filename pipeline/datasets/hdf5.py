"""HDF5: arrays, named by their paths in the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.datasets import arrays
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import check_size, reading
from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    import h5py

ACCEPTS = "HDF5 (.h5, .hdf5)"
CARD_KEYS = arrays.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() in (".h5", ".hdf5")


def read(path: Path, card: Card, label: str | None) -> Source:
    with open_file(path) as file:
        names = _names(file)
        return arrays.to_source(path, names, lambda name: load(path, file[name]), card, label)


@contextmanager
def open_file(path: Path) -> Iterator[h5py.File]:
    """Open the file for reading; InputError if it is not HDF5, or reading finds it damaged."""
    import h5py

    damaged = (OSError, KeyError, RuntimeError, ValueError, TypeError)
    with reading(path, "an HDF5 file", *damaged), h5py.File(path, "r") as file:
        yield file


def load(path: Path, array: h5py.Dataset) -> np.ndarray:
    """A whole array, with text decoded. InputError if it is too large, lies in another file (which DVC does not hash),
    or holds neither numbers nor text."""
    import h5py

    if array.external or array.is_virtual or Path(array.file.filename).resolve() != path.resolve():
        raise InputError(f"{path}: array {array.name} is virtual, or in another file. Store its values in this one.")
    check_size(path, array.size * array.dtype.itemsize if array.shape else 0)
    if h5py.check_string_dtype(array.dtype):
        return array.asstr()[...]
    values = array[...]
    if not isinstance(values, np.ndarray) or values.dtype.kind == "O":
        raise InputError(f"{path}: array {array.name} holds neither numbers nor text, one per row.")
    return values


def _names(file: h5py.File) -> list[str]:
    """The paths of all arrays. Links to other files are not followed."""
    import h5py

    names: list[str] = []
    file.visititems(
        lambda name, node: names.append(name) if isinstance(node, h5py.Dataset) and not node.is_virtual else None
    )
    return names
