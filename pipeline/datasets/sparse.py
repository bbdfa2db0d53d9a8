"""Rows that are mostly zero, kept sparse until a block of them is read."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp


class SparseRows:
    """Behaves like an array (n, d). A slice or a number gives dense rows; a mask or numbers give sparse ones."""

    def __init__(self, matrix: sp.csr_array) -> None:
        self.matrix = matrix
        self.shape, self.dtype, self.ndim = matrix.shape, matrix.dtype, 2
        self.size = matrix.shape[0] * matrix.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | int | np.ndarray | tuple) -> np.ndarray | SparseRows:
        if isinstance(rows, slice):
            return self.matrix[rows].toarray()
        if isinstance(rows, int | np.integer):
            return self.matrix[[rows]].toarray()[0]
        return SparseRows(self.matrix[rows])

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return self.matrix.toarray().astype(dtype or self.dtype, copy=False)
