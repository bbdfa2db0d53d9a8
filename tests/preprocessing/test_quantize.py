"""Rows in 255 steps come back within half a step, in the units of their source."""

import numpy as np
import pandas as pd
import pytest

from pipeline.preprocessing import quantize
from pipeline.preprocessing.scaling import unscale
from pipeline.types import Dataset


@pytest.mark.parametrize("kind", ["vector", "image"])
def test_values_come_back_within_half_a_step(kind):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 6) if kind == "vector" else (40, 3, 2)).astype(np.float32)
    scaling = {"rule": "unit", "low": -5.0, "high": 20.0}
    dataset = Dataset(rows, pd.DataFrame({"id": range(40)}), {"kind": kind, "scaling": scaling})
    chosen = quantize.chosen(dataset, seed=0)
    assert chosen.tolist() == list(range(40))
    low, high = quantize.ranges(dataset, chosen)
    steps = quantize.quantized(rows, scaling, low, high)
    assert steps.dtype == np.uint8 and steps.max() == quantize.STEPS and steps.min() == 0
    assert np.shape(low) == ((6,) if kind == "vector" else ())
    back = low + steps / quantize.STEPS * (high - low)
    half = (high - low) / quantize.STEPS / 2
    assert (np.abs(back - unscale(rows, scaling)) <= half * 1.01).all()


def test_missing_values_and_values_outside_have_their_step():
    rows = np.array([[np.nan, -1.0, 2.0], [0.5, 0.0, 1.0]], dtype=np.float32)
    steps = quantize.quantized(rows, {"rule": "none"}, np.zeros(3), np.ones(3))
    assert steps.tolist() == [[quantize.MISSING, 0, quantize.STEPS], [127, 0, quantize.STEPS]]


def test_a_constant_column_is_its_lowest_step():
    steps = quantize.quantized(np.full((2, 1), 3.0), {"rule": "none"}, np.array([3.0]), np.array([3.0]))
    assert steps.tolist() == [[0], [0]]
