"""Where neighbors are lost between the data, a code, and a map of that code: in the code, or only on the map.

The shares say where neighbors are lost, not why: a map of the data themselves loses neighbors, too.
"""

from __future__ import annotations

import numpy as np

TRUE = ("kept", "lost on the map", "lost in the code", "back on the map")
FALSE = ("true", "new on the map", "from the code", "back on the map")


def of_true_neighbors(data: np.ndarray, code: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    """What becomes of each row's k neighbors in the data: counts int (n, 4), in the order of TRUE; each row adds up to k.

    data, code, embedding  int (n, k): the k nearest of each row in the data, in the code, on the map

    kept              near in the code and on the map
    lost on the map   near in the code, not on the map
    lost in the code  near in neither
    back on the map   not near in the code, but on the map
    """
    return _crossed(contained(data, code), contained(data, embedding))


def of_map_neighbors(data: np.ndarray, code: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    """What each row's k neighbors on the map are: counts int (n, 4), in the order of FALSE; each row adds up to k.

    true             near in the data and in the code
    new on the map   false, and near only on the map
    from the code    false, and near in the code already
    back on the map  near in the data, not in the code
    """
    true, coded = contained(embedding, data), contained(embedding, code)
    kept, back, new, coded_false = _crossed(true, coded).T
    return np.stack([kept, new, coded_false, back], axis=1)


def _crossed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of two properties bool (n, k): in how many columns both hold, the first alone, neither, the second alone."""
    cases = (first & second, first & ~second, ~first & ~second, ~first & second)
    return np.stack([case.sum(axis=1) for case in cases], axis=1)


def contained(indices: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of a row's indices (n, k) are also in the same row of `others` (n, m), bool (n, k)."""
    apart = np.arange(len(indices), dtype=np.int64)[:, None] * (1 + max(indices.max(), others.max()))
    known, wanted = np.sort(others + apart, axis=1).ravel(), indices + apart
    return known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted
