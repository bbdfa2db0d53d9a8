"""Maps turned, mirrored and scaled onto each other for display; their own coordinates never change."""

from __future__ import annotations

import numpy as np


def register(points: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The similarity that lays points on a reference by least squares (Schönemann and Carroll 1970).

    points, reference  (n, 2), row by row the same things
    returns            matrix (2, 2), a rotation or reflection times one scale, and offset (2,):
                       points @ matrix + offset is what to draw
    """
    points, reference = np.asarray(points, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    center, goal = points.mean(axis=0), reference.mean(axis=0)
    left, stretch, right = np.linalg.svd((points - center).T @ (reference - goal))
    spread = np.square(points - center).sum()
    matrix = left @ right * (stretch.sum() / spread if spread > 0 else 1.0)
    return matrix, goal - center @ matrix
