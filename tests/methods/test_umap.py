"""UMAP compared with umap-learn, run with the same options."""

import warnings
from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipeline.methods import Fitted, umap
from pipeline.neighbors import search

OPTIONS = umap.Options(method="umap", space="raw", n_neighbors=15, min_dist=0.1)


@pytest.fixture(scope="module")
def embedded(space):
    return umap.embed(space, OPTIONS, seed=3, threads=1)


@pytest.fixture(scope="module")
def points(embedded):
    return embedded[0]


def theirs(space, **further):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP  # without TensorFlow, which our module has kept out

        return UMAP(n_neighbors=15, min_dist=0.1, random_state=3, n_jobs=1, **further).fit_transform(space.points)


def test_it_is_umap_learns(space, points, shared_neighbors):
    assert shared_neighbors(points, theirs(space)) > 0.9


def test_a_seed_decides_a_map_whatever_the_threads(space, points):
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, umap.embed(space, OPTIONS, seed=3, threads=2)[0])
    assert not np.array_equal(points, umap.embed(space, OPTIONS, seed=6, threads=1)[0])


def test_new_points_land_among_their_own_kind_and_each_for_itself(space, embedded):
    points, mapper = embedded
    fitted = Fitted(OPTIONS, points, mapper, partial(search.query, space.points))
    digits = load_digits()
    queries = np.concatenate([space.points, (digits.data[400:500] / 16).astype(np.float32)])
    transformed = umap.transform(queries, fitted, 1)
    away = np.linalg.norm(transformed[:400] - points, axis=1) / np.ptp(points, axis=0).max()
    assert np.quantile(away, 0.9) < 0.05
    nearest, _ = search.query(points, transformed[400:], 1)
    assert (digits.target[nearest[:, 0]] == digits.target[400:500]).mean() > 0.8
    np.testing.assert_array_equal(umap.transform(queries[::-1][:30], fitted, 1), transformed[::-1][:30])


@pytest.mark.slow
def test_density_is_densmap(space, points, shared_neighbors):
    """Slow, as the next: umap-learn compiles another optimizer for it."""
    dense = umap.embed(space, OPTIONS.model_copy(update={"density": True}), seed=3, threads=1)[0]
    assert shared_neighbors(dense, theirs(space, densmap=True)) > 0.9
    assert not np.array_equal(dense, points)


@pytest.mark.slow
def test_an_unseeded_map_is_another_one_of_the_same_kind(space, points, shared_neighbors):
    options = OPTIONS.model_copy(update={"unseeded": True})
    free = umap.embed(space, options, seed=3, threads=2)[0]
    assert options.uses_all_cores and not OPTIONS.uses_all_cores
    assert not np.array_equal(points, free)
    assert shared_neighbors(points, free) > 0.5
