"""The numbers of rows that moved: each near its row, none on another."""

import re

import numpy as np
import pytest

from pipeline.report import moved_points
from pipeline.report.rendering import WIDTH

NUMBER = re.compile(r'<text style="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+)</text>')
DIGIT, HIGH = 6.3, 6.6  # points that a bold digit of 9 points is wide, and high
SIDE = 72 * WIDTH


@pytest.mark.parametrize("width", [0.0, 0.01, 0.05, 1.0])
def test_numbers_of_rows_that_moved_together_can_be_read(width):
    """Rows at one position, in a clump, and everywhere; some of them in a corner."""
    rng = np.random.default_rng(3)
    before, after = rng.random((300, 2)), rng.random((300, 2))
    most = np.arange(10)
    before[most] = np.clip(width * rng.normal(size=(10, 2)), 0, 1)
    after[most] = 0.5 + width * rng.normal(size=(10, 2)).clip(-0.5, 0.5)
    both = np.concatenate([before, after])
    reach = 1.06 * np.ptp(both, axis=0).max()
    low = (both.min(axis=0) + both.max(axis=0) - reach) / 2
    for picture, points in zip(
        moved_points.pictures("moved", "map", before, after, None, {}, most), (before, after), strict=True
    ):
        positions = {
            int(number): np.array([float(x), float(y)]) for x, y, number in NUMBER.findall(picture.light.decode())
        }
        assert sorted(positions) == list(range(1, 11))
        centers = np.array([positions[number] for number in sorted(positions)])
        assert (centers > HIGH / 2).all() and (centers < SIDE - HIGH / 2).all()
        apart = np.abs(centers[:, None] - centers)
        digits = np.array([1] * 9 + [2])
        wide = DIGIT * (digits[:, None] + digits) / 2
        assert ((apart[..., 0] >= wide) | (apart[..., 1] >= HIGH) | np.eye(10, dtype=bool)).all()
        own = (points[most] - low) / reach * SIDE * [1, -1] + [0, SIDE]
        assert (np.linalg.norm(centers - own, axis=1) < 60).all()
