"""Rows that a sample left out, transformed onto maps block by block."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from pipeline.methods import pca
from pipeline.neighbors import graph
from pipeline.out_of_sample import remaining, transformer
from pipeline.out_of_sample.transformer import Transformer
from pipeline.types import Dataset

N, LEFT = 120, 400
RNG = np.random.default_rng(0)
ROWS = (RNG.normal(size=(N + LEFT, 5)) * [5, 3, 1, 1, 1]).astype(np.float32)
LABELS = np.where(ROWS[:, 0] > 0, "right", "left").astype(object)


@pytest.fixture
def fitted(monkeypatch):
    """A plane of N rows, of which each other one of the first is kept; blocks of 50."""
    monkeypatch.setattr(transformer, "BATCH", 50)
    left = np.ones(N + LEFT, dtype=bool)
    left[: 2 * N : 2] = False
    kept = ROWS[~left]
    table = pd.DataFrame({"id": range(N), "label": LABELS[~left], "split": "train"})
    dataset = Dataset(kept, table, {"scaling": {"rule": "none"}, "kind": "vector"}, np.flatnonzero(~left))
    space, options = graph.make_space(kept, 20), pca.Options(method="pca", space="raw")
    points, mapper = pca.embed(space, options, 0, 1)
    onto = Transformer(dataset.info, None, space, pca, options, points, mapper, None)
    return onto, dataset, left


def test_rows_left_out_lie_where_the_transformer_puts_them_in_their_order(fitted):
    onto, _, left = fitted
    done = []
    points, errors = remaining.transform(onto, ROWS, left, done.append)
    np.testing.assert_array_equal(points, onto.transform(ROWS[left])[["x", "y"]])
    assert np.isnan(errors).all() and done[-1] == len(ROWS) and len(done) == -(-len(ROWS) // 50)


def test_new_rows_are_measured_among_the_fitted_ones(fitted):
    onto, dataset, left = fitted
    points, _ = remaining.transform(onto, ROWS, left)
    measures = remaining.measure(onto, dataset, ROWS, LABELS, left, points, 10, "euclidean", 0).set_index("measure")
    voted = KNeighborsClassifier(5).fit(onto.points, LABELS[~left]).score(points, LABELS[left])
    assert measures.loc["label_accuracy", "value"] == pytest.approx(voted)
    alone = [one_by_one(ROWS[~left], row, onto.points, place) for row, place in zip(ROWS[left], points, strict=True)]
    for at, measure in enumerate(("trustworthiness", "recall")):
        assert measures.loc[measure, "value"] == pytest.approx(np.mean(alone, axis=0)[at]), (
            "among the fitted rows alone"
        )
    assert (measures["n"] == LEFT).all() and (measures["low"] < measures["value"]).all()


def one_by_one(known, row, points, place, k=10):
    """Trustworthiness and recall of one new row among the fitted ones, by the formula of Venna and Kaski (2001)."""
    order, shown = (
        np.linalg.norm(many.astype(float) - one, axis=1).argsort() for many, one in ((known, row), (points, place))
    )
    near = np.argsort(order)[shown[:k]] + 1  # ranks in the data of the row's neighbors on the map
    n = len(known) + 1
    return 1 - 2 / (k * (2 * n - 3 * k - 1)) * np.maximum(near - k, 0).sum(), np.mean(near <= k)


def test_of_a_single_row_nothing_is_measured(fitted):
    onto, dataset, left = fitted
    alone = np.arange(len(left)) == np.flatnonzero(left)[0]
    points, _ = remaining.transform(onto, ROWS, alone)
    assert remaining.measure(onto, dataset, ROWS, LABELS, alone, points, 10, "euclidean", 0).empty
