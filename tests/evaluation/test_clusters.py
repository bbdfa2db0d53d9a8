"""Clusters are the blobs in the data, and the more separate the farther apart they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from pipeline.evaluation import clusters


def blobs(apart, sizes=(300,) * 6, seed=0):
    """Normal blobs of standard deviation 1 on a circle, neighbors `apart` from center to center; points and truth."""
    rng = np.random.default_rng(seed)
    angles = np.arange(len(sizes)) * 2 * np.pi / len(sizes)
    centers = np.column_stack([np.cos(angles), np.sin(angles)]) * apart / (2 * np.sin(np.pi / len(sizes)))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return centers[truth] + rng.normal(size=(len(truth), 2)), truth


def disc(n, seed):
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.sqrt(rng.random(n))
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def separateness(points):
    return clusters.separateness(points, clusters.find(points))


@pytest.mark.parametrize("seed", range(3))
def test_blobs_are_found_and_fragments_are_far_less_separate(seed):
    points, truth = blobs(10, (600, 500, 400, 300, 200, 100), seed)
    labels = clusters.find(points)
    assert labels.dtype == np.int32 and adjusted_rand_score(truth, labels) > 0.95
    sizes = np.bincount(labels[labels >= 0])
    assert len(sizes) == 6 and (np.diff(sizes) <= 0).all()
    least = clusters.separateness(points, labels).min()
    one = np.random.default_rng(seed).normal(size=(len(points), 2))
    for fragments in (*(separateness(disc(len(points), 10 * seed + i)) for i in range(3)), separateness(one)):
        assert len(fragments) == 0 or fragments.max() < 2 < 3 < least


def test_separateness_grows_with_the_distance():
    least = [clusters.separateness(*blobs(apart)).min() for apart in (2, 4, 6, 8, 12, 20)]
    assert (np.diff(least) > 0).all() and least[0] < 1.6
    points, truth = blobs(8)
    moved = [clusters.separateness(points + [[step, 0]] * (truth == 0)[:, None], truth)[0] for step in range(10)]
    assert (np.diff(moved) > 0).all()


def test_a_gap_is_half_its_width_over_the_spacing_inside():
    """By hand: on lines of points 1 apart the tenth neighbor is 5 away, and 10 from the last points. The bound at a gap is
    half of 5 + gap + 10 + 5; without a gap, half of 5 + 1 + 5."""
    line = np.column_stack([np.arange(100.0), np.zeros(100)])
    for gap, widest in ((1, 5.5), (30, 25), (100, 60)):
        points = np.concatenate([line, line + np.array([99 + gap, 0])])
        np.testing.assert_allclose(clusters.separateness(points, np.repeat([0, 1], 100)), widest / 5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("outliers", "reduction"), [(1, 0.08), (5, 0.15), (9, 0.25)])
def test_a_few_outliers_connect_nothing(outliers, reduction, seed):
    """In a row from blob to blob or in a heap, in no cluster or in one of the two."""
    points, truth = blobs(14, (300, 300), seed)
    before = clusters.separateness(points, truth)
    start, end = points[truth == 0].mean(axis=0), points[truth == 1].mean(axis=0)
    row = start + np.linspace(0.3, 0.7, outliers + 2)[1:-1, None] * (end - start)
    heap = (start + end) / 2 + np.random.default_rng(seed).normal(scale=0.1, size=(outliers, 2))
    for extra in row, heap:
        more = np.concatenate([points, extra])
        assert adjusted_rand_score(truth, clusters.find(more)[: len(truth)]) > 0.95
        for label in -1, 0:
            after = clusters.separateness(more, np.append(truth, [label] * outliers))
            assert (after > (1 - reduction) * before).all() and (after < 1.05 * before).all()


def test_a_dense_bridge_connects():
    points, truth = blobs(14, (300, 300))
    bridge = np.linspace(points[truth == 0].mean(axis=0), points[truth == 1].mean(axis=0), 300)
    joined = clusters.separateness(np.concatenate([points, bridge]), np.append(truth, [-1] * 300))
    assert joined.max() < 2 < 6 < clusters.separateness(points, truth).min()


@given(
    angle=st.floats(0, 2 * np.pi),
    scale=st.floats(1e-3, 1e3),
    shift=st.tuples(st.floats(-100, 100), st.floats(-100, 100)),
    mirrored=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_rotation_translation_and_scale_change_nothing(angle, scale, shift, mirrored):
    points, _ = blobs(5, (120, 100, 80))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = scale * ((points * [1, -1] if mirrored else points) @ turn.T + shift)
    labels = clusters.find(points)
    assert labels.max() > 0
    assert adjusted_rand_score(labels, clusters.find(moved)) > 0.99
    np.testing.assert_allclose(clusters.separateness(moved, labels), clusters.separateness(points, labels), rtol=1e-6)


def test_many_points_are_clustered_by_a_sample(monkeypatch):
    points, truth = blobs(10)
    whole = separateness(points)
    monkeypatch.setattr(clusters, "MAX_POINTS", 900)
    labels = clusters.find(points)
    assert adjusted_rand_score(truth, labels) > 0.95
    np.testing.assert_array_equal(labels, clusters.find(points))
    assert clusters.separateness(points, labels).min() > 2 and len(clusters.separateness(points, labels)) == len(whole)


def test_few_points_equal_points_and_a_single_cluster():
    for n in (0, 1, 5, 19):
        labels = clusters.find(np.zeros((n, 2)))
        assert (labels == -1).all() and clusters.separateness(np.zeros((n, 2)), labels).shape == (0,)
    heaps = np.repeat([[0.0, 0], [1, 0]], 30, axis=0)
    np.testing.assert_array_equal(clusters.separateness(heaps, np.repeat([0, 1], 30)), np.inf)
    np.testing.assert_array_equal(clusters.separateness(heaps * 0, np.repeat([0, 1], 30)), 1)
    points, truth = blobs(12, (100, 100))
    alone = clusters.separateness(points, np.where(truth == 0, 0, -1))  # compared with the points in none
    np.testing.assert_allclose(alone, clusters.separateness(points, truth)[:1])
    assert clusters.separateness(points, np.zeros(200, dtype=int)) == [np.inf]


def test_the_share_of_null_maps_by_hand():
    nulls = [np.array([1.0, 3.0]), np.array([2.0]), np.array([]), np.array([1.5, 1.0])]
    np.testing.assert_array_equal(
        clusters.share_as_separate(np.array([1.2, 2.0, 3.0, 3.1]), nulls), [0.75, 0.5, 0.25, 0]
    )
    assert np.isnan(clusters.share_as_separate(np.array([1.0, 2.0]), [])).all()
    assert clusters.share_as_separate(np.array([]), nulls).shape == (0,)


def test_a_cluster_recurs_on_other_seeds_and_on_null_maps():
    """Three blobs; on the second embedding all are there, on the third the two smaller ones coincide, with other labels."""
    points, truth = blobs(14, (150, 100, 80))
    merged = np.where(
        (truth == 2)[:, None], points + points[truth == 1].mean(axis=0) - points[truth == 2].mean(axis=0), points
    )
    other, done = np.random.default_rng(1).normal(size=points.shape), []
    maps = {"map": np.stack([points, points[:, ::-1] * 3, merged]), "alone": points[None]}
    table, labels = clusters.table(maps, {"map": np.stack([other, points])}, done.append)
    own = table[table["map"] == "map"]
    assert done == [1, 2] and own["rows"].tolist() == [150, 100, 80] and own["cluster"].tolist() == [0, 1, 2]
    assert own["share_of_seeds"].tolist() == [1, 1, 0.5]  # of 180 merged rows, 100 are more than half, 80 are not
    assert own["share_of_null_maps"].tolist() == [0.5, 0.5, 0.5]
    np.testing.assert_allclose(own["separateness"], clusters.separateness(points, labels["map"]))
    assert adjusted_rand_score(truth, labels["map"]) == 1
    assert table.loc[table["map"] == "alone", ["share_of_seeds", "share_of_null_maps"]].isna().all(axis=None)
