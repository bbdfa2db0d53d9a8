"""Formulas of the measures, from ranks. All are qualities: 1 is perfect.

Ranks and neighbors follow one rule: float64 distance, then row number; a row is not its own neighbor.
"""

from __future__ import annotations

import numpy as np

from pipeline.runtime.errors import InputError


def trustworthiness(data_ranks: np.ndarray, n: int) -> np.ndarray:
    """1 less the penalty for neighbors on the map that are far away in the data, by row, float64 (n,).

    data_ranks  int (n, k): rank in the data of each of a row's k neighbors on the map
    n           rows in all

    The mean over rows is the usual measure (Venna and Kaski 2001, eq. 1; as in scikit-learn and ZADU): 1 where no
    neighbor is false, 0 at worst. k must be less than n / 2, where its scale ends.
    """
    k = data_ranks.shape[1]
    check_k(k, n)
    excess = np.maximum(data_ranks.astype(np.float64) - k, 0).sum(axis=1)
    return 1 - excess * 2 / (k * (2 * n - 3 * k - 1))


def continuity(map_ranks: np.ndarray, n: int) -> np.ndarray:
    """1 less the penalty for neighbors in the data that are far away on the map, by row, float64 (n,); ibid., eq. 2.

    map_ranks   int (n, k): rank on the map of each of a row's k neighbors in the data
    """
    return trustworthiness(map_ranks, n)


def rank_fidelity(ranks: np.ndarray, n: int) -> np.ndarray:
    """1 less the mean relative rank error, by row, float64 (n,) (Lee and Verleysen 2009; scaled as in ZADU).

    ranks  int (n, k): ranks in the data of a row's k neighbors on the map, nearest first ("false": false neighbors
           cost); or ranks on the map of its k neighbors in the data, nearest first ("missing": lost neighbors cost)
    """
    own = np.arange(1, ranks.shape[1] + 1)
    worst = (np.abs(n - 2 * own + 1) / own).sum()
    return 1 - (np.abs(ranks - own) / own).sum(axis=1) / worst


def recall(data_ranks: np.ndarray) -> np.ndarray:
    """The share of a row's k neighbors in the data that are among its k neighbors on the map, float64 (n,).

    data_ranks  int (n, k): rank in the data of each of a row's k neighbors on the map
    """
    return np.mean(data_ranks <= data_ranks.shape[1], axis=1)


def r_nx(overlaps: np.ndarray, rows: int, n: int) -> np.ndarray:
    """How much better than chance neighbors are kept at each k = 1, 2, ...: float64 (m,), 1 perfect, 0 chance.

    overlaps  int (m,): number of pairs of rows whose larger rank, of the two in the data and on the map, is 1, 2, ...
    rows      number of rows whose pairs these are, of n in all

    R_NX of Lee, Renard, Bernard, Dupont and Verleysen (2013); k = n - 1, where every neighbor is kept, is left out.
    """
    k = np.arange(1, min(len(overlaps), n - 2) + 1)
    kept = np.cumsum(overlaps, dtype=np.float64)[: len(k)] / (k * rows)
    return ((n - 1) * kept - k) / (n - 1 - k)


def auc_weights(n: int) -> np.ndarray:
    """What a pair adds to its row's R_NX AUC, by its larger rank, float64 (n,); rank 0 does not occur.

    R_NX AUC, the area under R_NX with weights 1/k (ibid.; "AUC log K"), is for one row a sum over k of a sum over the
    pairs that are kept at that k. Summed over k first, each pair has a weight: AUC = sum of weights - 1.
    """
    k = np.arange(1, n - 1)
    harmonic = (1 / k).sum()
    each = (n - 1) / (k**2.0 * (n - 1 - k)) / harmonic
    weights = np.zeros(n)
    weights[1:-1] = np.cumsum(each[::-1])[::-1]
    return weights


def check_k(k: int, n: int) -> None:
    if not 1 <= k < n / 2:
        raise InputError(f"k is {k}, but there are {n} rows; use a k from 1 to {(n - 1) // 2}, below n / 2")
