"""Several arrays in NumPy's format: the rows, with or without labels, or Keras's four arrays (x_train, ...)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from pipeline.datasets import arrays
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import DAMAGED, check_archive_size, check_size, reading
from pipeline.runtime.errors import InputError

ACCEPTS = "arrays (.npz)"
CARD_KEYS = arrays.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".npz"


def read(path: Path, card: Card, label: str | None) -> Source:
    """InputError for arrays of Python objects, since reading them can run code."""
    check_archive_size(path)
    with reading(path, "an .npz file", *DAMAGED, ValueError):
        file = np.load(path, allow_pickle=False)
    with file:
        return arrays.to_source(path, list(file), lambda name: _load(path, file, name), card, label)


def _load(path: Path, file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        check_size(path, _size_in_header(file, name))
        return file[name]
    except InputError:
        raise
    except Exception as error:  # NumPy fails on damaged headers with any exception
        raise InputError(
            f'{path}: array "{name}" cannot be read ({error}). Store numbers or text, not Python objects.'
        ) from None


def _size_in_header(file: np.lib.npyio.NpzFile, name: str) -> int:
    """The bytes of an array according to its header, which NumPy would allocate before it reads the values."""
    with file.zip.open(name if name in file.zip.namelist() else f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(member)
    return math.prod(shape) * dtype.itemsize
