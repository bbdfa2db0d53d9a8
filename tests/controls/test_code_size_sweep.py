"""Intrinsic dimension against data of a known one and against scikit-dimension; what a doubling buys, by hand."""

import numpy as np
import pandas as pd
import pytest
import skdim
from sklearn.neighbors import NearestNeighbors

from pipeline import config
from pipeline.controls import code_size_sweep
from pipeline.encoders import autoencoder
from pipeline.neighbors import intrinsic_dimension
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset


def distances(points, k=20):
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0]


@pytest.mark.parametrize("true", [1, 2, 5])
def test_flat_data_have_the_dimension_they_were_made_with(true):
    rng = np.random.default_rng(true)
    points = rng.normal(size=(4000, true)) @ rng.normal(size=(true, 12))
    found = intrinsic_dimension.estimates(distances(points))
    np.testing.assert_allclose(found["dimension"], true, rtol=0.08)
    assert (found["low"] < found["dimension"]).all() and (found["dimension"] < found["high"]).all()
    assert found[["method", "neighbors"]].to_numpy().tolist() == [
        ["TwoNN", 2], ["maximum likelihood", 10], ["maximum likelihood", 20],
    ]  # fmt: skip


def test_estimates_are_those_of_scikit_dimension():
    points = np.random.default_rng(0).random((1500, 4))
    found = intrinsic_dimension.estimates(distances(points)).set_index("neighbors")["dimension"]
    theirs = skdim.id.MLE(K=20, neighborhood_based=False, unbiased=False).fit(points, n_neighbors=20).dimension_
    assert found[20] == pytest.approx(theirs, rel=0.06)
    assert found[2] == pytest.approx(skdim.id.TwoNN().fit(points).dimension_, rel=0.1)


def test_the_interval_covers_other_rows():
    """TwoNN on rows drawn anew: the interval's width is what estimates scatter by."""
    rng = np.random.default_rng(0)
    found = [intrinsic_dimension.estimates(distances(rng.random((600, 2)), 2)).iloc[0] for _ in range(60)]
    spread = np.std([line["dimension"] for line in found])
    assert np.mean([line["high"] - line["low"] for line in found]) == pytest.approx(2 * 1.96 * spread, rel=0.35)


def test_copies_and_cosine_are_allowed_for():
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


def test_what_a_doubling_buys_is_paired_by_seed():
    errors = pd.DataFrame({"size": [2, 2, 4, 4], "training": [1, 2, 2, 1], "error": [0.5, 0.6, 0.35, 0.2],
                           "pca_error": [0.7, 0.7, 0.4, 0.4]})  # fmt: skip
    (line,) = code_size_sweep.gains(errors).itertuples()
    assert (line.size, line.n) == (2, 2)
    assert (line.gain, line.pca_gain) == (pytest.approx(0.275), pytest.approx(0.3))
    reach = 12.706 * np.std([0.3, 0.25], ddof=1) / np.sqrt(2)  # Student's t for one degree of freedom
    assert (line.low, line.high) == (pytest.approx(0.275 - reach, rel=1e-3), pytest.approx(0.275 + reach, rel=1e-3))
    assert "other trainings" in line.covers


ENCODER = {"kind": "autoencoder", "architecture": "dense", "objective": "plain", "hidden": [], "code_size": 3,
           "code_activation": "linear", "epochs": 500, "batch_size": 32, "learning_rate": 0.01, "patience": 50}  # fmt: skip


def test_data_of_four_numbers_need_four():
    """Rows made of four numbers: a linear code of two leaves about half, of four next to nothing, of eight no less."""
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(600, 4)) @ np.linalg.qr(rng.normal(size=(12, 4)))[0].T).astype(np.float32)
    split = np.repeat(["train", "validation", "test"], [400, 100, 100])
    dataset = Dataset(rows, pd.DataFrame({"split": split}), {"kind": "vector", "unit_interval": False})
    asked = code_size_sweep.Options(sizes=(2, 4, 8), trainings=2, steps=1500)
    errors, gains = code_size_sweep.measure(autoencoder, dataset, autoencoder.Options(**ENCODER), asked, seed=0)
    left = errors.groupby("size")["error"].mean()
    assert left[2] == pytest.approx(0.5, abs=0.1) and left[4] < 0.02 and left[8] < 0.02
    np.testing.assert_allclose(errors.groupby("size")["pca_error"].first()[[4, 8]], 0, atol=1e-5)
    assert gains["gain"].iloc[0] > 0.4 > 0.02 > abs(gains["gain"].iloc[1])


@pytest.mark.parametrize(
    ("name", "asked", "line"),
    [
        ("depp", {}, "advise.depp: no such encoder; allowed: pca, deep. Did you mean deep?"),
        ("pca", {}, "advise.pca: PCA's error at every size is in the report as it is. Name an autoencoder."),
        ("deep", {"sizes": [2, 4, 9]}, "advise.deep.sizes is [2, 4, 9]; it should double from each to the next, as in [5, 10, 20]."),
        ("deep", {"trainings": 1}, "advise.deep.trainings is 1; it should be greater than or equal to 2."),
    ],
)  # fmt: skip
def test_what_cannot_be_advised_is_said(name, asked, line):
    given = config.Params.model_construct(
        encoders={"pca": {"kind": "pca", "code_size": 3}, "deep": ENCODER},
        code_size_sweep={name: {"sizes": [2, 4], "trainings": 3, "steps": 9} | asked},
    )
    with pytest.raises(InputError) as refused:
        code_size_sweep.read(name, given)
    assert str(refused.value) == f"params.yaml: {line}"
