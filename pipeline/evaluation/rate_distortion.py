"""Rate and distortion: reconstruction error by bytes a row, for codes, for PCA of every size, and for JPEG.

Only what differs between rows is counted. A dimension of a code is one byte, since its error is measured with the values
rounded to 256 steps. A JPEG is its compressed pixels, without the header and tables that all images share. So the weights
of networks and the tables of JPEG are both free.
"""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from pipeline.statistics import intervals
from pipeline.types import Dataset

QUALITIES = (1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95)
MAX_IMAGES = 1000  # that are compressed with JPEG


def table(dataset: Dataset, robustness: pd.DataFrame, sizes: dict[str, int], linear: np.ndarray) -> pd.DataFrame:
    """Mean squared error of test rows by bytes.

    robustness  encoder, trial, error, low, high
    sizes       encoder -> dimensions of its code
    linear      mean error of PCA with 1, 2, ... components
    returns     source (an encoder, "every pca", or "jpeg"), setting (code size or quality), bytes, error, low, high
    """
    rounded = robustness[robustness["trial"] == "rounded"].set_index("encoder")
    records = [
        {"source": name, "setting": size, "bytes": float(size), **rounded.loc[name, ["error", "low", "high"]]}
        for name, size in sizes.items()
    ]
    records += [
        {"source": "every pca", "setting": size, "bytes": float(size), "error": error, "low": error, "high": error}
        for size, error in enumerate(linear, start=1)
    ]
    info = dataset.info
    if info["kind"] == "image" and info["unit_interval"] and (len(info["shape"]) == 2 or info["shape"][2] in (1, 3)):
        rows = dataset.part("test")
        records += jpeg(rows[np.unique(np.linspace(0, len(rows) - 1, MAX_IMAGES).astype(int))])
    return pd.DataFrame(records)


def bytes_needed(table: pd.DataFrame, encoders: list[str]) -> pd.DataFrame:
    """The smallest number of bytes with which PCA and JPEG have at most the error of each encoder.

    table    as above
    returns  encoder, source ("every pca" or "jpeg"), bytes: inf if no size or quality has so small an error; ratio: these bytes
             divided by those of the encoder's code
    """
    rows = []
    for name in encoders:
        own = table[table["source"] == name].iloc[0]
        for source in ("every pca", "jpeg"):
            settings = table[table["source"] == source]
            if len(settings):
                smallest = settings.loc[settings["error"] <= own["error"], "bytes"].min()
                rows.append((name, source, smallest, smallest / own["bytes"]))
    return pd.DataFrame(rows, columns=["encoder", "source", "bytes", "ratio"]).fillna(
        {"bytes": np.inf, "ratio": np.inf}
    )


def jpeg(images: np.ndarray) -> list[dict[str, object]]:
    """A line for each of QUALITIES: bytes and errors of images (m, height, width[, 1 or 3]) in [0, 1], compressed with JPEG."""
    from PIL import Image

    pixels = np.round(images * 255).astype(np.uint8)
    pixels = pixels[..., 0] if pixels.shape[3:] == (1,) else pixels
    records = []
    for quality in QUALITIES:
        sizes, errors = [], []
        for image, original in zip(pixels, images.reshape(len(images), -1), strict=True):
            file = io.BytesIO()
            Image.fromarray(image).save(file, format="jpeg", quality=quality)
            sizes.append(scan_bytes(file.getvalue()))
            with Image.open(file) as copy:
                decompressed = np.asarray(copy, dtype=np.float64).ravel() / 255
            errors.append(np.square(original - decompressed).sum())
        error = intervals.over_rows(errors)
        records.append({"source": "jpeg", "setting": quality, "bytes": float(np.mean(sizes)),
                        "error": error.value, "low": error.low, "high": error.high})  # fmt: skip
    return records


def scan_bytes(file: bytes) -> int:
    """Bytes of a baseline JPEG's entropy-coded pixels: from the end of the scan's header (marker FFDA, whose length
    follows it, ITU-T T.81 B.2.3) to the end marker."""
    start = file.index(b"\xff\xda") + 2
    return len(file) - 2 - (start + int.from_bytes(file[start : start + 2], "big"))
