"""Bounds on distances from leading principal components, which cost a fraction of the full products."""

from dataclasses import replace

import numpy as np

from pipeline.neighbors.distances import Rows
from pipeline.runtime.parallel import BLOCK

SHARE = 0.98  # of the rows' squared lengths; more makes products slower, less needs more exact distances
ROWS_PER_COLUMN = 4  # with fewer, finding the components costs more than it saves


def leading_components(rows: Rows) -> Rows:
    """The rows with bounds from the components that carry SHARE; unchanged where these are more than half of all.

    With l the leading part of a row and t the length of the rest,
    |l_i - l_j|^2 <= |x_i - x_j|^2 <= |l_i - l_j|^2 + (t_i + t_j)^2 and (t_i + t_j)^2 <= 2 t_i^2 + 2 t_j^2.
    This holds in any orthonormal basis; principal components make t small. The slack is as in `distances.prepare`
    with fewer terms, plus 16 units for rounding the components, their norms and the rest.
    """
    n, d = rows.centered.shape
    if n < ROWS_PER_COLUMN * d:
        return rows
    blocks = [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]
    values, vectors = np.linalg.eigh(sum(rows.centered[b].T @ rows.centered[b] for b in blocks).astype(np.float64))
    missing = np.cumsum(values.clip(0)) <= (1 - SHARE) * values.clip(0).sum()  # ascending
    kept = d - int(missing.sum())
    if not 0 < kept <= d // 2:  # none where all rows are equal
        return rows
    parts, norms = np.empty((n, kept), dtype=np.float32), np.empty(n)
    for b in blocks:
        parts[b] = rows.centered[b] @ vectors[:, -kept:]
        norms[b] = np.einsum("ij,ij->i", parts[b], parts[b], dtype=np.float64)
    whole = (rows.low + rows.high) / 2
    slack = (kept + 24) * 2.0**-24 * whole
    return replace(rows, centered=parts, low=norms - slack, high=norms + slack + 2 * (whole - norms).clip(0))
