"""Each method against its library run by hand with the same options."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from pipeline.methods import pca, sklearn_tsne, tsne, umap
from pipeline.neighbors import graph


@pytest.fixture(scope="module")
def space():
    points = (load_digits().data[:400] / 16).astype(np.float32)
    return graph.make_space(points, k=45, training=np.arange(400) < 300)


def test_pca_is_scikit_learns_fitted_to_the_training_rows(space):
    ours = pca.embed(space, pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    theirs = PCA(2).fit(space.points[:300]).transform(space.points)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-4)


def test_pca_of_one_column_is_a_line():
    space = graph.make_space(np.arange(10, dtype=np.float32)[:, None], k=3)
    points = pca.embed(space, pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    assert points.shape == (10, 2)
    assert np.all(points[:, 1] == 0)


def test_pca_holds_far_from_zero():
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(500, 5)) * [3, 2, 1, 0.5, 0.2] + 1e4).astype(np.float32)
    ours = pca.embed(graph.make_space(points, k=5), pca.Options(method="pca", space="raw"), seed=0, threads=1)[0]
    theirs = PCA(2).fit_transform(points.astype(np.float64))
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=0.1)


def test_tsne_draws_a_code_of_one_number():
    rows = np.random.default_rng(0).normal(size=(120, 1)).astype(np.float32)
    options = tsne.Options(method="tsne", space="raw", perplexity=10)
    assert np.isfinite(tsne.embed(graph.make_space(rows, k=30), options, seed=0, threads=1)[0]).all()


@pytest.mark.parametrize("further", [{}, {"exaggeration": 2}, {"start": "spectral"}], ids=str)
def test_tsne_is_opentsnes(space, further):
    """openTSNE's own search finds the same exact neighbors here, so it must come to the same map."""
    from openTSNE import TSNE, initialization
    from openTSNE.affinity import PerplexityBasedNN

    options = tsne.Options(method="tsne", space="raw", perplexity=15, **further)
    ours = tsne.embed(space, options, seed=3, threads=1)[0]
    affinities = PerplexityBasedNN(space.points, perplexity=15, method="exact")
    if "start" in further:
        start = initialization.spectral(affinities.P, random_state=3)
    else:
        start = initialization.pca(space.points, random_state=3)
    theirs = TSNE(exaggeration=further.get("exaggeration"), random_state=3, n_jobs=1)
    theirs = theirs.fit(affinities=affinities, initialization=start)
    # The same affinities to about 1e-12; 750 steps of descent let that grow, so neighbors are compared, not points.
    agree = _shared_neighbors(ours, np.asarray(theirs), 10)
    assert agree > 0.9


def test_sklearn_tsne_is_scikit_learns(space):
    from sklearn.manifold import TSNE

    options = sklearn_tsne.Options(method="sklearn_tsne", space="raw", perplexity=15)
    theirs = TSNE(perplexity=15, init="random", random_state=3, n_jobs=1).fit_transform(space.points)
    np.testing.assert_array_equal(sklearn_tsne.embed(space, options, seed=3, threads=1)[0], theirs)


@pytest.mark.parametrize("density", [False, True])
def test_umap_is_umap_learns(space, density):
    options = umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1, density=density)
    ours = umap.embed(space, options, seed=3, threads=1)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP  # without TensorFlow, since our module has kept it out

        theirs = UMAP(n_neighbors=15, min_dist=0.1, random_state=3, n_jobs=1, densmap=density)
        theirs = theirs.fit_transform(space.points)
    assert _shared_neighbors(ours, theirs, 10) > 0.9


def test_unseeded_umap_is_another_map_of_the_same_kind(space):
    options = umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1)
    seeded = umap.embed(space, options, seed=3, threads=1)[0]
    free = umap.embed(space, options.model_copy(update={"unseeded": True}), seed=3, threads=2)[0]
    assert not np.array_equal(seeded, free)
    assert _shared_neighbors(seeded, free, 10) > 0.5


DRAW_ALL = """
import hashlib, json, sys
import numpy as np
from pipeline import config, methods
from pipeline.neighbors import graph
points = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
space = graph.make_space(points, k=45, training=np.arange(200) < 150)
for given in json.loads(sys.argv[1]):
    method, options = config.plugin(methods, "method", given, "maps", given["method"])
    drawn, _ = method.embed(space, options, 7, 2)
    print(given["method"], hashlib.sha256(drawn.tobytes()).hexdigest())
"""
NETWORK = {"hidden": [16], "epochs": 3, "batch_size": 64, "learning_rate": 0.001}


@pytest.mark.slow
def test_a_seed_decides_a_map_in_every_process(root):
    """All seeded methods, to the byte, in two fresh processes."""
    given = [{"space": "raw", "method": name} | options for name, options in {
        "tsne": {"perplexity": 15}, "sklearn_tsne": {"perplexity": 15}, "umap": {"n_neighbors": 15, "min_dist": 0.1},
        "parametric_tsne": {"perplexity": 15} | NETWORK, "parametric_umap": {"n_neighbors": 15, "min_dist": 0.1} | NETWORK,
    }.items()]  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", DRAW_ALL, json.dumps(given)]
    first, again = (subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout for _ in range(2))
    assert len(first.splitlines()) == len(given)
    assert first == again


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
