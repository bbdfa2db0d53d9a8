"""Intervals, and when a difference is one. Two kinds of interval, kept apart: other starts and other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from pipeline.runtime.errors import InputError

LEVEL = 0.95
NOTHING_RANDOM = "nothing: no random start is in it, so there is no interval"
ONE_START = "nothing: there is one start, and how far another would differ is unknown"
SAMPLED = "; the rows are a sample, which the interval allows for"

Values = float | Sequence[float] | np.ndarray
Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True)
class Measurement:
    """A value, its interval from low to high, what that covers, and the number of starts, rows or redrawn maps in it."""

    value: float
    low: float
    high: float
    covers: str
    n: int


def over_seeds(
    values: Values, level: float = LEVEL, starts: str = "random starts", sampling: float = 0.0
) -> Measurement:
    """The mean over random starts, with Student's t interval.

    values    (n,), one for each start; or a bare number, which says that nothing in it is random
    starts    what they are called
    sampling  squared standard error that measuring on a sample of the rows adds, known well: it takes no degree of
              freedom (Satterthwaite 1946); a bare number gets a normal interval by it

    A bare number without sampling is its own interval. One start alone says nothing about another: its interval is
    infinite, and every verdict that rests on it undecided.
    """
    covers = f"the mean over other {starts}, on these rows ({_percent(level)} t interval, "
    return _over_starts([values], level, sampling, f"{covers}{np.size(values)} {starts.split()[-1]})")


def over_rows(values: Values, level: float = LEVEL) -> Measurement:
    """The mean of one value for each of n rows, n at least 2, with Student's t interval."""
    mean, variance, n = summary(values)
    if n == 1:
        raise InputError("values: an interval over rows needs at least two rows, and there is one")
    reach = _reach(variance / n, n - 1, level)
    covers = f"the mean on other rows like these, for what was fitted here ({_percent(level)} t interval, {n:,} rows)"
    return Measurement(mean, mean - reach, mean + reach, covers, n)


def difference(a: Values, b: Values, level: float = LEVEL, sampling: float = 0.0) -> Measurement:
    """Mean of a less mean of b over independent random starts, with the interval of Welch (1947).

    sampling  squared standard error that a sample of the rows adds to the difference, as in `over_seeds`

    A bare number is a side without random starts, hence without variance; a side of one start makes the interval
    infinite. n adds both sides.
    """
    covers = "the difference of the means over other random starts, on these rows"
    starts = f"{np.size(a)} and {np.size(b)} starts"
    return _over_starts([a, b], level, sampling, f"{covers} ({_percent(level)} Welch interval, {starts})")


def paired_difference(a_rows: Values, b_rows: Values, level: float = LEVEL) -> Measurement:
    """Mean of a - b over rows measured both ways (errors of two encoders, say), with Student's t interval.

    a_rows, b_rows  (n,), n at least 2; row i is the same thing in both
    """
    a_rows, b_rows = np.asarray(a_rows, dtype=np.float64), np.asarray(b_rows, dtype=np.float64)
    if a_rows.shape != b_rows.shape:
        raise InputError(f"paired rows: shapes {a_rows.shape} and {b_rows.shape}; give the same rows twice")
    return over_rows(a_rows - b_rows, level)


def over_subsamples(value: float, subsampled: Values, share: float, level: float = LEVEL) -> Measurement:
    """A measure of a map on all rows, with the t interval of the delete-d jackknife (Shao and Wu 1989).

    value    of the map of all rows, of one start
    redrawn  (b,), b at least 2: of the map drawn anew on each of b subsamples, without replacement
    share    of the rows that is in a subsample

    The spread over subsamples is scaled to that over samples (Politis, Romano and Wolf 1999), for a measure whose
    variance falls as one over the rows. Another start's spread is in it: once at a share of 0.5, less below, more
    above. How far the measure itself shifts with the number of rows is not.
    """
    covers = "the value on other rows like these, and another start"
    return _over_subsamples(value, subsampled, share, level, covers, "maps redrawn on")


def difference_over_subsamples(
    value: float, a_redrawn: Values, b_redrawn: Values, share: float, level: float = LEVEL
) -> Measurement:
    """The difference of two maps on all rows, with the interval of `over_subsamples` for a - b on the same subsamples.

    value                 the difference, on all rows
    a_redrawn, b_redrawn  (b,), b at least 2; subsample i is the same in both
    """
    a, b = np.asarray(a_redrawn, dtype=np.float64), np.asarray(b_redrawn, dtype=np.float64)
    if a.shape != b.shape:
        raise InputError(f"redrawn: shapes {a.shape} and {b.shape}; give the same subsamples twice")
    covers = "the difference on other rows like these, and other starts"
    return _over_subsamples(value, a - b, share, level, covers, "pairs of maps redrawn on")


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


def summary(values: Values) -> tuple[float, float, int]:
    """Mean, variance (by n - 1; zero for one value) and number of values."""
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if values.ndim != 1 or len(values) == 0 or not np.isfinite(values).all():
        raise InputError(f"values: {str(values.tolist())[:60]}; give one finite number for each start or row")
    return float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0, len(values)


def _over_starts(sides: list[Values], level: float, sampling: float, covers: str) -> Measurement:
    """The first side's mean, less the second's where there is one."""
    if not 0 <= sampling < np.inf:
        raise InputError(f"sampling is {sampling}; allowed: a squared standard error, finite and not negative")
    means, variances, counts = zip(*map(summary, sides), strict=True)
    value, n = means[0] - sum(means[1:]), sum(counts)
    drawn = [(variances[k] / counts[k], counts[k] - 1) for k, values in enumerate(sides) if np.ndim(values) > 0]
    if not drawn and sampling == 0:
        return Measurement(value, value, value, NOTHING_RANDOM, n)
    if any(freedom == 0 for _, freedom in drawn):
        return Measurement(value, -np.inf, np.inf, ONE_START, n)
    if not drawn:
        covers = f"the value, in which no random start is ({_percent(level)} normal interval)"
    reach = _reach(*welch(drawn, sampling), level)
    return Measurement(value, value - reach, value + reach, covers + (SAMPLED if sampling > 0 else ""), n)


def _over_subsamples(
    value: float, subsampled: Values, share: float, level: float, covers: str, what: str
) -> Measurement:
    _, variance, b = summary(subsampled)
    if b < 2:
        raise InputError("redrawn: one subsample; an interval over subsamples needs at least two")
    if not 0 < share < 1:
        raise InputError(f"share is {share}; allowed: between 0 and 1, the part of the rows that is in a subsample")
    if np.ndim(value) or not np.isfinite(value):
        raise InputError(f"value: {str(value)[:60]}; give one finite number, measured on all rows")
    reach = _reach(share / (1 - share) * variance, b - 1, level)
    covers = f"{covers} ({_percent(level)} interval, {b} {what} subsamples of {_percent(share)} of the rows)"
    return Measurement(float(value), value - reach, value + reach, covers, b)


def welch(drawn: list[tuple], sampling: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squared standard error, and degrees of freedom by Welch and Satterthwaite; infinite where nothing is estimated.

    drawn     (squared standard error, its degrees of freedom) of each estimated part, numbers or arrays
    sampling  squared standard error of the part that is known
    """
    squared_error = np.asarray(sum((part for part, _ in drawn), start=sampling), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # in shares, so that tiny variances do not underflow
        freedom = np.divide(1, sum((part / squared_error) ** 2 / freedom for part, freedom in drawn))
    return squared_error, np.where(squared_error > 0, freedom, 1)


def _reach(squared_error: float, freedom: float, level: float) -> float:
    """Half the width of the t interval of a mean with this squared standard error."""
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(squared_error))


def _percent(level: float) -> str:
    return f"{100 * level:.4g} %"
