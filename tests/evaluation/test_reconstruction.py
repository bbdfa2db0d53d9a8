"""Reconstruction errors compared with scikit-learn's PCA, on rows that neither was fitted on."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import r2_score

from pipeline.encoders import pca
from pipeline.evaluation import reconstruction
from pipeline.types import Dataset


def test_errors_are_compared_with_pca_of_the_same_size_on_the_test_rows():
    rows = (load_digits().images / 16).astype(np.float32)
    split = np.array(["train"] * 1200 + ["validation"] * 200 + ["test"] * 397)
    dataset = Dataset(rows, pd.DataFrame({"split": split}), {"unit_interval": True})
    errors = np.random.default_rng(0).random(len(rows)).astype(np.float32)
    stacked = {"one": np.stack([errors, errors + 0.1, errors + 0.2]), "wide": errors[None]}
    found, scree, by_size = reconstruction.compare(dataset, stacked, {"one": 6, "wide": 100})

    flat = rows.reshape(len(rows), -1)
    test = split == "test"
    full = PCA().fit(flat[split == "train"])
    linear = PCA(6).fit(flat[split == "train"])
    expected = np.square(flat[test] - linear.inverse_transform(linear.transform(flat[test]))).sum(axis=1)
    line = found.iloc[0]
    assert line["rows"] == 397
    assert line["error"] == pytest.approx(errors[test].mean())
    assert line["pca_error"] == pytest.approx(expected.mean(), rel=1e-4)
    assert line["difference"] == pytest.approx(errors[test].mean() - expected.mean(), rel=1e-3)
    assert line["difference_low"] < line["difference"] < line["difference_high"]
    assert line["verdict"] == (
        "better" if line["difference_high"] < 0 else "worse" if line["difference_low"] > 0 else "undecided"
    )
    assert found.iloc[1]["verdict"] == "worse"
    mean, reach = errors[test].mean() + 0.1, 4.303 * 0.1 / np.sqrt(3)  # Student's t for two degrees of freedom
    over = found[["trainings", "trainings_mean", "trainings_low", "trainings_high"]].to_numpy()
    np.testing.assert_allclose(over[0], [3, mean, mean - reach, mean + reach], rtol=1e-3)
    assert over[1][0] == 1 and np.isinf(over[1][2:]).all()  # one training has no interval
    assert found.iloc[1]["pca_error"] == pytest.approx(0, abs=1e-6)  # a code wider than the rows: PCA keeps all
    np.testing.assert_allclose(scree["share"], full.explained_variance_ratio_, atol=1e-6)
    np.testing.assert_allclose(by_size[5], expected.mean(), rtol=1e-4)


def test_padded_sequences_have_an_error_at_every_size():
    """Compared with reconstructions by PCA of each size: Pythagoras does not hold if values are missing."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5, 2)).astype(np.float32).cumsum(axis=1)
    rows[np.arange(5) >= rng.integers(1, 6, size=(60, 1))] = np.nan
    dataset = Dataset(rows, pd.DataFrame({"split": np.repeat(["train", "test"], [40, 20])}), {})
    linear = pca.fit(dataset, pca.Options(kind="pca", code_size=10), seed=0)
    found = reconstruction.errors_by_size(linear, rows[40:])

    flat = np.nan_to_num(rows.reshape(60, 10))
    for size in (1, 4, 10):
        theirs = PCA(size).fit(flat[:40])
        back = theirs.inverse_transform(theirs.transform(flat[40:])).reshape(20, 5, 2)
        np.testing.assert_allclose(found[:, size - 1], np.nansum((rows[40:] - back) ** 2, axis=(1, 2)), atol=1e-3)


@pytest.mark.parametrize("kind", ["vector", "sequence"])
def test_unexplained_is_one_less_r_squared(kind):
    rng = np.random.default_rng(0)
    rows = rng.random((50, *{"vector": (6,), "sequence": (7, 4)}[kind]), dtype=np.float32)
    if kind == "sequence":
        rows[np.arange(7) >= rng.integers(1, 8, size=(50, 1))] = np.nan
    dataset = Dataset(
        rows, pd.DataFrame({"split": np.repeat(["train", "test"], 25)}), {"kind": kind, "feature_names": None}
    )
    reconstructed = rng.random((25, *rows.shape[1:])).astype(np.float32)
    table = reconstruction.unexplained(dataset, {"deep": reconstructed})
    assert table["deep"].is_monotonic_decreasing
    true, own = rows[25:].astype(float), reconstructed.astype(float)
    if kind == "sequence":
        present = ~np.isnan(true).any(axis=2)
        true, own = true[present], own[present]
    expected = 1 - r2_score(true, own, multioutput="raw_values")
    assert table.sort_values("column")["deep"].to_numpy() == pytest.approx(expected)
    assert reconstruction.unexplained(Dataset(rows, dataset.table, {"kind": "image"}), {"deep": reconstructed}).empty


def test_errors_are_shares_of_what_the_mean_leaves():
    errors = pd.DataFrame({"encoder": ["deep"], "error": [0.6], "pca_error": [1.2], "difference": [-0.6],
                           "difference_low": [-0.9], "difference_high": [-0.3]})  # fmt: skip
    trials = pd.DataFrame({"encoder": "deep", "trial": ["test", "noise"], "error": [0.6, 2.0], "low": [0.5, 1.0],
                           "high": [0.7, 3.0], "spread": [3.0, 4.0]})  # fmt: skip
    table, robustness = reconstruction.shares_of_variance(errors, trials)
    assert table[["share", "pca_share"]].to_numpy() == pytest.approx(np.array([[0.2, 0.4]]))
    assert table[["relative", "relative_low", "relative_high"]].to_numpy() == pytest.approx(
        np.array([[-0.5, -0.75, -0.25]])
    )
    assert robustness["share"].tolist() == pytest.approx([0.2, 0.5])
    assert robustness["worse_than_test"].tolist() == [False, True]  # 0.25 is above 0.7 / 3
    as_good = trials.assign(low=[0.5, 0.9])
    assert not reconstruction.shares_of_variance(errors, as_good)[1]["worse_than_test"].any()
    assert robustness["share_high"].tolist() == pytest.approx([0.7 / 3, 0.75])
