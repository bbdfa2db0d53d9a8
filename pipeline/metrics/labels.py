"""How well a row's neighbors predict its label."""

from __future__ import annotations

import numpy as np

from pipeline.neighbors import search

VOTERS = (5, 1)  # neighbors that vote; the first number is the one that the report uses


def votes(indices: np.ndarray, codes: np.ndarray, voters: int) -> np.ndarray:
    """The most frequent label among the first neighbors of each row, as its code, int (rows,).

    indices  int (rows, at least `voters`), nearest first
    codes    int (n,), the label of each row: 0, 1, ... in sorted order

    Of labels with equally many votes the first in sorted order wins, as in scikit-learn.
    """
    counts = np.zeros((len(indices), codes.max() + 1), dtype=np.int32)
    for column in indices[:, :voters].T:
        np.add.at(counts, (np.arange(len(indices)), codes[column]), 1)
    return counts.argmax(axis=1)


def accuracy_of_test_rows(
    points: np.ndarray, codes: np.ndarray, train: np.ndarray, test: np.ndarray, metric: str = "euclidean"
) -> dict[tuple[str, int], float]:
    """("test_accuracy", voters) -> the share of test rows whose nearest training rows vote for their own label.

    points       (n, d), with the codes of their labels (n,)
    train, test  bool (n,)
    """
    indices, _ = search.query(points[train], points[test], min(max(VOTERS), int(train.sum())), metric)
    return {
        ("test_accuracy", voters): float((votes(indices, codes[train], voters) == codes[test]).mean())
        for voters in VOTERS
    }
