"""Registration against SciPy's Procrustes, and against maps whose way onto each other is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes

from pipeline.statistics.procrustes import register

SEEDS = st.integers(0, 2**32 - 1)


@given(seed=SEEDS, angle=st.floats(0, 7), scale=st.floats(0.01, 100), mirrored=st.booleans())
def test_a_moved_map_is_laid_back(seed, angle, scale, mirrored):
    rng = np.random.default_rng(seed)
    reference = rng.normal(size=(20, 2))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    if mirrored:
        turn[0] *= -1
    moved = (reference - rng.normal(size=2)) @ turn * scale
    matrix, offset = register(moved, reference)
    np.testing.assert_allclose(matrix, turn.T / scale, rtol=1e-9, atol=1e-9 / scale)
    np.testing.assert_allclose(moved @ matrix + offset, reference, atol=1e-9)


@given(seed=SEEDS)
def test_scipy_agrees(seed):
    rng = np.random.default_rng(seed)
    points, reference = rng.normal(size=(12, 2)) * 5 + 3, rng.normal(size=(12, 2)) - 8
    matrix, offset = register(points, reference)
    left_over = np.square(points @ matrix + offset - reference).sum()
    spread = np.square(reference - reference.mean(axis=0)).sum()
    assert left_over / spread == pytest.approx(procrustes(reference, points)[2])
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(2) * (matrix @ matrix.T)[0, 0], atol=1e-12)


def test_points_that_coincide_go_to_the_middle():
    matrix, offset = register(np.full((4, 2), 3.0), np.array([[0, 0], [0, 2], [2, 0], [2, 2]]))
    np.testing.assert_allclose(np.full((4, 2), 3.0) @ matrix + offset, 1)
