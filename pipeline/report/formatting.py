"""How numbers, intervals and lists are written for readers."""

from __future__ import annotations

import math
from typing import Any

MINUS = "−"


def is_interval(low: float, high: float) -> bool:
    """Whether these are the ends of an interval: one without width, or without end, is none."""
    return 0 < high - low < math.inf


def digits(low: float, high: float, most: int = 2) -> int:
    """Decimals that an interval supports: its half width is at least one unit of the last one.

    An interval without width, or without end, supports no number of digits; one is shown.
    """
    if not is_interval(low, high):
        return 1
    half = (high - low) / 2
    decimals = min(most, max(0, math.ceil(-math.log10(half))))
    if low * high > 0 and round(min(abs(low), abs(high)), decimals) == 0:
        return min(most, decimals + 1)  # an interval without zero must not seem to touch it
    return decimals


def number(value: float, decimals: int) -> str:
    """With a real minus, commas between thousands, and no minus before zero."""
    if not math.isfinite(value):
        return "unknown"
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def between(low: float, high: float, decimals: int) -> str:
    """ "(59.1 to 59.7)", or that there is no interval."""
    return f"({number(low, decimals)} to {number(high, decimals)})" if is_interval(low, high) else "(no interval)"


def percent(measured: Any, interval: bool = True) -> str:
    """ "59.4 % (59.1 to 59.7)" of a share with its interval."""
    value, low, high = (100 * part for part in (measured.value, measured.low, measured.high))
    decimals = digits(low, high)
    text = f"{number(value, decimals)} %"
    return f"{text} {between(low, high, decimals)}" if interval else text


def points(value: float, low: float, high: float) -> str:
    """ "8.3 points (7.8 to 8.8)" of a difference of shares."""
    value, low, high = 100 * value, 100 * low, 100 * high
    decimals = digits(low, high)
    amount = number(value, decimals)
    return f"{amount} {'point' if amount.lstrip(MINUS) == '1' else 'points'} {between(low, high, decimals)}"


def r_nx_auc(measured: Any, interval: bool = True) -> str:
    """ "0.514 (0.512 to 0.516)" of a measure from 0 to 1 with its interval."""
    text = gap(measured.value, measured.low, measured.high)
    return text if interval else text.partition(" ")[0]


def gap(value: float, low: float, high: float) -> str:
    """ "0.054 (0.050 to 0.059)" of a difference of such measures."""
    decimals = digits(low, high, most=3) if is_interval(low, high) else 3
    return f"{number(value, decimals)} {between(low, high, decimals)}"


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def cut(text: str, most: int) -> str:
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
