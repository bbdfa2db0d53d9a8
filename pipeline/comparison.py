"""Intervals, and when a difference is one. Two kinds of interval, kept apart: other starts and other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from pipeline.errors import InputError

LEVEL = 0.95

Values = Sequence[float] | np.ndarray
Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True)
class Measurement:
    """A value, its interval from low to high, what that covers, and the number of starts or rows in it."""

    value: float
    low: float
    high: float
    covers: str
    n: int


def over_seeds(values: Values, level: float = LEVEL) -> Measurement:
    """The mean over random starts, with Student's t interval.

    values  (n,), one for each start. A single one is its own interval: right for a method without random
            starts, and silent about other starts of any other method; `covers` says so
    """
    mean, variance, n = _summary(values)
    if n == 1:
        return Measurement(mean, mean, mean, "this one drawing only; no interval", n)
    reach = _reach(variance / n, n - 1, level)
    covers = f"the mean over other random starts, on these rows ({level:.4g} t interval, {n} starts)"
    return Measurement(mean, mean - reach, mean + reach, covers, n)


def over_rows(values: Values, level: float = LEVEL) -> Measurement:
    """The mean of one value for each of n rows, n at least 2, with Student's t interval."""
    mean, variance, n = _summary(values)
    if n == 1:
        raise InputError("values: an interval over rows needs at least two rows, and there is one")
    reach = _reach(variance / n, n - 1, level)
    covers = f"the mean on other rows like these, for what was fitted here ({level:.4g} t interval, {n} rows)"
    return Measurement(mean, mean - reach, mean + reach, covers, n)


def difference(a: Values, b: Values, level: float = LEVEL) -> Measurement:
    """Mean of a less mean of b over independent random starts, with the interval of Welch (1947).

    A side with a single value counts as one without random starts, hence without variance. n adds both sides.
    """
    (mean_a, variance_a, n_a), (mean_b, variance_b, n_b) = _summary(a), _summary(b)
    value, n = mean_a - mean_b, n_a + n_b
    sides = [(variance_a, n_a), (variance_b, n_b)]
    drawn = [(variance / count, count - 1) for variance, count in sides if count > 1]
    if not drawn:
        return Measurement(value, value, value, "these two drawings only; no interval", n)
    squared_error = sum(part for part, _ in drawn)
    freedom = 1.0
    if squared_error > 0:  # Welch and Satterthwaite, in shares so that tiny variances do not underflow
        freedom = 1 / sum((part / squared_error) ** 2 / freedom for part, freedom in drawn)
    reach = _reach(squared_error, freedom, level)
    covers = (
        "the difference of the means over other random starts, on these rows"
        f" ({level:.4g} Welch interval, {n_a} and {n_b} starts)"
    )
    return Measurement(value, value - reach, value + reach, covers, n)


def paired_difference(a_rows: Values, b_rows: Values, level: float = LEVEL) -> Measurement:
    """Mean of a - b over rows measured both ways (errors of two encoders, say), with Student's t interval.

    a_rows, b_rows  (n,), n at least 2; row i is the same thing in both
    """
    a_rows, b_rows = np.asarray(a_rows, dtype=np.float64), np.asarray(b_rows, dtype=np.float64)
    if a_rows.shape != b_rows.shape:
        raise InputError(f"paired rows: shapes {a_rows.shape} and {b_rows.shape}; give the same rows twice")
    return over_rows(a_rows - b_rows, level)


def verdict(measured: Measurement, margin: float) -> Verdict:
    """What a difference allows to be said, where more is better (for errors, measure b - a).

    In this order: "equivalent" where the whole interval lies within -margin .. margin, even if it leaves out
    zero: too small to matter. "better" where it lies above zero, "worse" where below. Else "undecided".
    """
    if not margin >= 0:
        raise InputError(f"margin is {margin}; allowed: zero or more")
    if -margin <= measured.low and measured.high <= margin:
        return "equivalent"
    if measured.low > 0:
        return "better"
    if measured.high < 0:
        return "worse"
    return "undecided"


def _summary(values: Values) -> tuple[float, float, int]:
    """Mean, variance (by n - 1; zero for one value) and number of values."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise InputError(f"values: {str(values.tolist())[:60]}; give one finite number for each start or row")
    return float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0, len(values)


def _reach(squared_error: float, freedom: float, level: float) -> float:
    """Half the width of the t interval of a mean with this squared standard error."""
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(squared_error))
