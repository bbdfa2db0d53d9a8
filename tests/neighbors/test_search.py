"""Neighbors and ranks compared with brute force and with scikit-learn."""

import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from pipeline.neighbors import distances, search
from pipeline.neighbors.ranks import query as query_ranks
from pipeline.neighbors.ranks import ranks
from pipeline.neighbors.search import Index, approximate, nearest, query, recall
from pipeline.runtime.errors import InputError

SIZES = st.tuples(st.integers(3, 40), st.sampled_from([1, 2, 3, 4, 8, 33]))


def slow_ranks(points: np.ndarray) -> np.ndarray:
    """Ranks (n, n) of small integer points by distance and row number, the row itself 0."""
    points = points.astype(np.float64)
    norms = np.square(points).sum(axis=1)
    squared = norms[:, None] + norms - 2 * points @ points.T  # exact, as all of it is whole
    np.fill_diagonal(squared, -1)
    order = np.argsort(squared, axis=1, kind="stable")
    table = np.empty_like(order)
    np.put_along_axis(table, order, np.arange(len(points))[None], axis=1)
    return table


def brute_force(reference: np.ndarray, queries: np.ndarray, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """All reference rows of each query by float64 distance, summed column by column, then row number; distances."""
    reference, queries = (points.astype(np.float32).astype(np.float64) for points in (reference, queries))
    if metric == "cosine":
        reference, queries = (
            points * (1 / np.sqrt(np.einsum("ij,ij->i", points, points)))[:, None] for points in (reference, queries)
        )
    squared = np.zeros((len(queries), len(reference)))
    for column, own in zip(reference.T, queries.T, strict=True):
        squared += (own[:, None] - column) ** 2
    away = squared / 2 if metric == "cosine" else np.sqrt(squared)
    order = np.argsort(away, axis=1, kind="stable")
    return order, np.take_along_axis(away, order, axis=1)


def all_others(n: int) -> np.ndarray:
    """Row numbers (n, n - 1) of all other rows."""
    return (np.arange(n)[:, None] + np.arange(1, n)) % n


def assert_all_agree(points: np.ndarray, k: int, candidates: np.ndarray) -> None:
    expected = slow_ranks(points)
    indices, away = nearest(points, k)
    np.testing.assert_array_equal(indices, np.argsort(expected, axis=1)[:, 1 : k + 1])
    differences = points[:, None] - points[indices]
    np.testing.assert_array_equal(away, np.sqrt(np.square(differences).sum(axis=2)))
    np.testing.assert_array_equal(ranks(points, candidates), np.take_along_axis(expected, candidates, axis=1))


@given(size=SIZES, seed=st.integers(0, 2**32 - 1), data=st.data())
@settings(deadline=None, max_examples=60)
def test_ties_and_duplicates_go_by_row_number(size, seed, data):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, size)
    assert_all_agree(points, data.draw(st.integers(1, size[0] - 1)), all_others(size[0]))


@pytest.mark.parametrize("columns", [2, 5, 40])
def test_many_blocks_full_of_ties(columns):
    """More rows than a tile and several blocks, so that lists of candidates fill and are selected across tiles."""
    n = distances.TILE + distances.BLOCK + 7
    rng = np.random.default_rng(columns)
    points = rng.integers(0, 4 if columns < 40 else 2, (n, columns))
    points[100:300] = points[0]  # more duplicates than a list of candidates is long
    candidates = (np.arange(n)[:, None] + rng.integers(1, n, (n, 30))) % n
    assert_all_agree(points, 20, candidates)


@pytest.mark.parametrize("metric", distances.METRICS)
@pytest.mark.parametrize("columns", [1, 2, 3, 7, 9])
@pytest.mark.parametrize("k", [1, 5, 60])
def test_duplicates_that_straddle_k(k, columns, metric):
    """Groups of 2 to 90 duplicates, fewer and more than k, between other rows; and among reference rows."""
    rng = np.random.default_rng(columns)
    points = rng.normal(size=(600, columns)).astype(np.float32)
    for size in (2, 4, 7, 40, 90):
        group = rng.choice(600, size, replace=False)
        points[group] = points[group[0]]
    order, away = brute_force(points, points, metric)
    others = order != np.arange(600)[:, None]
    order, away = order[others].reshape(600, 599), away[others].reshape(600, 599)
    assert (away[:, k - 1] == away[:, k]).sum() > 10  # ties straddle k
    indices, lengths = nearest(points, k, metric)
    np.testing.assert_array_equal(lengths, away[:, :k])
    np.testing.assert_array_equal(indices, order[:, :k])
    order, _ = brute_force(points[200:], points[:200], metric)
    np.testing.assert_array_equal(query(points[200:], points[:200], k, metric)[0], order[:, :k])


@pytest.mark.parametrize("columns", [2, 3])
def test_more_distinct_points_at_one_distance_than_a_tree_returns_at_first(columns):
    """The 48 points of a lattice at distance sqrt(5525) of the origin, their row numbers in random order."""
    across = np.arange(-74, 75)
    circle = np.array([(x, y) for x in across for y in across if x * x + y * y == 5525])
    points = np.random.default_rng(0).permutation(np.vstack([circle, [[0, 0]], 3 * circle]))
    points = np.hstack([points, np.zeros((len(points), columns - 2), dtype=int)])
    assert len(circle) == 48
    for k in (1, 8, 30, 48, 49, 70):
        assert_all_agree(points, k, all_others(len(points))[:, :3])


def test_leading_components_hide_no_neighbor():
    """Eight columns separate most of these rows; the other columns break ties."""
    rng = np.random.default_rng(0)
    points = np.hstack([rng.integers(0, 6, (3_000, 8)), rng.random((3_000, 92)) < 0.005])
    points[100:300] = points[0]
    assert Index(points)._leading.centered.shape[1] <= 12
    assert_all_agree(points, 30, all_others(3_000)[:, :1])
    tilted = (points @ np.linalg.qr(rng.normal(size=(100, 100)))[0] + 50).astype(np.float32)
    for metric in distances.METRICS:
        chosen = np.arange(0, 3_000, 7)
        np.testing.assert_array_equal(
            nearest(tilted, 30, metric)[0][chosen], Index(tilted, metric).orders(chosen)[:, :30]
        )


def test_rows_that_are_all_equal():
    assert not nearest(np.full((2_000, 10), 0.1), 3)[1].any()
    points = np.full((70, 5), 0.1)
    indices, away = nearest(points, 3)
    assert indices[:5].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    assert not away.any()
    assert ranks(points, all_others(70))[10].tolist() == [*range(11, 70), *range(1, 11)]


@pytest.mark.parametrize("shift", [0.0, 1000.0])
@pytest.mark.parametrize("columns", [2, 6, 50])
def test_tiny_differences_decide(columns, shift):
    """Clusters so tight, and an outlier so far away, that float32 products alone order nothing."""
    rng = np.random.default_rng(0)
    points = np.repeat(rng.normal(size=(30, columns)), 20, axis=0) + rng.normal(size=(600, columns)) * 1e-4
    points = (points + shift).astype(np.float32)
    points[7] *= 1e6
    indices, away = nearest(points, 25)
    candidates = np.hstack([indices, (np.arange(600)[:, None] + rng.integers(1, 600, (600, 40))) % 600])
    table = ranks(points, candidates)
    exact = points.astype(np.longdouble)  # 64 bits, nearly enough for the squares of these differences
    for i in [*range(7), *range(8, 60)]:  # in float64, all others are equally far from the outlier
        squared = np.square(exact - exact[i]).sum(axis=1)
        squared[i] = -1
        order = np.argsort(squared, kind="stable")
        assert indices[i].tolist() == order[1:26].tolist()
        np.testing.assert_allclose(away[i], np.sqrt(squared[order[1:26]]).astype(np.float64), rtol=1e-14)
        assert table[i].tolist() == np.argsort(order)[candidates[i]].tolist()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("columns", [2, 7, 64])
def test_scikit_learn_agrees_without_ties(columns, metric):
    points = np.random.default_rng(columns).normal(size=(700, columns)).astype(np.float32)
    peer = NearestNeighbors(algorithm="brute", metric=metric).fit(points.astype(np.float64))
    peer_distances, peer_indices = peer.kneighbors(n_neighbors=699)
    indices, away = nearest(points, 12, metric)
    if metric == "cosine" and columns == 2:  # directions in the plane differ by less than 1 - cosine resolves
        np.testing.assert_allclose(away, peer_distances[:, :12], atol=1e-14)
        return
    np.testing.assert_array_equal(indices, peer_indices[:, :12])
    np.testing.assert_allclose(away, peer_distances[:, :12], rtol=1e-6 if metric == "cosine" else 1e-9)
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
    """Rows that differ only in the order of their columns tie in both or in neither, to the last bit."""
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
    ("points", "k", "metric", "message"),
    [
        (np.zeros((4, 2)), 4, "euclidean", "use a k from 1 to 3"),
        (np.zeros((4, 2)), 0, "euclidean", "use a k from 1 to 3"),
        (np.array([[1, 2], [0, 0], [1, 1]]), 1, "cosine", "row 1 is all zeros"),
        (np.array([[1, 2], [0, np.nan], [1, 1]]), 1, "euclidean", "row 1 .*NaN"),
        (np.array([[1, 2], [0, 1e300], [1, 1]]), 1, "euclidean", "row 1 .*3e38"),
        (np.zeros(4), 1, "euclidean", r"shape \(4,\)"),
        (np.zeros((4, 2)), 1, "manhattan", "allowed: euclidean, cosine"),
    ],
)
def test_bad_input_is_named(points, k, metric, message):
    with pytest.raises(InputError, match=message):
        nearest(points, k, metric)


@pytest.mark.parametrize("candidates", [[[0], [0], [0]], [[1], [3], [0]], [[-1], [0], [0]], [[1], [0]]])
def test_candidates_are_other_rows(candidates):
    with pytest.raises(InputError, match="candidates"):
        ranks(np.eye(3), np.array(candidates))


@pytest.mark.parametrize("k", [0, 4])
def test_a_query_has_up_to_as_many_neighbors_as_there_are_reference_rows(k):
    with pytest.raises(InputError, match="use a k from 1 to 3"):
        query(np.eye(3), np.ones((1, 3)), k)
    assert query(np.eye(3), np.ones((1, 3)), 3)[0].tolist() == [[0, 1, 2]]


def assert_approximate(points: np.ndarray, metric: str, least: float) -> None:
    """Valid neighbors in order of exact distance, at least this share of them true, and `recall` says how many."""
    n = len(points)
    indices, away = approximate(points, 10, metric)
    true, true_distances = nearest(points, 10, metric)
    assert not (indices == np.arange(n)[:, None]).any()
    assert all(len(set(row)) == 10 for row in indices) and (np.diff(away, axis=1) >= 0).all()
    same = indices == true
    np.testing.assert_array_equal(away[same], true_distances[same])
    counted = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(indices, true, strict=True)])
    assert counted > least and recall(points, indices, metric, rows=n) == pytest.approx(counted)
    assert counted < 1 and recall(points, true, metric) == 1


@pytest.mark.slow
@pytest.mark.parametrize("metric", distances.METRICS)
def test_approximate_neighbors_are_nearly_the_true_ones(metric):
    """By NN-descent, with more duplicates than neighbors; pynndescent compiles for a minute."""
    points = np.random.default_rng(0).normal(size=(3000, 12)).astype(np.float32)
    points[:40] = points[0]
    assert_approximate(points, metric, least=0.9)


def test_approximate_neighbors_are_sorted_by_exact_distance_without_the_row_itself(monkeypatch):
    """What NN-descent returns, in the place of pynndescent: rough order, misses, rows that lack themselves."""

    class NNDescent:
        def __init__(self, points, metric, n_neighbors, random_state):
            away = np.square(points[:, None] - points).sum(axis=2)
            order = np.argsort(away, axis=1, kind="stable")[:, : n_neighbors + 1]
            order = np.delete(order, n_neighbors // 2, axis=1)  # a miss
            order[:, [3, 7]] = order[:, [7, 3]]
            self.neighbor_graph = order, None

    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=NNDescent))
    points = np.random.default_rng(0).normal(size=(300, 9)).astype(np.float32)
    points[:40] = points[0]  # the last ones of these are not among their own neighbors
    assert_approximate(points, "euclidean", least=0.8)
    assert search.recall(points, nearest(points, 5)[0][:, ::-1], rows=50) == 1


@pytest.mark.parametrize("columns", [1, 2, 7, 8, 33, 100])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_full_orders_agree_with_ranks(columns, metric):
    """With ties, with tiny differences, and far from zero; by exact distances and by products."""
    rng = np.random.default_rng(columns)
    tied = rng.integers(1, 4, (300, columns)).astype(np.float32)
    close = (
        np.repeat(rng.normal(size=(15, columns)), 20, axis=0) + 1e-5 * rng.normal(size=(300, columns)) + 50
    ).astype(np.float32)
    for points in (tied, close):
        orders = Index(points, metric).orders(np.arange(300))
        np.testing.assert_array_equal(ranks(points, orders, metric), np.broadcast_to(np.arange(1, 300), (300, 299)))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("d", [2, 5, 9])
def test_ranks_of_queries_are_positions_among_their_neighbors(d, metric):
    """Queries, one a duplicate of a reference row, are not ranked among each other."""
    rng = np.random.default_rng(d)
    points, rows = rng.integers(-3, 4, (300, d)) + 0.5, rng.integers(-3, 4, (40, d)) + 0.5
    rows[0] = points[7]
    order, _ = query(points, rows, len(points), metric)
    candidates = rng.integers(0, len(points), (40, 6))
    positions = np.argsort(order, axis=1) + 1
    np.testing.assert_array_equal(
        query_ranks(points, rows, candidates, metric), np.take_along_axis(positions, candidates, axis=1)
    )


def test_other_packages_import_only_the_public_modules(root):
    public = {"search", "ranks", "graph", "intrinsic_dimension"}
    for path in root.joinpath("pipeline").rglob("*.py"):
        if "neighbors" not in path.parent.parts:
            imports = re.findall(r"^\s*from pipeline\.neighbors(?:\.(\w+))? import (.+)$", path.read_text(), re.M)
            names = {name.strip() for module, names in imports for name in ([module] if module else names.split(","))}
            assert names <= public, path
