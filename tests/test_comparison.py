"""Intervals cover, and verdicts err, at the rates they state; formulas against SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.comparison import Measurement, difference, over_rows, over_seeds, paired_difference, verdict
from pipeline.errors import InputError

REPEATS = 4000
NORMAL = 3 * np.sqrt(0.05 * 0.95 / REPEATS)  # three standard errors of a rate of 5 %
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


def test_a_bare_number_is_its_own_interval_and_one_start_has_none():
    for found in (over_seeds(0.7), difference(0.9, 0.2)):
        assert found.low == found.value == found.high == pytest.approx(0.7)
    for found in (over_seeds([0.7]), difference([0.9], 0.2), difference([0.9], [0.2, 0.3])):
        assert (found.low, found.high) == (-np.inf, np.inf)
        assert verdict(found, 0.01) == "undecided"
    same = difference([0.5, 0.5, 0.5], [0.25, 0.25])
    assert (same.low, same.value, same.high) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(("spread_a", "spread_b", "starts_b"), [(1, 1, 5), (1, 4, 5), (1, 0, 1), (3, 1, 8)])
def test_intervals_cover_at_their_rate_and_equal_methods_seldom_differ(spread_a, spread_b, starts_b):
    """95 % of intervals hold the true difference, zero; with no margin, a verdict errs where one does not."""
    rng = np.random.default_rng(7)
    found = [
        difference(rng.normal(0, spread_a, 5), rng.normal(0, spread_b, starts_b) if starts_b > 1 else 0.0)
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


@pytest.mark.parametrize(
    ("shift", "spread", "right", "at_least"),
    [
        (0.010, 0.002, {"better", "undecided"}, 0.95),  # just at the margin: "equivalent" is wrong
        (-0.010, 0.002, {"worse", "undecided"}, 0.95),
        (0.000, 0.002, {"equivalent"}, 0.99),  # well within it: found
        (0.050, 0.010, {"better"}, 0.99),  # well beyond it: found
        (-0.050, 0.010, {"worse"}, 0.99),
        (0.000, 0.050, {"undecided"}, 0.94),  # too few starts to tell
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
    ):
        with pytest.raises(InputError):
            wrong()
