"""Intervals cover, and verdicts err, at the rates they state; formulas compared with SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.runtime.errors import InputError
from pipeline.statistics.intervals import (
    Measurement,
    difference,
    difference_of_measurements,
    difference_over_subsamples,
    over_rows,
    over_seeds,
    paired_difference,
    verdict,
)
from pipeline.statistics.simultaneous import bonferroni, level_over_seeds, level_over_subsamples

REPEATS = 4000
FAMILIES = 400
NORMAL = 3 * np.sqrt(0.05 * 0.95 / REPEATS)  # three standard errors of a rate of 5 %
FAMILY = 3 * np.sqrt(0.05 * 0.95 / FAMILIES)
SAMPLES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=9).filter(lambda values: np.var(values) > 1e-6)


@given(a=SAMPLES, b=SAMPLES, level=st.sampled_from([0.8, 0.95, 0.995]))
def test_scipy_agrees(a, b, level):
    pairs = [
        (over_seeds(a, level), stats.ttest_1samp(a, 0)),
        (over_rows(b, level), stats.ttest_1samp(b, 0)),
        (difference(a, b, level), stats.ttest_ind(a, b, equal_var=False)),
    ]
    for ours, theirs in pairs:
        assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval(level)), rel=1e-9, abs=1e-9)


@given(a=SAMPLES, level=st.sampled_from([0.8, 0.95]))
def test_pairs_and_single_values(a, level):
    b = np.sqrt(np.abs(a)) + np.arange(len(a))
    expected = stats.ttest_rel(a, b).confidence_interval(level)
    found = paired_difference(a, b, level)
    assert (found.low, found.high, found.n) == (
        pytest.approx(expected.low),
        pytest.approx(expected.high),
        len(a),
    )
    against_one, alone = difference(a, 2.0, level), over_seeds(a, level)
    assert against_one.high - against_one.low == pytest.approx(alone.high - alone.low)
    assert against_one.value == pytest.approx(alone.value - 2)


def test_a_single_number_is_its_own_interval_and_one_seed_has_none():
    for found in (over_seeds(0.7), difference(0.9, 0.2)):
        assert found.low == found.value == found.high == pytest.approx(0.7)
    for found in (over_seeds([0.7]), difference([0.9], 0.2), difference([0.9], [0.2, 0.3])):
        assert (found.low, found.high) == (-np.inf, np.inf)
        assert verdict(found, 0.01) == "undecided"
    same = difference([0.5, 0.5, 0.5], [0.25, 0.25])
    assert (same.low, same.value, same.high) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(("spread_a", "spread_b", "seeds_b"), [(1, 1, 5), (1, 4, 5), (1, 0, 1), (3, 1, 8)])
def test_intervals_cover_at_their_rate_and_equal_methods_seldom_differ(spread_a, spread_b, seeds_b):
    """95 % of intervals hold the true difference, zero; with no margin, a verdict errs where one does not."""
    rng = np.random.default_rng(7)
    found = [
        difference(rng.normal(0, spread_a, 5), rng.normal(0, spread_b, seeds_b) if seeds_b > 1 else 0.0)
        for _ in range(REPEATS)
    ]
    missed = np.mean([not measured.low <= 0 <= measured.high for measured in found])
    assert missed == pytest.approx(0.05, abs=NORMAL + 0.01 * (spread_a != spread_b))  # Welch is approximate
    wrong = np.mean([verdict(measured, 0.0) in ("better", "worse") for measured in found])
    assert wrong == missed


def test_means_are_covered_at_their_rate():
    rng = np.random.default_rng(8)
    for interval in (over_seeds, over_rows):
        found = [interval(rng.normal(3, 2, 5)) for _ in range(REPEATS)]
        missed = np.mean([not measured.low <= 3 <= measured.high for measured in found])
        assert missed == pytest.approx(0.05, abs=NORMAL)


def test_a_sample_of_rows_widens_as_worked_by_hand():
    """Five seeds 1 .. 5 have the variance 2.5, hence a squared standard error of 0.5 with 4 degrees of freedom."""
    five = np.arange(1.0, 6.0)
    pairs = [
        (over_seeds(five, sampling=1.5), 2.0, 64),  # 2^2 / (0.5^2 / 4)
        (difference(five, five, sampling=np.float64(1.0)), 2.0, 32),  # 2^2 / (0.5^2 / 4 + 0.5^2 / 4)
        (difference(five, 3.0, sampling=0.5), 1.0, 16),
        (over_seeds(3.0, sampling=4.0), 4.0, np.inf),
        (difference(3.0, 3.0, sampling=4.0), 4.0, np.inf),
    ]
    for found, squared_error, freedom in pairs:
        reach = stats.t.ppf(0.975, freedom) * np.sqrt(squared_error)
        assert (found.low, found.high) == pytest.approx((found.value - reach, found.value + reach))
        assert "sample" in found.covers
    assert [found.counts for found, _, _ in pairs] == ["", "5 and 5 seeds", "5 and 1 seeds", "", ""]
    assert over_seeds(five, sampling=0.0) == over_seeds(five) and "sample" not in over_seeds(five).covers
    assert over_seeds([0.7], sampling=1.0).high == difference([0.7], 0.2, sampling=1.0).high == np.inf


def test_half_widths_of_independent_measurements_add_in_squares():
    a, b = Measurement(2.0, 1.7, 2.3, "a", 7), Measurement(1.5, 1.1, 1.9, "b", 9)
    found = difference_of_measurements(a, b, "both")
    assert (found.low, found.value, found.high) == pytest.approx((0.0, 0.5, 1.0))
    assert (found.covers, found.n) == ("both", 7)


def test_bonferroni_divides_the_error():
    assert bonferroni(0) == bonferroni(1) == 0.95
    assert bonferroni(5) == pytest.approx(0.99) and bonferroni(2, 0.9) == pytest.approx(0.95)


def pairs_of(maps):
    return zip(*np.triu_indices(maps, 1), strict=True)


@pytest.mark.parametrize("rows", [0.0, 0.5])
def test_intervals_of_all_pairs_hold_simultaneously_at_their_rate(rows):
    """In 5 % of families of four maps with unequal spreads some pair's interval misses, to three standard errors."""
    rng = np.random.default_rng(10)
    spreads = np.array([1.0, 2.0, 3.0, 4.0])
    covariance = rows * (np.eye(4) + 0.5)
    missed = 0
    for family in range(FAMILIES):
        samples = list(rng.normal(rng.multivariate_normal(np.zeros(4), covariance), spreads, (5, 4)).T)
        level = level_over_seeds(samples, covariance, seed=family, runs=1000)
        assert 0.95 < level <= 1 - 0.05 / 6
        found = [difference(samples[i], samples[j], level, 2 * rows * (i != j)) for i, j in pairs_of(4)]
        missed += any(not measured.low <= 0 <= measured.high for measured in found)
    assert missed / FAMILIES == pytest.approx(0.05, abs=min(FAMILY, 0.03))


def test_many_seeds_of_equal_variance_have_tukeys_level():
    """The studentized range, by SciPy; 2 % is twice what 10,000 runs and the degrees of freedom leave open."""
    values = np.random.default_rng(11).normal(size=100)
    expected = stats.studentized_range.ppf(0.95, 5, 5 * 99) / np.sqrt(2)
    level = level_over_seeds([values + k for k in range(5)])
    assert stats.t.ppf((1 + level) / 2, 198) == pytest.approx(expected, rel=0.02)
    assert level == level_over_seeds([values + k for k in range(5)] + [[0.3]])  # its intervals are infinite
    assert level != level_over_seeds([values + k for k in range(5)], seed=1)
    independent, _ = np.linalg.qr(np.c_[np.ones(200), np.random.default_rng(12).normal(size=(200, 5))])
    level = level_over_subsamples(independent[:, 1:])  # uncorrelated, of equal variance
    assert stats.t.ppf((1 + level) / 2, 199) == pytest.approx(expected, rel=0.02)


def test_a_single_pair_keeps_its_level_and_bonferroni_bounds_the_others():
    for samples in ([], [[0.1, 0.2]], [0.1, 0.2, 0.3], [[0.1], [0.2], [0.3, 0.4]], [[0.1, 0.3], [0.2, 0.3]]):
        assert level_over_seeds(samples) == 0.95
    assert level_over_seeds([0.1, 0.2, 0.3], np.eye(3)) == pytest.approx(  # normal, known variances: the range
        2 * stats.norm.cdf(stats.studentized_range.ppf(0.95, 3, np.inf) / np.sqrt(2)) - 1, abs=0.003
    )
    subsampled = np.random.default_rng(13).normal(size=(4, 5))
    assert level_over_subsamples(subsampled) == pytest.approx(1 - 0.05 / 10)  # fewer subsamples than maps
    assert level_over_subsamples(subsampled[:, [0, 0, 0]]) == 0.95
    assert level_over_subsamples(subsampled[:, :2]) == level_over_subsamples(subsampled[:2, :2]) == 0.95


def means_of_subsamples(rng, rows, count, share):
    """(count, columns): the mean of rows is the statistic, its error known."""
    picked = rng.random((count, len(rows))).argsort(axis=1)[:, : round(share * len(rows))]
    return rows[picked].mean(axis=1)


@pytest.mark.parametrize(("share", "seed_error"), [(0.5, 0.0), (0.8, 0.0), (0.5, 0.1)])
def test_other_rows_and_another_seed_are_covered_at_their_rate(share, seed_error):
    """The difference of two maps of the same rows; at a share of one half, the variance between seeds is counted once."""
    rng = np.random.default_rng(14)
    missed = 0
    for _ in range(REPEATS // 2):
        rows = rng.normal(3, 1, (200, 1)) + rng.normal(0, 1, (200, 2))
        value = rows.mean(axis=0) + rng.normal(0, seed_error, 2)
        subsampled = means_of_subsamples(rng, rows, 10, share) + rng.normal(0, seed_error, (10, 2))
        apart = difference_over_subsamples(value[0] - value[1], *subsampled.T, share)
        missed += not apart.low <= 0 <= apart.high
    assert missed / (REPEATS // 2) == pytest.approx(0.05, abs=NORMAL * np.sqrt(2))
    assert f"{100 * share:.0f} %" in apart.covers


def test_differences_on_other_rows_hold_simultaneously_at_their_rate():
    rng = np.random.default_rng(15)
    missed = 0
    for family in range(FAMILIES):
        rows = (rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))) * [1.0, 1.5, 2.0, 3.0]
        value, subsampled = rows.mean(axis=0), means_of_subsamples(rng, rows, 10, 0.5)
        level = level_over_subsamples(subsampled, seed=family, runs=1000)
        assert 0.95 < level <= 1 - 0.05 / 6
        found = [
            difference_over_subsamples(value[i] - value[j], subsampled[:, i], subsampled[:, j], 0.5, level)
            for i, j in pairs_of(4)
        ]
        missed += any(not measured.low <= 0 <= measured.high for measured in found)
    assert missed / FAMILIES == pytest.approx(0.05, abs=min(FAMILY, 0.03))


@pytest.mark.parametrize(
    ("shift", "spread", "right", "at_least"),
    [
        (0.010, 0.002, {"better", "undecided"}, 0.95),  # just at the margin: "equivalent" is wrong
        (-0.010, 0.002, {"worse", "undecided"}, 0.95),
        (0.000, 0.002, {"equivalent"}, 0.99),  # well within it: found
        (0.050, 0.010, {"better"}, 0.99),  # well beyond it: found
        (-0.050, 0.010, {"worse"}, 0.99),
        (0.000, 0.050, {"undecided"}, 0.94),  # too few seeds to tell
    ],
)
def test_verdicts_err_at_their_rate(shift, spread, right, at_least):
    rng = np.random.default_rng(9)
    found = [
        verdict(difference(rng.normal(0.5 + shift, spread, 5), rng.normal(0.5, spread, 5)), 0.01) for _ in range(1000)
    ]
    assert np.mean([one in right for one in found]) >= at_least


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.01, 0.01, "equivalent"),
        (0.002, 0.008, "equivalent"),
        (0.002, 0.02, "better"),
        (-0.02, -0.002, "worse"),
        (-0.02, 0.005, "undecided"),
        (0.0, 0.02, "undecided"),
        (-np.inf, np.inf, "undecided"),
    ],
)
def test_the_order_of_verdicts(low, high, expected):
    assert verdict(Measurement((low + high) / 2 if high < np.inf else 0, low, high, "", 5), 0.01) == expected


def test_bad_input_is_named():
    for wrong in (
        lambda: over_seeds([]),
        lambda: over_seeds([0.1, np.nan]),
        lambda: over_rows([0.1]),
        lambda: paired_difference([1, 2, 3], [1, 2]),
        lambda: verdict(over_seeds([1.0]), -0.1),
        lambda: verdict(over_seeds([1.0]), np.nan),
        lambda: over_seeds([0.1, 0.2], sampling=-0.1),
        lambda: difference([0.1, 0.2], 0.1, sampling=np.nan),
        lambda: level_over_seeds([[0.1, 0.2], [0.3, 0.4]], np.eye(3)),
        lambda: difference_over_subsamples(0.1, [0.4, 0.6], [0.3, 0.4], 1.0),
        lambda: difference_over_subsamples(0.1, [0.4, 0.6], [0.3, 0.4], np.nan),
        lambda: difference_over_subsamples(0.1, [0.4], [0.3], 0.5),
        lambda: difference_over_subsamples([0.1, 0.2], [0.4, 0.6], [0.3, 0.4], 0.5),
        lambda: difference_over_subsamples(0.1, [0.4, 0.6], [0.4, 0.6, 0.5], 0.5),
        lambda: level_over_subsamples(np.ones((1, 3))),
        lambda: level_over_subsamples(np.ones(3)),
    ):
        with pytest.raises(InputError) as error:
            wrong()
        assert "\n" not in str(error.value)
