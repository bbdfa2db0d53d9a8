"""Transforming: known rows land where they are, and no row's point depends on the other rows."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipeline.methods import code, pca, sklearn_tsne, tsne, umap
from pipeline.neighbors import graph, search
from pipeline.out_of_sample.transformer import Transformer
from pipeline.runtime.errors import InputError

DIGITS = (load_digits().data / 16).astype(np.float32)
KNOWN, NEW = DIGITS[:600], DIGITS[600:1000]
CASES = {
    "pca": (pca, {}),
    "tsne": (tsne, {"perplexity": 15}),
    "sklearn_tsne": (sklearn_tsne, {"perplexity": 15}),
    "umap": (umap, {"n_neighbors": 15, "min_dist": 0.1}),
}
INFO = {"kind": "vector", "shape": [64], "feature_names": None, "scaling": {"rule": "none"}}


@pytest.fixture(
    scope="module",
    params=[
        "pca",
        "tsne",
        pytest.param("sklearn_tsne", marks=pytest.mark.slow),
        pytest.param("umap", marks=pytest.mark.slow),
    ],
)  # tests/methods/test_umap.py asks the fast ones of umap, too, where umap-learn is compiled anyway
def transformer(request) -> Transformer:
    method, values = CASES[request.param]
    options = method.Options(method=request.param, space="raw", **values)
    space = graph.make_space(KNOWN, k=45)
    points, mapper = method.embed(space, options, seed=1, threads=2)
    return Transformer(INFO, None, space, method, options, points, mapper, None)


def test_a_known_row_lands_where_it_is(transformer):
    """Within a twentieth of the map's width, for at least nine of ten rows; on the plane of PCA, exactly."""
    points = transformer.transform(KNOWN)[["x", "y"]].to_numpy()
    away = np.linalg.norm(points - transformer.points, axis=1) / np.ptp(transformer.points, axis=0).max()
    assert np.quantile(away, 0.9) < (1e-6 if transformer.method is pca else 0.05)


def test_a_row_lands_in_the_same_place_whatever_comes_with_it(transformer):
    many = transformer.transform(NEW)
    one = transformer.transform(NEW[200:201])
    np.testing.assert_array_equal(many.iloc[200:201].to_numpy(), one.to_numpy())
    turned = transformer.transform(NEW[::-1])
    np.testing.assert_array_equal(many.to_numpy(), turned.to_numpy()[::-1])


@pytest.mark.slow
def test_a_row_lands_in_the_same_place_among_ten_thousand(transformer):
    """More than are transformed at once: the same row first, in the middle, and last, alone in its batch."""
    rng = np.random.default_rng(0)
    many = (DIGITS[rng.integers(0, len(DIGITS), 10_001)] + rng.normal(size=(10_001, 64)) * 0.05).astype(np.float32)
    many[[0, 8191, 10_000]] = NEW[0]
    alone = transformer.transform(NEW[:1]).to_numpy()[0]
    points = np.concatenate([table.to_numpy() for _, table in transformer.batches(many)])
    np.testing.assert_array_equal(points[[0, 8191, 10_000]], [alone] * 3)


def test_new_rows_land_among_their_own_kind(transformer):
    """The nearest known row on the map has the same digit for most new ones; on a plane of PCA for some."""
    labels = load_digits().target
    points = transformer.transform(NEW)[["x", "y"]].to_numpy()
    nearest, _ = search.query(transformer.points, points, 1)
    assert (labels[:600][nearest[:, 0]] == labels[600:1000]).mean() > (0.4 if transformer.method is pca else 0.85)


@pytest.mark.slow
def test_umap_transforms_as_umap_learn_does():
    """Closely, not to the bit: there, points depend on the batch. Slow, since umap-learn compiles."""
    from pipeline.layout.affinities import umap_learn

    theirs = umap_learn().UMAP(n_neighbors=15, min_dist=0.1, random_state=1, n_jobs=1).fit(KNOWN)
    expected = theirs.transform(NEW)
    options = umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1)
    mapper = {"a": np.array(theirs._a), "b": np.array(theirs._b)}
    transformer = Transformer(INFO, None, graph.make_space(KNOWN, 20), umap, options, theirs.embedding_, mapper, None)
    away = np.linalg.norm(transformer.transform(NEW)[["x", "y"]].to_numpy() - expected, axis=1)
    assert np.median(away) < 0.03 * np.ptp(theirs.embedding_, axis=0).max()


def test_densmap_takes_no_new_points():
    options = umap.Options(method="umap", space="raw", n_neighbors=5, min_dist=0.1, density=True)
    space = graph.make_space(KNOWN[:100], k=5)
    with pytest.raises(InputError, match="this map takes no new points"):
        Transformer(INFO, None, space, umap, options, KNOWN[:100, :2], {}, None)


def test_a_code_is_its_own_point():
    options = code.Options(method="code", space="vae")
    space = graph.make_space(KNOWN[:, 20:22], k=5)
    points, mapper = code.embed(space, options, 0, 1)
    transformer = Transformer(INFO, None, space, code, options, points, mapper, None)
    np.testing.assert_array_equal(transformer.transform(NEW[:, 20:22])[["x", "y"]].to_numpy(), NEW[:, 20:22])
    with pytest.raises(InputError, match="vae"):
        code.embed(graph.make_space(KNOWN, k=5), options, 0, 1)
