"""MATLAB's .mat: up to version 7.2 with SciPy; version 7.3 is HDF5, with reversed axes."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.datasets import arrays, hdf5
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import check_size, reading

ACCEPTS = "MATLAB (.mat)"
CARD_KEYS = arrays.CARD_KEYS
LARGEST = 16  # bytes of the largest value, a complex one
HEADER = 128  # bytes before the first element (MathWorks, MAT-File Format)
PACKED = 15  # the kind of an element that is packed by zlib
CHUNK = 2**20


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".mat"


def read(path: Path, card: Card, label: str | None) -> Source:
    import h5py

    if h5py.is_hdf5(path):
        with hdf5.open_file(path) as file:
            names = [name for name in file if isinstance(file[name], h5py.Dataset)]
            return arrays.to_source(path, names, lambda name: _upright(hdf5.load(path, file[name]).T), card, label)
    named = _older(path)
    return arrays.to_source(path, list(named), lambda name: _upright(named[name]), card, label)


def _older(path: Path) -> dict[str, np.ndarray]:
    import scipy.io
    from scipy.io.matlab import matfile_version

    with reading(path, "a .mat file", Exception):  # SciPy's reader fails on damaged files with any exception
        if matfile_version(path)[0] == 0:
            raise ValueError("version 4 of the format, of 1992, is not supported; save it with -v7")
        _check_unpacked_size(path)
        claimed = scipy.io.whosmat(path)
        check_size(path, sum(LARGEST * math.prod(shape) for _, shape, _ in claimed))
        contents: dict[str, Any] = scipy.io.loadmat(path, variable_names=[name for name, *_ in claimed])
    return {name: value for name, value in contents.items() if isinstance(value, np.ndarray) and name[:2] != "__"}


def _check_unpacked_size(path: Path) -> None:
    """InputError if packed elements would grow too large; the shape of a cell or struct does not tell its size."""
    total = 0
    with open(path, "rb") as file:
        order = "<" if file.read(HEADER)[-2:] == b"IM" else ">"
        while len(tag := file.read(8)) == 8:
            kind, size = struct.unpack(f"{order}II", tag)
            if kind != PACKED:
                file.seek(size, 1)
                continue
            end, unpack = file.tell() + size, zlib.decompressobj()
            while file.tell() < end and (chunk := file.read(min(CHUNK, end - file.tell()))):
                while chunk:
                    total += len(unpack.decompress(chunk, CHUNK))
                    check_size(path, total)
                    chunk = unpack.unconsumed_tail


def _upright(array: np.ndarray) -> np.ndarray:
    """A row of values, such as labels, as a column, since MATLAB has no vectors; a cell of words as text."""
    if array.ndim == 2 and array.shape[0] == 1 < array.shape[1]:
        array = array.T
    if array.dtype.kind == "O" and all(isinstance(cell, np.ndarray) and cell.size == 1 for cell in array.flat):
        array = np.array([cell.item() for cell in array.flat])[:, None]
    return array
