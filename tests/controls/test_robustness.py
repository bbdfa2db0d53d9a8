"""Out-of-distribution inputs keep the values and lose the structure; rounded codes lose little."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.controls import robustness
from pipeline.types import Dataset

RNG = np.random.default_rng(0)


def test_images_change_the_places_of_their_pixels():
    rows = RNG.random((20, 4, 5, 3)).astype(np.float32)
    inputs = robustness.out_of_distribution(rows, "image", True, seed=0)
    pixels, shuffled = rows.reshape(20, 20, 3), inputs["shuffled"].reshape(20, 20, 3)
    places = [int(np.flatnonzero((pixels == shuffled[:, [place]]).all(axis=(0, 2)))[0]) for place in range(20)]
    assert sorted(places) == list(range(20)) and places != list(range(20))  # one order for all rows, channels kept
    np.testing.assert_allclose(inputs["inverted"], 1 - rows)
    assert inputs["noise"].min() >= 0 and inputs["noise"].max() <= 1


def test_columns_are_shuffled_among_rows_and_steps_within_series():
    rows = RNG.normal(size=(30, 4)).astype(np.float32)
    shuffled = robustness.out_of_distribution(rows, "vector", False, seed=0)["shuffled"]
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(rows, axis=0))
    assert len({tuple(np.argsort(column)) for column in shuffled.T}) == 4
    series = RNG.normal(size=(30, 6, 2)).astype(np.float32)
    series[np.arange(6) >= RNG.integers(1, 7, size=(30, 1))] = np.nan
    inputs = robustness.out_of_distribution(series, "sequence", False, seed=0)
    for values in inputs.values():
        np.testing.assert_array_equal(np.isnan(values), np.isnan(series))
    np.testing.assert_array_equal(np.sort(inputs["shuffled"], axis=1), np.sort(series, axis=1))


def test_rounded_codes_are_within_half_a_step():
    training = RNG.normal(size=(100, 3)).astype(np.float32)
    training[:, 2] = 5  # a dimension that never varies
    inside = training[:20]
    rounded = robustness.rounded(inside, training)
    step = (training.max(axis=0) - training.min(axis=0)) / 255
    assert (np.abs(rounded - inside) <= step / 2 + 1e-6).all()
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
    table = robustness.measure(knows_the_mean, dataset, np.zeros((80, 1), np.float32), seed=0).set_index("trial")
    assert table.loc["test", "error"] == pytest.approx(table.loc["test", "spread"], rel=1e-5)
    assert table.loc["shuffled", "error"] == pytest.approx(table.loc["shuffled", "spread"], rel=1e-5)
    assert table.loc["test", "low"] < table.loc["test", "error"] < table.loc["test", "high"]
