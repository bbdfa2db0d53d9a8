"""Intrinsic dimension against data of a known one and against scikit-dimension."""

import numpy as np
import pytest
import skdim
from sklearn.neighbors import NearestNeighbors

from pipeline.neighbors import intrinsic_dimension


def distances(points, k=20):
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0]


@pytest.mark.parametrize("true", [1, 2, 5])
def test_flat_data_have_the_dimension_they_were_made_with(true):
    rng = np.random.default_rng(true)
    points = rng.normal(size=(4000, true)) @ rng.normal(size=(true, 12))
    estimates = intrinsic_dimension.estimates(distances(points))
    np.testing.assert_allclose(estimates["dimension"], true, rtol=0.08)
    assert (estimates["low"] < estimates["dimension"]).all() and (estimates["dimension"] < estimates["high"]).all()
    assert estimates[["method", "neighbors"]].to_numpy().tolist() == [
        ["TwoNN", 2], ["maximum likelihood", 10], ["maximum likelihood", 20],
    ]  # fmt: skip


def test_estimates_are_those_of_scikit_dimension():
    points = np.random.default_rng(0).random((1500, 4))
    estimates = intrinsic_dimension.estimates(distances(points)).set_index("neighbors")["dimension"]
    theirs = skdim.id.MLE(K=20, neighborhood_based=False, unbiased=False).fit(points, n_neighbors=20).dimension_
    assert estimates[20] == pytest.approx(theirs, rel=0.06)
    assert estimates[2] == pytest.approx(skdim.id.TwoNN().fit(points).dimension_, rel=0.1)


def test_the_interval_covers_other_rows():
    """TwoNN on other random rows: the interval's width is how far estimates scatter."""
    rng = np.random.default_rng(0)
    estimates = [intrinsic_dimension.estimates(distances(rng.random((600, 2)), 2)).iloc[0] for _ in range(60)]
    spread = np.std([estimate["dimension"] for estimate in estimates])
    assert np.mean([estimate["high"] - estimate["low"] for estimate in estimates]) == pytest.approx(
        2 * 1.96 * spread, rel=0.35
    )


def test_duplicates_and_cosine():
    points = np.random.default_rng(0).normal(size=(2000, 3))
    plain = intrinsic_dimension.estimates(distances(points))["dimension"].to_numpy()
    copied = intrinsic_dimension.estimates(np.concatenate([distances(points), np.zeros((500, 20))]))[
        "dimension"
    ].to_numpy()
    np.testing.assert_allclose(copied, plain)
    turned = NearestNeighbors(n_neighbors=20, metric="cosine").fit(points).kneighbors()[0]
    np.testing.assert_allclose(
        intrinsic_dimension.estimates(turned, "cosine")["dimension"], 2, rtol=0.1
    )  # a sphere's surface
    assert np.isnan(intrinsic_dimension.estimates(np.zeros((9, 5)))["dimension"]).all()
