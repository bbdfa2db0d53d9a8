"""What a doubling of the code size gains, by hand and on data of known dimension."""

import numpy as np
import pandas as pd
import pytest

from pipeline.config import CodeSizeSweep
from pipeline.controls import code_size_sweep
from pipeline.encoders import autoencoder
from pipeline.types import Dataset


def test_gains_of_a_doubling_are_paired_by_seed():
    errors = pd.DataFrame({"size": [2, 2, 4, 4], "training": [1, 2, 2, 1], "error": [0.5, 0.6, 0.35, 0.2],
                           "pca_error": [0.7, 0.7, 0.4, 0.4]})  # fmt: skip
    (row,) = code_size_sweep.gains(errors).itertuples()
    assert (row.size, row.n) == (2, 2)
    assert (row.gain, row.pca_gain) == (pytest.approx(0.275), pytest.approx(0.3))
    reach = 12.706 * np.std([0.3, 0.25], ddof=1) / np.sqrt(2)  # Student's t for one degree of freedom
    assert (row.low, row.high) == (pytest.approx(0.275 - reach, rel=1e-3), pytest.approx(0.275 + reach, rel=1e-3))
    assert "other trainings" in row.covers


ENCODER = {"kind": "autoencoder", "architecture": "dense", "objective": "plain", "hidden": [], "code_size": 3,
           "code_activation": "linear", "epochs": 500, "batch_size": 32, "learning_rate": 0.02, "patience": 50}  # fmt: skip


def test_data_of_four_dimensions_need_four():
    """A linear code of two dimensions loses about half of the variance, of four next to nothing, of eight no less."""
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(600, 4)) @ np.linalg.qr(rng.normal(size=(12, 4)))[0].T).astype(np.float32)
    split = np.repeat(["train", "validation", "test"], [400, 100, 100])
    dataset = Dataset(rows, pd.DataFrame({"split": split}), {"kind": "vector", "unit_interval": False})
    sweep = CodeSizeSweep(sizes=(2, 4, 8), trainings=2, steps=700)
    errors, gains = code_size_sweep.measure(autoencoder, dataset, autoencoder.Options(**ENCODER), sweep, seed=0)
    lost = errors.groupby("size")["error"].mean()
    assert lost[2] == pytest.approx(0.5, abs=0.1) and lost[4] < 0.02 and lost[8] < 0.02
    np.testing.assert_allclose(errors.groupby("size")["pca_error"].first()[[4, 8]], 0, atol=1e-5)
    assert gains["gain"].iloc[0] > 0.4 > 0.02 > abs(gains["gain"].iloc[1])
