"""Error against bytes: codes, principal components at every size, and JPEG.

Only what differs from row to row is counted. A code number is one byte, since its error is measured with the number
rounded to 256 steps; a JPEG is its compressed pixels, without the header and the tables that all of them share. So the
networks' weights and JPEG's tables are both free.
"""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from pipeline.statistics import intervals
from pipeline.types import Dataset

QUALITIES = (1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95)
MOST = 1000  # images that JPEG is tried on


def table(dataset: Dataset, robustness: pd.DataFrame, sizes: dict[str, int], linear: np.ndarray) -> pd.DataFrame:
    """Mean squared error of test rows by bytes.

    trials   of all encoders: encoder, trial, error, low, high
    sizes    encoder -> numbers in its code
    linear   PCA's mean error with 1, 2, ... components
    returns  source (an encoder, "every pca", or "jpeg"), setting (code size or quality), bytes, error, low, high
    """
    rounded = robustness[robustness["trial"] == "rounded"].set_index("encoder")
    lines = [
        {"source": name, "setting": size, "bytes": float(size), **rounded.loc[name, ["error", "low", "high"]]}
        for name, size in sizes.items()
    ]
    lines += [
        {"source": "every pca", "setting": size, "bytes": float(size), "error": error, "low": error, "high": error}
        for size, error in enumerate(linear, start=1)
    ]
    info = dataset.info
    if info["kind"] == "image" and info["unit_interval"] and (len(info["shape"]) == 2 or info["shape"][2] in (1, 3)):
        rows = dataset.part("test")
        chosen = np.unique(np.linspace(0, len(rows) - 1, MOST).astype(int))
        lines += jpeg(rows[chosen])
    return pd.DataFrame(lines)


def bytes_needed(table: pd.DataFrame, encoders: list[str]) -> pd.DataFrame:
    """The fewest bytes with which PCA, and JPEG where it was tried, have an error as small as each encoder's.

    table    as above
    returns  encoder, source ("every pca" or "jpeg"), bytes: inf where no size or quality has an error as small
    """
    rows = []
    for name in encoders:
        error = table.loc[table["source"] == name, "error"].iloc[0]
        for source in ("every pca", "jpeg"):
            tried = table[table["source"] == source]
            if len(tried):
                rows.append((name, source, tried.loc[tried["error"] <= error, "bytes"].min()))
    return pd.DataFrame(rows, columns=["encoder", "source", "bytes"]).fillna({"bytes": np.inf})


def jpeg(images: np.ndarray) -> list[dict[str, object]]:
    """A line for each of QUALITIES: images (m, height, width[, 1 or 3]) in [0, 1] as JPEG and back."""
    from PIL import Image

    pixels = np.round(images * 255).astype(np.uint8)
    pixels = pixels[..., 0] if pixels.shape[3:] == (1,) else pixels
    lines = []
    for quality in QUALITIES:
        sizes, errors = [], []
        for image, original in zip(pixels, images.reshape(len(images), -1), strict=True):
            file = io.BytesIO()
            Image.fromarray(image).save(file, format="jpeg", quality=quality)
            sizes.append(scan_bytes(file.getvalue()))
            with Image.open(file) as copy:
                back = np.asarray(copy, dtype=np.float64).ravel() / 255
            errors.append(np.square(original - back).sum())
        found = intervals.over_rows(errors)
        lines.append({"source": "jpeg", "setting": quality, "bytes": float(np.mean(sizes)),
                      "error": found.value, "low": found.low, "high": found.high})  # fmt: skip
    return lines


def scan_bytes(file: bytes) -> int:
    """Bytes of a baseline JPEG's entropy-coded pixels: from the end of the scan's header (marker FFDA, whose length
    follows it, ITU-T T.81 B.2.3) to the end marker."""
    start = file.index(b"\xff\xda") + 2
    return len(file) - 2 - (start + int.from_bytes(file[start : start + 2], "big"))
