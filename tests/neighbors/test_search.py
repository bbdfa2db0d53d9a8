"""Neighbors and ranks against slow versions written from the definitions, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from pipeline.neighbors import distances
from pipeline.neighbors.index import Index
from pipeline.neighbors.ranks import query as query_ranks
from pipeline.neighbors.ranks import ranks
from pipeline.neighbors.search import approximate, nearest, query, recall
from pipeline.runtime.errors import InputError

SIZES = st.tuples(st.integers(3, 40), st.sampled_from([1, 2, 3, 4, 8, 33]))


def slow_ranks(points: np.ndarray) -> np.ndarray:
    """Ranks (n, n) of small integer points by distance and row number, the row itself 0."""
    points = points.astype(np.float64)
    norms = np.square(points).sum(axis=1)
    squared = norms[:, None] + norms - 2 * points @ points.T  # exact, as all of it is whole
    np.fill_diagonal(squared, -1)
    order = np.argsort(squared, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(len(points))[None], axis=1)
    return found


def all_others(n: int) -> np.ndarray:
    """Row numbers (n, n - 1) of all other rows."""
    return (np.arange(n)[:, None] + np.arange(1, n)) % n


def assert_all_agree(points: np.ndarray, k: int, candidates: np.ndarray) -> None:
    expected = slow_ranks(points)
    indices, found = nearest(points, k)
    np.testing.assert_array_equal(indices, np.argsort(expected, axis=1)[:, 1 : k + 1])
    differences = points[:, None] - points[indices]
    np.testing.assert_array_equal(found, np.sqrt(np.square(differences).sum(axis=2)))
    np.testing.assert_array_equal(ranks(points, candidates), np.take_along_axis(expected, candidates, axis=1))


@given(size=SIZES, seed=st.integers(0, 2**32 - 1), data=st.data())
@settings(deadline=None, max_examples=60)
def test_ties_and_duplicates_go_by_row_number(size, seed, data):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, size)
    assert_all_agree(points, data.draw(st.integers(1, size[0] - 1)), all_others(size[0]))


@pytest.mark.parametrize("columns", [2, 5, 40])
def test_many_blocks_full_of_ties(columns):
    """More rows than a tile and several blocks of them, so that lists fill, settle and are cut across tiles."""
    n = distances.TILE + distances.BLOCK + 7
    rng = np.random.default_rng(columns)
    points = rng.integers(0, 4 if columns < 40 else 2, (n, columns))
    points[100:300] = points[0]  # more duplicates than a waiting list is long
    candidates = (np.arange(n)[:, None] + rng.integers(1, n, (n, 30))) % n
    assert_all_agree(points, 20, candidates)


def test_leading_components_hide_no_neighbor():
    """Most of what tells these rows apart lies in eight columns, ties are broken by the others."""
    rng = np.random.default_rng(0)
    points = np.hstack([rng.integers(0, 6, (3_000, 8)), rng.random((3_000, 92)) < 0.005])
    points[100:300] = points[0]
    assert Index(points)._leading.centered.shape[1] <= 12
    assert_all_agree(points, 30, all_others(3_000)[:, :1])
    tilted = (points @ np.linalg.qr(rng.normal(size=(100, 100)))[0] + 50).astype(np.float32)
    for metric in distances.METRICS:
        chosen = np.arange(3_000)
        np.testing.assert_array_equal(nearest(tilted, 30, metric)[0], Index(tilted, metric).orders(chosen)[:, :30])


def test_rows_that_are_all_equal():
    assert not nearest(np.full((2_000, 10), 0.1), 3)[1].any()
    points = np.full((70, 5), 0.1)
    indices, found = nearest(points, 3)
    assert indices[:5].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    assert not found.any()
    assert ranks(points, all_others(70))[10].tolist() == [*range(11, 70), *range(1, 11)]


@pytest.mark.parametrize("shift", [0.0, 1000.0])
@pytest.mark.parametrize("columns", [2, 6, 50])
def test_a_hair_decides(columns, shift):
    """Clusters so tight, an outlier so far, that float32 products alone put nothing in order."""
    rng = np.random.default_rng(0)
    points = np.repeat(rng.normal(size=(30, columns)), 20, axis=0) + rng.normal(size=(600, columns)) * 1e-4
    points = (points + shift).astype(np.float32)
    points[7] *= 1e6
    indices, found = nearest(points, 25)
    candidates = np.hstack([indices, (np.arange(600)[:, None] + rng.integers(1, 600, (600, 40))) % 600])
    found_ranks = ranks(points, candidates)
    exact = points.astype(np.longdouble)  # the squares of these differences fit into its 64 bits, or nearly
    for i in [*range(7), *range(8, 60)]:  # from the outlier all others are equally far, to float64
        squared = np.square(exact - exact[i]).sum(axis=1)
        squared[i] = -1
        order = np.argsort(squared, kind="stable")
        assert indices[i].tolist() == order[1:26].tolist()
        np.testing.assert_allclose(found[i], np.sqrt(squared[order[1:26]]).astype(np.float64), rtol=1e-14)
        assert found_ranks[i].tolist() == np.argsort(order)[candidates[i]].tolist()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("columns", [2, 7, 64])
def test_scikit_learn_agrees_without_ties(columns, metric):
    points = np.random.default_rng(columns).normal(size=(700, columns)).astype(np.float32)
    peer = NearestNeighbors(algorithm="brute", metric=metric).fit(points.astype(np.float64))
    peer_distances, peer_indices = peer.kneighbors(n_neighbors=699)
    indices, found = nearest(points, 12, metric)
    if metric == "cosine" and columns == 2:  # directions in the plane come closer than 1 - cosine can tell
        np.testing.assert_allclose(found, peer_distances[:, :12], atol=1e-14)
        return
    np.testing.assert_array_equal(indices, peer_indices[:, :12])
    np.testing.assert_allclose(found, peer_distances[:, :12], rtol=1e-6 if metric == "cosine" else 1e-9)
    expected = np.broadcast_to(np.arange(1, 700), (700, 699))
    np.testing.assert_array_equal(ranks(points, peer_indices, metric), expected)


@given(seed=st.integers(0, 2**32 - 1), exponent=st.integers(-120, 120))
@settings(deadline=None, max_examples=20)
def test_units_change_nothing(seed, exponent):
    points = np.random.default_rng(seed).normal(size=(60, 9)).astype(np.float32)
    scaled = points * np.float32(2.0**exponent)
    np.testing.assert_array_equal(nearest(scaled, 8)[0], nearest(points, 8)[0])
    np.testing.assert_array_equal(ranks(scaled, all_others(60)), ranks(points, all_others(60)))


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 7, 31, 33])
def test_neighbors_and_ranks_see_the_same_distances(columns):
    """Rows that are equal but for the order of their columns tie, or not, to the last bit the same way in both."""
    rng = np.random.default_rng(columns)
    points = rng.permuted(np.tile(rng.normal(size=columns), (200, 1)), axis=1)
    points *= rng.permutation(np.geomspace(1, 9, columns))
    points[0] = 0
    indices, _ = nearest(points, 199)
    np.testing.assert_array_equal(ranks(points, indices), np.broadcast_to(np.arange(1, 200), (200, 199)))


def test_progress_reaches_the_end():
    points, seen = np.random.default_rng(0).normal(size=(1100, 5)), []
    indices, _ = nearest(points, 3, progress=seen.append)
    ranks(points, indices, progress=seen.append)
    assert sorted(seen)[-2:] == [1100, 1100] and len(seen) == 6


@pytest.mark.parametrize(
    ("points", "k", "metric", "says"),
    [
        (np.zeros((4, 2)), 4, "euclidean", "use a k from 1 to 3"),
        (np.zeros((4, 2)), 0, "euclidean", "use a k from 1 to 3"),
        (np.array([[1, 2], [0, 0], [1, 1]]), 1, "cosine", "row 1 is all zeros"),
        (np.array([[1, 2], [0, np.nan], [1, 1]]), 1, "euclidean", "row 1 holds NaN"),
        (np.array([[1, 2], [0, 1e300], [1, 1]]), 1, "euclidean", "row 1 holds"),
        (np.zeros(4), 1, "euclidean", r"shape \(4,\)"),
        (np.zeros((4, 2)), 1, "manhattan", "allowed: euclidean, cosine"),
    ],
)
def test_bad_input_is_named(points, k, metric, says):
    with pytest.raises(InputError, match=says):
        nearest(points, k, metric)


@pytest.mark.parametrize("candidates", [[[0], [0], [0]], [[1], [3], [0]], [[-1], [0], [0]], [[1], [0]]])
def test_candidates_are_other_rows(candidates):
    with pytest.raises(InputError, match="candidates"):
        ranks(np.eye(3), np.array(candidates))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_approximate_neighbors_are_nearly_the_true_ones_and_say_so(metric):
    """In order of exact distance, the row itself left out among many copies, and recall as counted."""
    points = np.random.default_rng(0).normal(size=(3000, 12)).astype(np.float32)
    points[:40] = points[0]
    indices, found = approximate(points, 10, metric)
    true, distances_ = nearest(points, 10, metric)
    assert not (indices == np.arange(3000)[:, None]).any()
    assert all(len(set(row)) == 10 for row in indices) and (np.diff(found, axis=1) >= 0).all()
    same = indices == true
    np.testing.assert_array_equal(found[same], distances_[same])
    counted = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(indices, true, strict=True)])
    assert counted > 0.9 and recall(points, indices, metric, rows=3000) == pytest.approx(counted)
    assert recall(points, true, metric) == 1


@pytest.mark.parametrize("columns", [1, 2, 7, 8, 33, 100])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_whole_orders_are_those_of_the_ranks(columns, metric):
    """With ties, with a hair between rows, and far from zero; by exact distances and by products."""
    rng = np.random.default_rng(columns)
    tied = rng.integers(1, 4, (300, columns)).astype(np.float32)
    close = (
        np.repeat(rng.normal(size=(15, columns)), 20, axis=0) + 1e-5 * rng.normal(size=(300, columns)) + 50
    ).astype(np.float32)
    for points in (tied, close):
        found = Index(points, metric).orders(np.arange(300))
        np.testing.assert_array_equal(ranks(points, found, metric), np.broadcast_to(np.arange(1, 300), (300, 299)))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("d", [2, 5, 9])
def test_ranks_among_other_points_are_places_in_their_order(d, metric):
    """Of rows that are not looked for among each other, a copy of a point among them."""
    rng = np.random.default_rng(d)
    points, rows = rng.integers(-3, 4, (300, d)) + 0.5, rng.integers(-3, 4, (40, d)) + 0.5
    rows[0] = points[7]
    order, _ = query(points, rows, len(points), metric)
    candidates = rng.integers(0, len(points), (40, 6))
    places = np.argsort(order, axis=1) + 1
    np.testing.assert_array_equal(
        query_ranks(points, rows, candidates, metric), np.take_along_axis(places, candidates, axis=1)
    )
