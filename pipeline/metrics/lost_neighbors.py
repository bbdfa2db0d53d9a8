"""Where neighbors are lost on the way from the data over a code to a map: in the code, or only on the map.

The shares say where, not why: a map of the data themselves loses neighbors, too.
"""

from __future__ import annotations

import numpy as np

TRUE = ("kept", "lost on the map", "lost in the code", "back on the map")
FALSE = ("true", "new on the map", "from the code", "back on the map")


def of_true_neighbors(data: np.ndarray, code: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """How many of a row's k neighbors in the data end as what, int (n, 4), in the order of TRUE; each row adds up to k.

    data, code, drawn  int (n, k): the k nearest of each row in the data, among the codes, on the map

    kept              near in the code and on the map
    lost on the map   near in the code, not on the map
    lost in the code  near in neither
    back on the map   not near in the code, but on the map, by luck or by what the method tidies
    """
    return _crossed(among(data, code), among(data, drawn))


def of_map_neighbors(data: np.ndarray, code: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """How many of a row's k neighbors on the map are what, int (n, 4), in the order of FALSE; each row adds up to k.

    true             near in the data and in the code
    new on the map   false, and near in the map alone
    from the code    false, and near in the code already
    back on the map  near in the data, not in the code
    """
    true, coded = among(drawn, data), among(drawn, code)
    kept, back, new, coded_false = _crossed(true, coded).T
    return np.stack([kept, new, coded_false, back], axis=1)


def _crossed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of two properties bool (n, k): how many have both, the first alone, neither, the second alone."""
    sides = (first & second, first & ~second, ~first & ~second, ~first & second)
    return np.stack([side.sum(axis=1) for side in sides], axis=1)


def among(indices: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of a row's indices (n, k) are among its others (n, m), bool (n, k)."""
    apart = np.arange(len(indices), dtype=np.int64)[:, None] * (1 + max(indices.max(), others.max()))
    known, asked = np.sort(others + apart, axis=1).ravel(), indices + apart
    return known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked
