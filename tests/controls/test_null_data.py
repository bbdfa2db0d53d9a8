"""Nulls keep what they say they keep - mean and covariance, or each column - and no more."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_digits

from pipeline.controls import null_data


def correlated(n, d, seed):
    """float32 (n, d) of skewed values with a dense covariance and unlike means."""
    rng = np.random.default_rng(seed)
    return (rng.exponential(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d) * 5).astype(np.float32)


def sequences(n=4000, steps=5, seed=0):
    """float32 (n, steps, 2), padded; all of at least one step, few of five."""
    rng = np.random.default_rng(seed)
    rows = correlated(n, steps * 2, seed).reshape(n, steps, 2)
    rows[np.arange(steps) >= rng.integers(1, steps + 1, size=(n, 1))] = np.nan
    return rows


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("n", "d"), [(3000, 12), (150, 400)])
def test_mean_and_covariance_are_the_datas(n, d, seed):
    """Within sampling error: of a normal sample, each is known (Wishart), so their z scores have variance 1."""
    rows = correlated(n, d, seed).astype(np.float64)
    null = null_data.gaussian(rows.astype(np.float32), seed).astype(np.float64)
    covariance = np.cov(rows.T)
    scale = np.diag(covariance)
    of_means = (null.mean(axis=0) - rows.mean(axis=0)) / np.sqrt(scale / n)
    error = np.sqrt((covariance**2 + np.outer(scale, scale)) / (n - 1))
    of_covariances = ((np.cov(null.T) - covariance) / error)[np.triu_indices(d)]
    for z in of_means, of_covariances:  # they depend on each other: bounds by 40 seeds, doubled
        assert 0.1 < np.mean(z**2) < 4 and np.abs(z).max() < 6


def test_both_ways_draw_from_one_distribution():
    rows = correlated(2000, 6, 0)
    mean = rows.mean(axis=0, dtype=np.float64)
    whole = null_data._from_covariance(rows, mean, np.random.default_rng(0))
    combined = null_data._combined(rows, mean, np.random.default_rng(0))
    assert min(stats.ks_2samp(a, b).pvalue for a, b in zip(whole.T, combined.T, strict=True)) > 1e-3
    np.testing.assert_allclose(np.corrcoef(whole.T), np.corrcoef(combined.T), atol=0.1)


@pytest.mark.parametrize("d", [10, 1500])
def test_two_clusters_become_one(d):
    """From one to the other, two clusters have an excess kurtosis near -2, a normal sample 0."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(1000, d)).astype(np.float32)
    rows[:500] += 40 / np.sqrt(d)
    null = null_data.gaussian(rows, 1)
    axis = rows[:500].mean(axis=0) - rows[500:].mean(axis=0)
    assert stats.kurtosis(rows @ axis) < -1.5
    assert abs(stats.kurtosis(null @ axis)) < 0.4 and abs(stats.skew(null @ axis)) < 0.3
    assert np.std(null @ axis) == pytest.approx(np.std(rows @ axis), rel=0.1)


def test_shuffled_keeps_each_column_and_nothing_between():
    rows = correlated(3000, 8, 0)
    null = null_data.shuffled(rows, 0)
    np.testing.assert_array_equal(np.sort(null, axis=0), np.sort(rows, axis=0))
    off = ~np.eye(8, dtype=bool)
    assert np.abs(np.corrcoef(rows.T)[off]).max() > 0.5 and np.abs(np.corrcoef(null.T)[off]).max() < 0.08


@pytest.mark.parametrize("kind", null_data.KINDS)
def test_what_is_missing_stays_missing(kind):
    rows = sequences()
    before = rows.copy()
    null = null_data.KINDS[kind](rows, 0)
    np.testing.assert_array_equal(rows, before)
    np.testing.assert_array_equal(np.isnan(null), np.isnan(rows))
    np.testing.assert_allclose(np.nanstd(null, axis=0), np.nanstd(rows, axis=0), rtol=0.15)
    error = np.nanstd(rows, axis=0) / np.sqrt((~np.isnan(rows)).sum(axis=0))
    assert (np.abs(np.nanmean(null, axis=0) - np.nanmean(rows, axis=0)) < 5 * error).all()
    if kind == "shuffled":
        np.testing.assert_array_equal(np.sort(null, axis=0), np.sort(rows, axis=0))


@pytest.mark.parametrize("kind", null_data.KINDS)
@pytest.mark.parametrize("n", [300, 20])
def test_seeds_repeat_memory_maps_work_and_constants_stay(kind, n, tmp_path):
    rows = load_digits().images[:n].astype(np.float32) / 10
    rows[:, 0, 1] = 0.1  # no sum of two powers, and
    rows[0, 0, 2] = np.nan  # a column with one value missing
    np.save(tmp_path / "rows.npy", rows)
    null = null_data.KINDS[kind](np.load(tmp_path / "rows.npy", mmap_mode="r"), 3)
    assert null.dtype == np.float32 and null.shape == rows.shape and type(null) is np.ndarray
    np.testing.assert_array_equal(null, null_data.KINDS[kind](rows, 3))
    assert not np.array_equal(null, null_data.KINDS[kind](rows, 4), equal_nan=True)
    constant = np.nanstd(rows, axis=0) == 0
    assert constant.sum() > 1
    np.testing.assert_array_equal(null[:, constant], rows[:, constant])


@pytest.mark.parametrize("kind", null_data.KINDS)
def test_a_column_without_values_and_a_single_row(kind):
    rows = np.array([[1, np.nan], [2, np.nan], [4, np.nan]], dtype=np.float32)
    assert np.isnan(null_data.KINDS[kind](rows, 0)[:, 1]).all()
    np.testing.assert_array_equal(null_data.KINDS[kind](rows[:1], 0), rows[:1])
