"""A folder of pictures; folders in it are classes, and folders called train and test its own split."""

from __future__ import annotations

import io
import math
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline.datasets.card import NAME, Card, pick
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import allow, unreadable
from pipeline.runtime.errors import InputError

ACCEPTS = "a folder of pictures (.png, .jpg, .bmp, .gif, .tif, .webp)"
CARD_KEYS = {"label", "classes", "size"}
ENDS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}
MOST_PIXELS = 50_000_000  # of one picture
PARTS = {"train", "test"}


def recognizes(path: Path, card: Card) -> bool:
    return path.is_dir() and bool(_files(path))


def read(path: Path, card: Card, label: str | None) -> Source:
    """Bytes (n, height, width) where all pictures are gray, (n, height, width, 3) otherwise; resized where the card says `size`.

    The id is the picture's path in the folder. InputError for pictures of different sizes without `size`.
    """
    files = sorted(_files(path), key=lambda file: file.relative_to(path).as_posix())
    modes, sizes = zip(*(_look(file) for file in files), strict=True)
    if card.size is None and len(set(sizes)) > 1:
        odd = next(number for number, size in enumerate(sizes) if size != sizes[0])
        raise InputError(
            f"{path}: pictures of different sizes, {files[0].name} of {_said(sizes[0])} and {files[odd].name} of {_said(sizes[odd])}"
            f" pixels. {card.advice('size: [28, 28]', path / NAME)}, height and width, to have all brought to it."
        )
    mode = "L" if set(modes) <= {"1", "L"} else "RGB"
    size = card.size or sizes[0]
    shape = (len(files), *size) if mode == "L" else (len(files), *size, 3)
    if any(file.stat().st_size == 0 for file in files):
        raise InputError(f"{next(file for file in files if not file.stat().st_size)}: is empty. Take it out.")
    allow(path, math.prod(shape), stored=sum(file.stat().st_size for file in files))
    rows = np.empty(shape, np.uint8)
    for row, file in zip(rows, files, strict=True):
        row[...] = _pixels(file, mode, size)
    columns = _columns([PurePosixPath(file.relative_to(path).as_posix()) for file in files])
    if label or card.label:
        pick(path, label or card.label, columns.keys() & {"label"}, "label")
    return from_arrays(path, card, rows, columns)


def _files(folder: Path) -> list[Path]:
    """Pictures in the folder or below, but for hidden ones; links are not followed out of it."""
    return [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in ENDS
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and file.is_file()
        and file.resolve().is_relative_to(folder.resolve())
    ]


def _look(file: Path) -> tuple[str, tuple[int, int]]:
    """A picture's mode and (height, width), from its header alone."""
    with _opened(file) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise InputError(
                f"{file}: {width:,} x {height:,} pixels; at most {MOST_PIXELS:,} are read. Make it smaller."
            )
        raw = " ".join(str(tile.args) for tile in picture.tile)  # Pillow opens colors of 16 bits as of 8
        if picture.mode == "F" or picture.mode.startswith("I") or ";16" in raw:
            raise InputError(
                f"{file}: more than 8 bits a pixel, which would be cut off. Store the pixels as .npy, or in 8 bits."
            )
        return picture.mode, (height, width)


def _pixels(file: Path, mode: str, size: tuple[int, int]) -> np.ndarray:
    with _opened(file) as picture:
        try:
            found = picture.convert(mode)
            return np.asarray(found if found.size == size[::-1] else found.resize(size[::-1]))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise unreadable(file, "a picture", error) from None


def _opened(file: Path):
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is our own
            return Image.open(io.BytesIO(file.read_bytes()))  # which sets aside no more than there is
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise unreadable(file, "a picture", error) from None


def _columns(paths: list[PurePosixPath]) -> dict[str, np.ndarray]:
    """id; label, the folder that a picture lies in, and split, where there are such folders."""
    columns = {"id": np.array([str(path) for path in paths], dtype=object)}
    tops = {path.parts[0] for path in paths if len(path.parts) > 1}
    if tops == PARTS and all(path.parts[0] in PARTS for path in paths):
        columns["split"] = np.array([path.parts[0] for path in paths], dtype=object)
        paths = [PurePosixPath(*path.parts[1:]) for path in paths]
    if all(len(path.parts) > 1 for path in paths):
        columns["label"] = np.array([path.parent.as_posix() for path in paths], dtype=object)
    return columns


def _said(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"
