"""Intervals, and when a difference is one. Two kinds of interval, kept apart: other starts and other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from pipeline.errors import InputError

LEVEL = 0.95
NOTHING_RANDOM = "nothing: no random start is in it, so there is no interval"
ONE_START = "nothing: there is one start, and how far another would differ is unknown"

Values = float | Sequence[float] | np.ndarray
Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True)
class Measurement:
    """A value, its interval from low to high, what that covers, and the number of starts or rows in it."""

    value: float
    low: float
    high: float
    covers: str
    n: int


def over_seeds(values: Values, level: float = LEVEL, starts: str = "random starts") -> Measurement:
    """The mean over random starts, with Student's t interval.

    values  (n,), one for each start; or a bare number, which says that nothing in it is random
    starts  what they are called

    A bare number is its own interval. One start alone says nothing about another: its interval is infinite, and
    every verdict that rests on it undecided.
    """
    mean, variance, n = _summary(values)
    if np.ndim(values) == 0:
        return Measurement(mean, mean, mean, NOTHING_RANDOM, n)
    if n == 1:
        return Measurement(mean, -np.inf, np.inf, ONE_START, n)
    reach = _reach(variance / n, n - 1, level)
    covers = f"the mean over other {starts}, on these rows ({_percent(level)} t interval, {n} {starts.split()[-1]})"
    return Measurement(mean, mean - reach, mean + reach, covers, n)


def over_rows(values: Values, level: float = LEVEL) -> Measurement:
    """The mean of one value for each of n rows, n at least 2, with Student's t interval."""
    mean, variance, n = _summary(values)
    if n == 1:
        raise InputError("values: an interval over rows needs at least two rows, and there is one")
    reach = _reach(variance / n, n - 1, level)
    covers = f"the mean on other rows like these, for what was fitted here ({_percent(level)} t interval, {n:,} rows)"
    return Measurement(mean, mean - reach, mean + reach, covers, n)


def difference(a: Values, b: Values, level: float = LEVEL) -> Measurement:
    """Mean of a less mean of b over independent random starts, with the interval of Welch (1947).

    A bare number is a side without random starts, hence without variance; a side of one start makes the interval
    infinite. n adds both sides.
    """
    (mean_a, variance_a, n_a), (mean_b, variance_b, n_b) = _summary(a), _summary(b)
    value, n = mean_a - mean_b, n_a + n_b
    sides = [(a, variance_a, n_a), (b, variance_b, n_b)]
    drawn = [(variance / count, count - 1) for values, variance, count in sides if np.ndim(values) > 0]
    if not drawn:
        return Measurement(value, value, value, NOTHING_RANDOM, n)
    if any(freedom == 0 for _, freedom in drawn):
        return Measurement(value, -np.inf, np.inf, ONE_START, n)
    squared_error = sum(part for part, _ in drawn)
    freedom = 1.0
    if squared_error > 0:  # Welch and Satterthwaite, in shares so that tiny variances do not underflow
        freedom = 1 / sum((part / squared_error) ** 2 / freedom for part, freedom in drawn)
    reach = _reach(squared_error, freedom, level)
    covers = (
        "the difference of the means over other random starts, on these rows"
        f" ({_percent(level)} Welch interval, {n_a} and {n_b} starts)"
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
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise InputError(f"values: {str(values.tolist())[:60]}; give one finite number for each start or row")
    return float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0, len(values)


def _reach(squared_error: float, freedom: float, level: float) -> float:
    """Half the width of the t interval of a mean with this squared standard error."""
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(squared_error))


def _percent(level: float) -> str:
    return f"{100 * level:.4g} %"
