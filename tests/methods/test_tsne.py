"""t-SNE compared with openTSNE and scikit-learn, run with the same options."""

import numpy as np
import pytest

from pipeline.methods import sklearn_tsne, tsne
from pipeline.neighbors import graph

OPTIONS = tsne.Options(method="tsne", space="raw", perplexity=15)


@pytest.fixture(scope="module")
def points(space):
    return tsne.embed(space, OPTIONS, seed=3, threads=1)[0]


@pytest.mark.parametrize("further", [{}, {"exaggeration": 2}, {"initialization": "spectral"}], ids=str)
def test_it_is_opentsnes(space, points, shared_neighbors, further):
    """openTSNE's own search finds the same exact neighbors here, so it must end at the same map."""
    from openTSNE import TSNE, initialization
    from openTSNE.affinity import PerplexityBasedNN

    ours = tsne.embed(space, OPTIONS.model_copy(update=further), 3, 1)[0] if further else points
    affinities = PerplexityBasedNN(space.points, perplexity=15, method="exact")
    if "initialization" in further:
        initial = initialization.spectral(affinities.P, random_state=3)
    else:
        initial = initialization.pca(space.points, random_state=3)
    theirs = TSNE(exaggeration=further.get("exaggeration"), random_state=3, n_jobs=1)
    theirs = np.asarray(theirs.fit(affinities=affinities, initialization=initial))
    # The same affinities to about 1e-12; 750 steps of descent amplify that, so neighbors are compared, not points.
    assert shared_neighbors(ours, theirs) > 0.9
    assert not further or not np.array_equal(ours, points)


def test_a_seed_decides_a_map_whatever_the_threads(space, points):
    assert points.dtype == np.float32
    reported = []
    np.testing.assert_array_equal(points, tsne.embed(space, OPTIONS, 3, 2, reported.append)[0])
    np.testing.assert_allclose(reported, np.arange(1, 16) / 15)
    assert not np.array_equal(points, tsne.embed(space, OPTIONS, seed=6, threads=1)[0])


def test_a_code_of_one_number_is_embedded():
    rows = np.random.default_rng(0).normal(size=(120, 1)).astype(np.float32)
    options = OPTIONS.model_copy(update={"perplexity": 10})
    assert np.isfinite(tsne.embed(graph.make_space(rows, k=30), options, seed=0, threads=1)[0]).all()


def test_sklearn_tsne_is_scikit_learns(space):
    from sklearn.manifold import TSNE

    options = sklearn_tsne.Options(method="sklearn_tsne", space="raw", perplexity=15)
    theirs = TSNE(perplexity=15, init="random", random_state=3, n_jobs=1).fit_transform(space.points)
    np.testing.assert_array_equal(sklearn_tsne.embed(space, options, seed=3, threads=1)[0], theirs)
