"""Confidence intervals, and verdicts on differences. Two kinds of interval are kept apart: over seeds, and over rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from pipeline.runtime.errors import InputError

LEVEL = 0.95
NOTHING_RANDOM = "nothing: nothing in it is random, so there is no interval"
ONE_SEED = "nothing: there is only one seed, so the difference between seeds is unknown"
SAMPLED = "; it was measured on a sample of the rows, which the interval includes"

Values = float | Sequence[float] | np.ndarray
Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True)
class Measurement:
    """A value, its interval from low to high, what the interval covers, and the number of seeds, rows or subsamples in it.

    counts  of a difference over seeds, how many each side has: "5 and 5 seeds"
    """

    value: float
    low: float
    high: float
    covers: str
    n: int
    counts: str = ""


def over_seeds(values: Values, level: float = LEVEL, seeds: str = "random seeds", sampling: float = 0.0) -> Measurement:
    """The mean over random seeds, with Student's t interval.

    values    (n,), one for each seed; or a single number where nothing is random
    seeds     what to call them
    sampling  squared standard error of measuring on a sample of the rows, taken as known: it has no degrees of
              freedom (Satterthwaite 1946); with it, a single number gets a normal interval

    A single number without sampling is its own interval. With one seed, (1,), the interval is infinite, and every
    verdict on it undecided.
    """
    covers = f"the mean over other {seeds}, on these rows ({_percent(level)} t interval, "
    return _over_seeds([values], level, sampling, f"{covers}{np.size(values)} {seeds.split()[-1]})")


def over_rows(values: Values, level: float = LEVEL) -> Measurement:
    """The mean over rows (n,), n at least 2, with Student's t interval."""
    mean, variance, n = summary(values)
    if n == 1:
        raise InputError("values: an interval over rows needs at least two rows, and there is one")
    half = _half_width(variance / n, n - 1, level)
    covers = f"the mean on other rows like these, for the models fitted here ({_percent(level)} t interval, {n:,} rows)"
    return Measurement(mean, mean - half, mean + half, covers, n)


def difference(a: Values, b: Values, level: float = LEVEL, sampling: float = 0.0) -> Measurement:
    """Mean of a less mean of b over independent random seeds, with the interval of Welch (1947).

    a, b      (n,) each, or a single number where nothing is random; with one seed on a side the interval is infinite
    sampling  squared standard error of the difference due to a sample of the rows, as in `over_seeds`
    """
    covers = f"the difference of the means over other random seeds, on these rows ({_percent(level)} Welch interval)"
    return _over_seeds([a, b], level, sampling, covers, f"{np.size(a)} and {np.size(b)} seeds")


def paired_difference(a_rows: Values, b_rows: Values, level: float = LEVEL) -> Measurement:
    """Mean of a - b over rows (for example, errors of two encoders), with Student's t interval.

    a_rows, b_rows  (n,), n at least 2; the same rows in the same order
    """
    a_rows, b_rows = np.asarray(a_rows, dtype=np.float64), np.asarray(b_rows, dtype=np.float64)
    if a_rows.shape != b_rows.shape:
        raise InputError(f"paired rows: shapes {a_rows.shape} and {b_rows.shape}; give the same rows twice")
    return over_rows(a_rows - b_rows, level)


def difference_of_measurements(a: Measurement, b: Measurement, covers: str = "") -> Measurement:
    """a - b of two measurements taken as independent: their half widths add in squares.

    If both are of the same rows, the interval is too wide rather than too narrow. n is a's.
    """
    value, half = a.value - b.value, math.hypot(a.high - a.low, b.high - b.low) / 2
    return Measurement(value, value - half, value + half, covers, a.n)


def difference_over_subsamples(
    value: float, a_subsampled: Values, b_subsampled: Values, share: float, level: float = LEVEL
) -> Measurement:
    """The difference of two maps of all rows, with the t interval of the delete-d jackknife (Shao and Wu 1989).

    value                       the difference on all rows, with one seed for each map
    a_subsampled, b_subsampled  (b,), b at least 2: the measure of each map computed again on each of b subsamples, drawn
                                without replacement; the same subsamples in the same order
    share                       share of the rows that a subsample has

    The variance over subsamples is scaled to the variance over samples (Politis, Romano and Wolf 1999), for a measure
    whose variance is proportional to 1 / rows. The variance between seeds is included: once at a share of 0.5, less
    below, more above. How the mean of the measure changes with the number of rows is not included.
    """
    a, b = np.asarray(a_subsampled, dtype=np.float64), np.asarray(b_subsampled, dtype=np.float64)
    if a.shape != b.shape:
        raise InputError(f"subsampled: shapes {a.shape} and {b.shape}; give the same subsamples twice")
    _, variance, count = summary(a - b)
    if count < 2:
        raise InputError("subsampled: one subsample; an interval over subsamples needs at least two")
    if not 0 < share < 1:
        raise InputError(f"share is {share}; allowed: between 0 and 1, the share of the rows that a subsample has")
    if np.ndim(value) or not np.isfinite(value):
        raise InputError(f"value: {str(value)[:60]}; give one finite number, measured on all rows")
    half = _half_width(share / (1 - share) * variance, count - 1, level)
    covers = (
        f"the difference on other rows like these, and with other seeds ({_percent(level)} interval, {count} pairs of maps of "
        f"subsamples with {_percent(share)} of the rows)"
    )
    return Measurement(float(value), value - half, value + half, covers, count)


def verdict(measured: Measurement, margin: float) -> Verdict:
    """The verdict on a difference, where larger is better (for errors, measure b - a).

    The first that applies: "equivalent" if the whole interval lies within -margin .. margin, even without zero in it:
    too small to matter; "better" if it lies above zero; "worse" if below; "undecided".
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
        raise InputError(f"values: {str(values.tolist())[:60]}; give one finite number for each seed or row")
    return float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0, len(values)


def _over_seeds(sides: list[Values], level: float, sampling: float, covers: str, counts: str = "") -> Measurement:
    """The first side's mean, less the second's if there is one."""
    if not 0 <= sampling < np.inf:
        raise InputError(f"sampling is {sampling}; allowed: a squared standard error, finite and not negative")
    means, variances, sizes = zip(*map(summary, sides), strict=True)
    value, n = means[0] - sum(means[1:]), sum(sizes)
    estimated = [(variances[k] / sizes[k], sizes[k] - 1) for k, values in enumerate(sides) if np.ndim(values) > 0]
    if not estimated and sampling == 0:
        return Measurement(value, value, value, NOTHING_RANDOM, n)
    if any(freedom == 0 for _, freedom in estimated):
        return Measurement(value, -np.inf, np.inf, ONE_SEED, n)
    if not estimated:
        covers, counts = f"the value, in which nothing is random ({_percent(level)} normal interval)", ""
    half = _half_width(*welch(estimated, sampling), level)
    return Measurement(value, value - half, value + half, covers + (SAMPLED if sampling > 0 else ""), n, counts)


def welch(estimated: list[tuple], sampling: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squared standard error, and degrees of freedom by Welch and Satterthwaite; infinite if nothing is estimated.

    estimated  (squared standard error, its degrees of freedom) of each estimated part, numbers or arrays
    sampling   squared standard error of the part that is known
    """
    squared_error = np.asarray(sum((part for part, _ in estimated), start=sampling), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # in shares, so that tiny variances do not underflow
        freedom = np.divide(1, sum((part / squared_error) ** 2 / freedom for part, freedom in estimated))
    return squared_error, np.where(squared_error > 0, freedom, 1)


def _half_width(squared_error: float, freedom: float, level: float) -> float:
    """Half the width of the t interval of a mean with this squared standard error."""
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(squared_error))


def _percent(level: float) -> str:
    return f"{100 * level:.4g} %"
