"""Rows that a sample left out, put onto maps block by block."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from pipeline.methods import pca
from pipeline.neighbors import graph
from pipeline.out_of_sample import remaining, transformer
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
    placer = transformer.Placer(dataset.info, None, space, pca, options, points, mapper, None)
    return placer, dataset, left


def test_rows_left_out_lie_where_the_placer_puts_them_in_their_order(fitted):
    placer, _, left = fitted
    done = []
    places, errors = remaining.place(placer, ROWS, left, done.append)
    np.testing.assert_array_equal(places, placer.place(ROWS[left])[["x", "y"]])
    assert np.isnan(errors).all() and done[-1] == len(ROWS) and len(done) == -(-len(ROWS) // 50)


def test_placed_rows_are_measured_among_the_fitted_ones(fitted):
    placer, dataset, left = fitted
    places, _ = remaining.place(placer, ROWS, left)
    found = remaining.measure(placer, dataset, ROWS, LABELS, left, places, 10, "euclidean", 0).set_index("measure")
    voted = KNeighborsClassifier(5).fit(placer.points, LABELS[~left]).score(places, LABELS[left])
    assert found.loc["label_accuracy", "value"] == pytest.approx(voted)
    alone = [one_by_one(ROWS[~left], row, placer.points, place) for row, place in zip(ROWS[left], places, strict=True)]
    for at, measure in enumerate(("trustworthiness", "recall")):
        assert found.loc[measure, "value"] == pytest.approx(np.mean(alone, axis=0)[at]), "among the fitted rows alone"
    assert (found["n"] == LEFT).all() and (found["low"] < found["value"]).all()


def one_by_one(known, row, points, place, k=10):
    """Trustworthiness and recall of one row beside the fitted ones: the formula of Venna and Kaski (2001), written out."""
    order, shown = (
        np.linalg.norm(many.astype(float) - one, axis=1).argsort() for many, one in ((known, row), (points, place))
    )
    near = np.argsort(order)[shown[:k]] + 1  # ranks in the data of the row's neighbors on the map
    n = len(known) + 1
    return 1 - 2 / (k * (2 * n - 3 * k - 1)) * np.maximum(near - k, 0).sum(), np.mean(near <= k)


def test_of_a_single_row_nothing_is_measured(fitted):
    placer, dataset, left = fitted
    alone = np.arange(len(left)) == np.flatnonzero(left)[0]
    places, _ = remaining.place(placer, ROWS, alone)
    assert remaining.measure(placer, dataset, ROWS, LABELS, alone, places, 10, "euclidean", 0).empty
