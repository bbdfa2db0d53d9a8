"""Padded series, compared with loops over their steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline import ragged

VALUES = st.floats(-1e3, 1e3, width=32)


@st.composite
def series(draw) -> tuple[np.ndarray, list[int]]:
    """Series (n, steps, channels), padded, and the length of each."""
    n, steps, channels = (draw(st.integers(1, most)) for most in (6, 5, 3))
    rows = draw(arrays.arrays(np.float32, (n, steps, channels), elements=VALUES))
    lengths = draw(st.lists(st.integers(1, steps), min_size=n, max_size=n))
    for row, length in zip(rows, lengths, strict=True):
        row[length:] = np.nan
    return rows, lengths


@settings(max_examples=40, deadline=None)
@given(padded=series(), seed=st.integers(0, 99))
def test_padding_does_not_count(padded, seed):
    rows, lengths = padded
    reconstructions = np.random.default_rng(seed).normal(size=rows.shape).astype(np.float32)
    points, errors = np.zeros(rows.shape), np.zeros(len(rows))
    for row, length in enumerate(lengths):
        for index in np.ndindex(length, rows.shape[2]):
            points[row][index] = rows[row][index]
            errors[row] += float(rows[row][index] - reconstructions[row][index]) ** 2
    assert ragged.lengths(rows).tolist() == lengths
    flat = ragged.flat(rows)
    assert np.array_equal(flat, points.reshape(len(rows), -1))
    assert flat.dtype == np.float32 and flat.flags.c_contiguous
    assert ragged.squared_error(rows, reconstructions) == pytest.approx(errors, rel=1e-5)


@pytest.mark.parametrize("shape", [(5, 3), (5, 4, 3), (5, 4, 3, 2), (0, 4, 3)])
def test_rows_without_padding_are_only_reshaped(shape):
    rows = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    flat = ragged.flat(rows)
    assert np.array_equal(flat, rows.reshape(flat.shape))
    assert rows.size == 0 or np.shares_memory(flat, rows)


def test_a_reconstruction_of_nan_is_not_perfect():
    rows = np.ones((2, 3, 1), np.float32)
    rows[0, 2] = np.nan
    reconstructions = np.full_like(rows, np.nan)
    reconstructions[0, :2] = 3
    assert ragged.squared_error(rows, reconstructions) == pytest.approx([8, np.nan], nan_ok=True)


def test_a_row_does_not_depend_on_the_other_rows_of_its_block():
    """Functions see blocks of one size, filled up with zeros; a product's last digits would otherwise depend on the number of rows."""
    rng = np.random.default_rng(0)
    rows, weights, sizes = rng.normal(size=(ragged.BLOCK + 3, 7)).astype(np.float32), rng.normal(size=(7, 4)), []

    def function(block: np.ndarray) -> list[np.ndarray]:
        sizes.append(len(block))
        return [block @ weights, block.sum(axis=1)]

    product, total = ragged.blockwise(function, rows)
    np.testing.assert_allclose(product, rows @ weights)
    np.testing.assert_allclose(total, rows.sum(axis=1), rtol=1e-5, atol=1e-5)
    few, _ = ragged.blockwise(function, rows[-2:])
    np.testing.assert_array_equal(few, product[-2:])
    assert set(sizes) == {ragged.BLOCK}
