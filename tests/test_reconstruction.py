"""An encoder's error beside that of scikit-learn's PCA, on the rows that neither has learned from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from pipeline import reconstruction
from pipeline.nouns import Dataset


def test_errors_stand_beside_pca_of_the_same_size_on_the_test_rows():
    rows = (load_digits().images / 16).astype(np.float32)
    split = np.array(["train"] * 1200 + ["validation"] * 200 + ["test"] * 397)
    dataset = Dataset(rows, pd.DataFrame({"split": split}), {"unit_interval": True})
    errors = np.random.default_rng(0).random(len(rows)).astype(np.float32)
    found, scree = reconstruction.compare(dataset, {"one": errors, "wide": errors}, {"one": 6, "wide": 100})

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
    assert found.iloc[1]["pca_error"] == pytest.approx(0, abs=1e-6)  # a code wider than the rows: PCA keeps all
    np.testing.assert_allclose(scree["share"], full.explained_variance_ratio_, atol=1e-6)
