"""How well near rows name a row's label."""

from __future__ import annotations

import numpy as np

from pipeline.neighbors import search

VOTERS = (5, 1)  # neighbors that vote; the first number is the one that sentences speak of


def votes(indices: np.ndarray, codes: np.ndarray, voters: int) -> np.ndarray:
    """The label that most of a row's first neighbors have, as its code, int (rows,).

    indices  int (rows, at least `voters`), nearest first
    codes    int (n,), the label of each row: 0, 1, ... in sorted order

    Where labels have equally many votes, the first of them in sorted order wins, as in scikit-learn.
    """
    found = np.zeros((len(indices), codes.max() + 1), dtype=np.int32)
    for column in indices[:, :voters].T:
        np.add.at(found, (np.arange(len(indices)), codes[column]), 1)
    return found.argmax(axis=1)


def placed(
    points: np.ndarray, codes: np.ndarray, training: np.ndarray, judged: np.ndarray, metric: str = "euclidean"
) -> dict[tuple[str, int], float]:
    """("test_accuracy", voters) -> the share of judged rows whose nearest training rows vote for their own label.

    points            (n, d), with the codes of their labels (n,)
    training, judged  bool (n,)
    """
    indices, _ = search.query(points[training], points[judged], min(max(VOTERS), int(training.sum())), metric)
    return {
        ("test_accuracy", voters): float((votes(indices, codes[training], voters) == codes[judged]).mean())
        for voters in VOTERS
    }
