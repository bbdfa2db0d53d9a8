"""Rows that a sample left out, put onto maps block by block."""

import numpy as np
import pandas as pd
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from pipeline import others, placing, spaces
from pipeline.methods import pca
from pipeline.nouns import Dataset

N, LEFT = 120, 400
RNG = np.random.default_rng(0)
ROWS = (RNG.normal(size=(N + LEFT, 5)) * [5, 3, 1, 1, 1]).astype(np.float32)
LABELS = np.where(ROWS[:, 0] > 0, "right", "left").astype(object)


@pytest.fixture
def fitted(monkeypatch):
    """A plane of N rows, of which each other one of the first is kept; blocks of 50."""
    monkeypatch.setattr(placing, "BATCH", 50)
    left = np.ones(N + LEFT, dtype=bool)
    left[: 2 * N : 2] = False
    kept = ROWS[~left]
    table = pd.DataFrame({"id": range(N), "label": LABELS[~left], "split": "train"})
    dataset = Dataset(kept, table, {"scaling": {"rule": "none"}, "kind": "vector"}, np.flatnonzero(~left))
    space, options = spaces.make(kept, 20), pca.Options(method="pca", space="raw")
    points, mapper = pca.embed(space, options, 0, 1)
    placer = placing.Placer(dataset.info, None, space, pca, options, points, mapper, None)
    return placer, dataset, left


def test_rows_left_out_lie_where_the_placer_puts_them_in_their_order(fitted):
    placer, _, left = fitted
    done = []
    places, errors = others.place(placer, ROWS, left, done.append)
    np.testing.assert_array_equal(places, placer.place(ROWS[left])[["x", "y"]])
    assert np.isnan(errors).all() and done[-1] == len(ROWS) and len(done) == -(-len(ROWS) // 50)


def test_measures_of_placed_rows_are_scikit_learns(fitted):
    placer, dataset, left = fitted
    places, _ = others.place(placer, ROWS, left)
    found = others.measure(placer, dataset, ROWS, LABELS, left, places, 10, "euclidean", 0).set_index("measure")
    voted = KNeighborsClassifier(5).fit(placer.points, LABELS[~left]).score(places, LABELS[left])
    assert found.loc["label_accuracy", "value"] == pytest.approx(voted)
    both, points = np.concatenate([ROWS[~left], ROWS[left]]), np.concatenate([placer.points, places])
    whole = trustworthiness(both.astype(float), points.astype(float), n_neighbors=10)
    assert found.loc["trustworthiness", "value"] == pytest.approx(whole, abs=0.02), "of the placed rows alone"
    assert (found["n"] == LEFT).all() and (found["low"] < found["value"]).all()
