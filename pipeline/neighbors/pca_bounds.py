"""Rows by their leading principal components: distances between these bound the true ones, for a fraction of the products."""

from dataclasses import replace

import numpy as np

from pipeline.neighbors.distances import Rows
from pipeline.runtime.parallel import BLOCK

SHARE = 0.98  # of the rows' squared lengths; more costs products, less leaves more pairs to measure exactly
FEWEST = 4  # rows to a column, below which finding the components costs more than it saves


def leading(rows: Rows) -> Rows:
    """The same rows, with limits on distances from the components that hold SHARE; as they are where these are many.

    With l the leading part of a row and t the length of the rest, |l_i - l_j|^2 <= |x_i - x_j|^2 <= |l_i - l_j|^2 + (t_i + t_j)^2,
    and (t_i + t_j)^2 <= 2 t_i^2 + 2 t_j^2. Any orthonormal basis is right; that of the components makes t small. The slack is
    that of `distances.prepare` for fewer terms, and 16 units for rounding the components, their norms and the rest.
    """
    n, d = rows.centered.shape
    if n < FEWEST * d:
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
