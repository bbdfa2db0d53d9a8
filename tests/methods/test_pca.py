"""The plane of principal components, compared with scikit-learn's, and codes as they are."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from pipeline.methods import Fitted, code, pca
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError

OPTIONS = pca.Options(method="pca", space="raw")
DIGITS = (load_digits().data[:400] / 16).astype(np.float32)


def test_it_is_scikit_learns_fitted_to_the_training_rows():
    space = graph.make_space(DIGITS, k=5, training=np.arange(400) < 300)
    points, mapper = pca.embed(space, OPTIONS, seed=0, threads=1)
    theirs = PCA(2).fit(DIGITS[:300]).transform(DIGITS)
    np.testing.assert_allclose(np.abs(points), np.abs(theirs), atol=1e-4)
    np.testing.assert_array_equal(pca.transform(DIGITS[7:9], Fitted(OPTIONS, points, mapper, None), 1), points[7:9])
    [(weights, bias, activation)] = OPTIONS.layers(mapper)["transform"]
    np.testing.assert_allclose(DIGITS @ weights + bias, points, atol=1e-5)
    assert activation == "linear"


def test_one_column_becomes_a_line():
    space = graph.make_space(np.arange(10, dtype=np.float32)[:, None], k=3)
    points = pca.embed(space, OPTIONS, seed=0, threads=1)[0]
    assert points.shape == (10, 2)
    assert np.all(points[:, 1] == 0)


def test_it_is_accurate_far_from_zero():
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(500, 5)) * [3, 2, 1, 0.5, 0.2] + 1e4).astype(np.float32)
    ours = pca.embed(graph.make_space(points, k=5), OPTIONS, seed=0, threads=1)[0]
    theirs = PCA(2).fit_transform(points.astype(np.float64))
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=0.1)


def test_a_code_is_its_own_map():
    options = code.Options(method="code", space="vae")
    points, mapper = code.embed(graph.make_space(DIGITS[:, 20:22], k=5), options, 0, 1)
    np.testing.assert_array_equal(points, DIGITS[:, 20:22])
    np.testing.assert_array_equal(code.transform(points[:3], Fitted(options, points, mapper, None), 1), points[:3])
    assert options.layers(mapper) == {"transform": []}
    with pytest.raises(InputError, match="a space of 2 columns; vae has 64"):
        code.embed(graph.make_space(DIGITS, k=5), options, 0, 1)
