"""JPEG's bytes, without those that all files share."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from pipeline.evaluation import rate_distortion


def test_jpeg_counts_what_differs_between_images():
    """Two images at one quality share every byte before the scan; without them the files differ by their scans."""
    images = (load_digits().images[:40] / 16).astype(np.float32)
    table = pd.DataFrame(rate_distortion.jpeg(images))
    assert table["bytes"].is_monotonic_increasing and table["error"].iloc[-1] < 0.05 * table["error"].iloc[0]
    files = []
    for image in images[:2]:
        file = io.BytesIO()
        Image.fromarray(np.round(image * 255).astype(np.uint8)).save(file, format="jpeg", quality=50)
        files.append(file.getvalue())
    heads = [len(file) - 2 - rate_distortion.scan_bytes(file) for file in files]
    assert heads[0] == heads[1] and files[0][: heads[0]] == files[1][: heads[0]]
    assert files[0][heads[0] :] != files[1][heads[0] :]
    # Of one gray component, the scan's header is its marker and 8 bytes; the pixels come right behind it.
    assert files[0][heads[0] - 10 : heads[0] - 8] == b"\xff\xda"


def test_bytes_needed_are_the_fewest_with_an_error_as_small():
    rows = [("deep", 3, 0.61), ("poor", 3, 9.0), ("best", 3, 0.01)]
    rows += [("every pca", size, 2 / size) for size in (1, 2, 4, 8)] + [
        ("jpeg", size, 9 / size) for size in (8, 12, 20)
    ]
    table = pd.DataFrame(rows, columns=["source", "bytes", "error"])
    needed = rate_distortion.bytes_needed(table, ["deep", "poor", "best"]).set_index(["encoder", "source"])
    assert needed["bytes"].tolist() == [4, 20, 1, 8, np.inf, np.inf]
    assert needed["ratio"].tolist() == pytest.approx([4 / 3, 20 / 3, 1 / 3, 8 / 3, np.inf, np.inf])
    without = rate_distortion.bytes_needed(table[table["source"] != "jpeg"], ["deep"])
    assert without["source"].tolist() == ["every pca"]
