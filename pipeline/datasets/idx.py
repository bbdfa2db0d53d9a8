"""IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist), plain or gzipped: four files, or one."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card
from pipeline.datasets.source import Source, check_label, flat_labels, from_arrays
from pipeline.datasets.unpacking import DAMAGED, open_unpacked, read_unpacked
from pipeline.runtime.errors import InputError

ACCEPTS = "IDX (one file of rows, or a folder with MNIST's train-images-idx3-ubyte and its three companions)"
CARD_KEYS = {"file", "label", "classes", "range"}
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
PARTS = {"train": "train", "t10k": "test"}


def recognizes(path: Path, card: Card) -> bool:
    if path.is_dir():
        return any(name.endswith("images") for name in _members(path))
    try:
        with open_unpacked(path) as file:
            start = file.raw.read(4)  # not further: the rest may be damaged
    except DAMAGED:
        return False
    return len(start) == 4 and start[:2] == b"\0\0" and start[2] in TYPES


def read(path: Path, card: Card, label: str | None) -> Source:
    """Images, and labels if the folder has them; the rows of t10k are the source's own test rows."""
    if path.is_dir():
        rows, columns = _folder(path)
    else:
        rows, columns = _array(path), {}
    check_label(path, card, label, "label" in columns)
    return from_arrays(path, card, rows, columns)


def _folder(folder: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    members = _members(folder)
    parts = [part for part in PARTS if f"{part}-images" in members]
    rows = [_array(members[f"{part}-images"]) for part in parts]
    if len({part.shape[1:] for part in rows}) > 1:
        sizes = " and ".join(str(part.shape[1:]) for part in rows)
        raise InputError(f"{folder}: train and t10k images have the sizes {sizes}; they must be the same.")
    columns = {}
    if len(parts) == 2:
        columns["split"] = np.repeat([PARTS[part] for part in parts], [len(part) for part in rows])
    files = [members.get(f"{part}-labels") for part in parts]
    if any(files):
        if None in files:
            raise InputError(f"{folder}: {parts[files.index(None)]}-labels-idx1-ubyte is missing. Add it.")
        labels = [flat_labels(file, _array(file), file.name) for file in files]
        for part, images, values in zip(parts, rows, labels, strict=True):
            if len(images) != len(values):
                raise InputError(f"{folder}: {part} has {len(images):,} images, but {len(values):,} labels.")
        columns["label"] = np.concatenate(labels)
    return np.concatenate(rows) if len(rows) > 1 else rows[0], columns


def _members(folder: Path) -> dict[str, Path]:
    """MNIST's files by the first part of their names; a plain file takes precedence over a gzipped one."""
    members = {}
    for file in sorted(folder.iterdir()):
        name = re.fullmatch(r"((?:train|t10k)-(?:images|labels))[-.]idx[1-4]-ubyte(\.gz)?", file.name)
        if name:
            members.setdefault(name[1], file)
    return members


def _array(path: Path) -> np.ndarray:
    """Two zero bytes, a type, the number of dimensions, their sizes as big-endian uint32, the values."""
    content = read_unpacked(path, "an IDX file")
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise InputError(f"{path}: does not begin like an IDX file. Download it again.")
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start]) if len(content) >= start else ()
    kind = np.dtype(TYPES[content[2]])
    if not shape or len(content) != start + math.prod(shape) * kind.itemsize:
        raise InputError(f"{path}: its size does not match its header {shape}. Download it again.")
    return np.frombuffer(content, kind, offset=start).reshape(shape)
