"""Strangers keep the values and lose the structure; rounded codes; JPEG's bytes."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from pipeline.controls import robustness
from pipeline.evaluation import rate_distortion
from pipeline.types import Dataset

RNG = np.random.default_rng(0)


def test_images_change_the_places_of_their_pixels():
    rows = RNG.random((20, 4, 5, 3)).astype(np.float32)
    found = robustness.out_of_distribution(rows, "image", True, seed=0)
    pixels, shuffled = rows.reshape(20, 20, 3), found["shuffled"].reshape(20, 20, 3)
    places = [int(np.flatnonzero((pixels == shuffled[:, [place]]).all(axis=(0, 2)))[0]) for place in range(20)]
    assert sorted(places) == list(range(20)) and places != list(range(20))  # one order for all rows, channels kept
    np.testing.assert_allclose(found["inverted"], 1 - rows)
    assert found["noise"].min() >= 0 and found["noise"].max() <= 1


def test_columns_are_shuffled_among_rows_and_steps_within_series():
    rows = RNG.normal(size=(30, 4)).astype(np.float32)
    shuffled = robustness.out_of_distribution(rows, "vector", False, seed=0)["shuffled"]
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(rows, axis=0))
    assert len({tuple(np.argsort(column)) for column in shuffled.T}) == 4
    series = RNG.normal(size=(30, 6, 2)).astype(np.float32)
    series[np.arange(6) >= RNG.integers(1, 7, size=(30, 1))] = np.nan
    found = robustness.out_of_distribution(series, "sequence", False, seed=0)
    for strange in found.values():
        np.testing.assert_array_equal(np.isnan(strange), np.isnan(series))
    np.testing.assert_array_equal(np.sort(found["shuffled"], axis=1), np.sort(series, axis=1))


def test_rounded_codes_are_within_half_a_step():
    training = RNG.normal(size=(100, 3)).astype(np.float32)
    training[:, 2] = 5  # a number that never varies
    inside = training[:20]
    found = robustness.rounded(inside, training)
    step = (training.max(axis=0) - training.min(axis=0)) / 255
    assert (np.abs(found - inside) <= step / 2 + 1e-6).all()
    assert len(np.unique(robustness.rounded(training, training)[:, 0])) <= 256


def test_the_spread_is_the_error_of_knowing_the_mean_alone():
    """An encoder that answers with the mean leaves 100 %, in each trial's own terms."""
    rows = RNG.normal(size=(80, 5)).astype(np.float32)
    split = np.repeat(["train", "test"], 40)
    mean = rows[40:].mean(axis=0)
    knows_the_mean = SimpleNamespace(
        encode=lambda block: np.zeros((len(block), 1), np.float32), decode=lambda codes: np.tile(mean, (len(codes), 1))
    )
    dataset = Dataset(rows, pd.DataFrame({"split": split}), {"kind": "vector", "unit_interval": False})
    table = robustness.run(knows_the_mean, dataset, np.zeros((80, 1), np.float32), seed=0).set_index("trial")
    assert table.loc["test", "error"] == pytest.approx(table.loc["test", "spread"], rel=1e-5)
    assert table.loc["shuffled", "error"] == pytest.approx(table.loc["shuffled", "spread"], rel=1e-5)
    assert table.loc["test", "low"] < table.loc["test", "error"] < table.loc["test", "high"]


def test_jpeg_counts_what_differs_between_images():
    """Two images at one quality share every byte before the scan; without them the files differ by their scans."""
    images = (load_digits().images[:40] / 16).astype(np.float32)
    lines = pd.DataFrame(rate_distortion.jpeg(images))
    assert lines["bytes"].is_monotonic_increasing and lines["error"].iloc[-1] < 0.05 * lines["error"].iloc[0]
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
