"""Procrustes registration: maps rotated, mirrored and scaled onto each other for display."""

from __future__ import annotations

import numpy as np


def register(points: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The similarity transform of points onto a reference with the least squared error (Schönemann and Carroll 1970).

    points, reference  (n, 2), the same rows in the same order
    returns            matrix (2, 2), a rotation or reflection times a scale, and offset (2,):
                       points @ matrix + offset are the registered points
    """
    points, reference = np.asarray(points, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    center, target = points.mean(axis=0), reference.mean(axis=0)
    left, stretch, right = np.linalg.svd((points - center).T @ (reference - target))
    spread = np.square(points - center).sum()
    matrix = left @ right * (stretch.sum() / spread if spread > 0 else 1.0)
    return matrix, target - center @ matrix
