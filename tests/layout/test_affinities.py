"""Affinities compared with those of openTSNE and umap-learn, and with their definitions."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import pairwise_distances

from pipeline.layout import affinities
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError


@pytest.fixture(scope="module")
def space():
    """With a jitter, since libraries disagree about which of two neighbors at the same distance comes last."""
    points = load_digits().data[:400] / 16
    return graph.make_space(
        (points + np.random.default_rng(0).normal(size=points.shape) * 1e-3).astype(np.float32), k=90
    )


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
    """Of a new point, whose affinities are not symmetric: 2 to the entropy (van der Maaten and Hinton 2008, eq. 4)."""
    rows = affinities.tsne_of_new(space.indices, space.distances, 12, 400).toarray()
    entropy = -(rows * np.log2(rows, out=np.zeros_like(rows), where=rows > 0)).sum(axis=1)
    np.testing.assert_allclose(2**entropy, 12, rtol=1e-3)


def test_the_fuzzy_set_is_umap_learns(space):
    """umap-learn's own search, in a matrix of all distances, finds the same neighbors here."""
    distances = pairwise_distances(space.points)
    theirs, _, _ = affinities.umap_learn().umap_.fuzzy_simplicial_set(distances, 15, None, "precomputed")
    ours = affinities.umap(space.points, space.indices, space.distances, 15)
    assert abs(ours - theirs).max() < 5e-3  # these distances are float32 products


def test_affinities_follow_the_rows(space):
    """Rows in another order, and distances on another scale: the same affinities, reordered."""
    order = np.random.default_rng(0).permutation(400)
    points = space.points[order] * np.float32(1024)  # a power of two rounds nothing
    other = graph.make_space(points, k=90)
    for affinities_of in (
        lambda s: affinities.tsne(s.indices, s.distances, [20]),
        lambda s: affinities.umap(s.points, s.indices, s.distances, 15),
    ):
        one, two = affinities_of(space), affinities_of(other)
        assert abs(one - one.T).max() == 0
        np.testing.assert_allclose(two.toarray(), one.toarray()[order][:, order], atol=1e-4 * one.max())


def test_duplicates_attract_each_other_alike():
    points = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32)
    points[:4] = points[0]
    space = graph.make_space(points, k=30)
    joint = affinities.tsne(space.indices, space.distances, [10]).toarray()
    assert np.isfinite(joint).all()
    assert joint.sum() == pytest.approx(1)
    assert np.ptp(joint[:4, :4][~np.eye(4, dtype=bool)]) < 1e-12


def test_data_that_are_mostly_duplicates_are_refused():
    points = np.zeros((200, 5), dtype=np.float32)
    points[150:] = np.random.default_rng(0).normal(size=(50, 5))
    space = graph.make_space(points, k=30)
    with pytest.raises(InputError, match="75% of the rows have 30 or more"):
        affinities.tsne(space.indices, space.distances, [10])


def test_a_row_too_far_from_all_others_is_refused():
    """Its affinities are no numbers: infinite distances, as of values too large to be squared."""
    indices = (np.arange(50)[:, None] + np.arange(1, 31)) % 50
    distances = np.tile(np.linspace(1, 2, 30), (50, 1))
    distances[7] = np.inf
    with pytest.raises(InputError, match=r"row \d+ has no affinity .*Remove rows with huge values"):
        affinities.tsne(indices.astype(np.int32), distances, [10])


def test_new_points_have_as_many_neighbors_as_their_perplexity_needs():
    rng = np.random.default_rng(0)
    distances = np.sort(rng.random((5, 25)) + 1, axis=1)
    indices = np.array([rng.permutation(40)[:25] for _ in range(5)])
    new = affinities.tsne_of_new(indices, distances, 5, 40)
    assert new.shape == (5, 40) and (np.diff(new.indptr) == 15).all()
    np.testing.assert_allclose(new.sum(axis=1), 1)
    for row in range(5):
        assert set(new.indices[new.indptr[row] : new.indptr[row + 1]]) == set(indices[row, :15])
