"""A folder of pictures. Its subfolders are classes; subfolders named train and test are its own split."""

from __future__ import annotations

import io
import math
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline.datasets.card import NAME, Card
from pipeline.datasets.source import Source, check_label, from_arrays
from pipeline.datasets.unpacking import check_size, reading
from pipeline.runtime.errors import InputError

ACCEPTS = "a folder of pictures (.png, .jpg, .bmp, .gif, .tif, .webp)"
CARD_KEYS = {"label", "classes", "size"}
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}
DAMAGED = (OSError, SyntaxError, ValueError, EOFError)  # as Pillow fails on damaged files
MOST_PIXELS = 50_000_000  # of one picture
PARTS = {"train", "test"}


def recognizes(path: Path, card: Card) -> bool:
    return path.is_dir() and bool(_files(path))


def read(path: Path, card: Card, label: str | None) -> Source:
    """uint8 (n, height, width) if all pictures are gray, else (n, height, width, 3); resized to the card's `size`.

    The id is the picture's path in the folder. InputError for pictures of different sizes without `size`.
    """
    files = sorted(_files(path), key=lambda file: file.relative_to(path).as_posix())
    modes, sizes = zip(*(_header(file) for file in files), strict=True)
    if card.size is None and len(set(sizes)) > 1:
        other = next(number for number, size in enumerate(sizes) if size != sizes[0])
        shown = [f"{files[number].name} has {sizes[number][0]} x {sizes[number][1]} pixels" for number in (0, other)]
        raise InputError(
            f"{path}: pictures of different sizes: {', '.join(shown)}."
            f" {card.how_to_add('size: [28, 28]', path / NAME)}, height and width, to resize all to it."
        )
    mode = "L" if set(modes) <= {"1", "L"} else "RGB"
    size = card.size or sizes[0]
    shape = (len(files), *size) if mode == "L" else (len(files), *size, 3)
    check_size(path, math.prod(shape), stored=sum(file.stat().st_size for file in files))
    rows = np.empty(shape, np.uint8)
    for row, file in zip(rows, files, strict=True):
        row[...] = _pixels(file, mode, size)
    columns = _columns([PurePosixPath(file.relative_to(path).as_posix()) for file in files])
    check_label(path, card, label, "label" in columns)
    return from_arrays(path, card, rows, columns)


def _files(folder: Path) -> list[Path]:
    """Pictures in the folder and its subfolders, except hidden ones and links to other folders."""
    return [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and file.is_file()
        and file.resolve().is_relative_to(folder.resolve())
    ]


def _header(file: Path) -> tuple[str, tuple[int, int]]:
    """A picture's mode and (height, width), without reading its pixels."""
    with _open(file) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise InputError(
                f"{file}: {width:,} x {height:,} pixels; allowed: at most {MOST_PIXELS:,}. Make it smaller."
            )
        raw = " ".join(str(tile.args) for tile in picture.tile)  # Pillow opens 16-bit colors as 8-bit
        if picture.mode == "F" or picture.mode.startswith("I") or ";16" in raw:
            raise InputError(
                f"{file}: more than 8 bits per channel, which would be lost. Store the pixels as .npy, or with 8 bits."
            )
        return picture.mode, (height, width)


def _pixels(file: Path, mode: str, size: tuple[int, int]) -> np.ndarray:
    with _open(file) as picture, reading(file, "a picture", *DAMAGED):
        converted = picture.convert(mode)
        return np.asarray(converted if converted.size == size[::-1] else converted.resize(size[::-1]))


def _open(file: Path):
    import warnings

    from PIL import Image

    with reading(file, "a picture", *DAMAGED, Image.DecompressionBombError), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MOST_PIXELS is the limit
        return Image.open(io.BytesIO(file.read_bytes()))  # from memory, so that Pillow allocates no more than there is


def _columns(paths: list[PurePosixPath]) -> dict[str, np.ndarray]:
    """id, label (the picture's folder) and split, if there are such folders."""
    columns = {"id": np.array([str(path) for path in paths], dtype=object)}
    tops = {path.parts[0] for path in paths if len(path.parts) > 1}
    if tops == PARTS and all(path.parts[0] in PARTS for path in paths):
        columns["split"] = np.array([path.parts[0] for path in paths], dtype=object)
        paths = [PurePosixPath(*path.parts[1:]) for path in paths]
    if all(len(path.parts) > 1 for path in paths):
        columns["label"] = np.array([path.parent.as_posix() for path in paths], dtype=object)
    return columns
