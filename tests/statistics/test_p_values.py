"""Conformal p-values by hand, and at the rate they state."""

import numpy as np
import pytest
from scipy import stats

from pipeline.statistics.p_values import false_positive_rate, p_values, reference_size, smallest


def test_p_values_by_hand():
    reference = np.array([3.0, 1.0, 2.0, 2.0], dtype=np.float32)
    scores = np.array([0.5, 2.0, 2.5, 9.0], dtype=np.float32)
    np.testing.assert_allclose(p_values(scores, reference), [5 / 5, 4 / 5, 2 / 5, 1 / 5])


def test_rows_like_the_reference_fall_below_alpha_at_that_rate():
    """Reference and new rows are drawn each time: exactly a share of floor(alpha (n + 1)) / (n + 1) is at most alpha."""
    rng = np.random.default_rng(0)
    flagged = [(p_values(rng.chisquare(3, 50), rng.chisquare(3, 199)) <= 0.05).sum() for _ in range(400)]
    assert stats.ttest_1samp(np.array(flagged) / 50, 0.05).pvalue > 0.001


@pytest.mark.parametrize("alpha", [0.3, 0.1, 1 / 7, 0.05, 0.01, 0.003, 1e-5])
def test_the_reference_size_is_the_least_that_allows_a_p_value_below_alpha(alpha):
    needed = reference_size(alpha)
    for n in (needed - 1, needed):
        (least,) = p_values(np.array([9.0]), np.zeros(n))
        assert least == smallest(n) and (least < alpha) == (n == needed)
        assert (false_positive_rate(n, alpha) > 0) == (n == needed)


def test_the_false_positive_rate_counts_attainable_p_values():
    assert false_positive_rate(99, 0.05) == pytest.approx(0.04)  # 1/100 ... 4/100 are below 0.05
    assert false_positive_rate(100, 0.05) == pytest.approx(5 / 101)
