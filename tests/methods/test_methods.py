"""Each method against its library run by hand with the same options."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from pipeline import spaces
from pipeline.methods import pca, tsne, umap


@pytest.fixture(scope="module")
def space():
    points = (load_digits().data[:400] / 16).astype(np.float32)
    return spaces.make(points, k=45, training=np.arange(400) < 300)


def test_pca_is_scikit_learns_fitted_to_the_training_rows(space):
    ours = pca.embed(space, pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    theirs = PCA(2).fit(space.points[:300]).transform(space.points)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-4)


def test_pca_of_one_column_is_a_line():
    space = spaces.make(np.arange(10, dtype=np.float32)[:, None], k=3)
    points = pca.embed(space, pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    assert points.shape == (10, 2)
    assert np.all(points[:, 1] == 0)


def test_pca_holds_far_from_zero():
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(500, 5)) * [3, 2, 1, 0.5, 0.2] + 1e4).astype(np.float32)
    ours = pca.embed(spaces.make(points, k=5), pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    theirs = PCA(2).fit_transform(points.astype(np.float64))
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=0.1)


def test_tsne_draws_a_code_of_one_number():
    rows = np.random.default_rng(0).normal(size=(120, 1)).astype(np.float32)
    options = tsne.Options(method="tsne", space="raw", perplexity=10)
    assert np.isfinite(tsne.embed(spaces.make(rows, k=30), options, seed=0, threads=1)[0]).all()


def test_tsne_is_opentsnes(space):
    """openTSNE's own search finds the same exact neighbors here, so it must come to the same map."""
    from openTSNE import TSNE, initialization

    options = tsne.Options(method="tsne", space="raw", perplexity=15)
    ours = tsne.embed(space, options, seed=3, threads=1)[0]
    start = initialization.pca(space.points, random_state=3)
    theirs = TSNE(perplexity=15, neighbors="exact", initialization=start, random_state=3, n_jobs=1).fit(space.points)
    # The same affinities to about 1e-12; 750 steps of descent let that grow, so neighbors are compared, not points.
    agree = _shared_neighbors(ours, np.asarray(theirs), 10)
    assert agree > 0.9


def test_umap_is_umap_learns(space):
    options = umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1)
    ours = umap.embed(space, options, seed=3, threads=1)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP  # without TensorFlow, since our module has kept it out

        theirs = UMAP(n_neighbors=15, min_dist=0.1, random_state=3, n_jobs=1).fit_transform(space.points)
    assert _shared_neighbors(ours, theirs, 10) > 0.9


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (tsne, tsne.Options(method="tsne", space="raw", perplexity=15)),
        (umap, umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1)),
    ],
)
def test_a_seed_decides_a_map_whatever_the_threads(space, method, options):
    first = method.embed(space, options, seed=5, threads=1)[0]
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, method.embed(space, options, seed=5, threads=2)[0])
    assert not np.array_equal(first, method.embed(space, options, seed=6, threads=1)[0])


def _shared_neighbors(one: np.ndarray, two: np.ndarray, k: int) -> float:
    from sklearn.neighbors import NearestNeighbors

    found = [NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False) for points in (one, two)]
    return np.mean([len(set(a) & set(b)) / k for a, b in zip(*found, strict=True)])
