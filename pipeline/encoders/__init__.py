"""One file an encoder kind, named as the kind is in params.yaml.

Each has `Options`, `fit(dataset, options, seed)` and `load(folder)`; both return an encoder with
`encode(rows) -> codes`, `decode(codes) -> rows` and `save(folder)`. `probe(encoder, dataset, options, seed)` returns
arrays by name: what the report's pictures of this kind show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pipeline import padding

BLOCK = 4096  # rows in memory at a time


def compress(
    encoder: Any, rows: np.ndarray, keep: np.ndarray, progress: Callable[[int], None] = lambda done: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send rows through an encoder and back.

    rows     float32 (n, *shape), may be memory-mapped
    keep     bool (n,): the rows whose reconstructions are wanted
    returns  codes float32 (n, code size); squared reconstruction error of each row over what is not missing,
             float32 (n,);
             reconstructions float32 (kept rows, *shape)
    """
    codes, errors, rebuilt = [], [], []
    for start in range(0, len(rows), BLOCK):
        block = np.asarray(rows[start : start + BLOCK])
        code = encoder.encode(block)
        back = encoder.decode(code)
        codes.append(code.astype(np.float32))
        errors.append(padding.squared_error(block, back))
        rebuilt.append(back[keep[start : start + BLOCK]].astype(np.float32))
        progress(start + len(block))
    return np.concatenate(codes), np.concatenate(errors).astype(np.float32), np.concatenate(rebuilt)
