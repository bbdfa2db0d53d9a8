"""Affinities against openTSNE's and umap-learn's own, and against what defines them."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipeline.layout import affinities
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError


@pytest.fixture(scope="module")
def space():
    """With a jitter, since libraries differ about which of two neighbors at one distance is the last one."""
    points = load_digits().data[:400] / 16
    return graph.make_space((points + np.random.default_rng(0).normal(size=points.shape) * 1e-3).astype(np.float32), k=90)


def test_one_perplexity_is_opentsnes(space):
    from openTSNE.affinity import PerplexityBasedNN

    theirs = PerplexityBasedNN(space.points.astype(np.float64), perplexity=20, method="exact").P
    ours = affinities.tsne(space.indices, space.distances, [20])
    assert abs(ours - theirs).max() < 1e-7 * theirs.max()


def test_several_perplexities_are_opentsnes(space):
    from openTSNE.affinity import Multiscale

    theirs = Multiscale(space.points.astype(np.float64), perplexities=[5, 30], method="exact").P
    ours = affinities.tsne(space.indices, space.distances, [5, 30])
    assert abs(ours - theirs).max() < 1e-7 * theirs.max()


def test_the_entropy_of_a_row_is_what_perplexity_means(space):
    """Of a new row, whose affinities nothing has made symmetric: 2 to the entropy (van der Maaten and Hinton 2008, eq. 4)."""
    found = affinities.tsne_of_new(space.indices, space.distances, 12, 400).toarray()
    entropy = -(found * np.log2(found, out=np.zeros_like(found), where=found > 0)).sum(axis=1)
    np.testing.assert_allclose(2**entropy, 12, rtol=1e-3)


def test_the_fuzzy_set_is_umap_learns(space):
    theirs = affinities.umap_learn().UMAP(n_neighbors=15, random_state=0, n_jobs=1, n_epochs=1).fit(space.points)
    ours = affinities.umap(space.points, space.indices, space.distances, 15)
    assert abs(ours - theirs.graph_).max() < 5e-3  # its distances are float32 products


def test_affinities_follow_the_rows(space):
    """Rows in another order, and distances on another scale: the same affinities, reordered."""
    order = np.random.default_rng(0).permutation(400)
    points = space.points[order] * np.float32(1024)  # a power of two rounds nothing
    other = graph.make_space(points, k=90)
    for of in (
        lambda s: affinities.tsne(s.indices, s.distances, [20]),
        lambda s: affinities.umap(s.points, s.indices, s.distances, 15),
    ):
        one, two = of(space), of(other)
        assert abs(one - one.T).max() == 0
        np.testing.assert_allclose(two.toarray(), one.toarray()[order][:, order], atol=1e-4 * one.max())


def test_copies_attract_each_other_alike():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 5)).astype(np.float32)
    points[:4] = points[0]
    space = graph.make_space(points, k=30)
    joint = affinities.tsne(space.indices, space.distances, [10]).toarray()
    assert np.isfinite(joint).all()
    assert joint.sum() == pytest.approx(1)
    assert np.ptp(joint[:4, :4][~np.eye(4, dtype=bool)]) < 1e-12


def test_data_that_are_mostly_copies_are_refused():
    points = np.zeros((200, 5), dtype=np.float32)
    points[150:] = np.random.default_rng(0).normal(size=(50, 5))
    space = graph.make_space(points, k=30)
    with pytest.raises(InputError, match="75% of the rows have 30 or more exact copies"):
        affinities.tsne(space.indices, space.distances, [10])
