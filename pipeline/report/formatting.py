"""How maps, codes and numbers are written out for readers."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from pipeline import methods
from pipeline.config import Params, entry

METHODS = {  # others go by their name in params.yaml
    "pca": "PCA",
    "tsne": "t-SNE",
    "umap": "UMAP",
    "parametric_tsne": "parametric t-SNE",
    "parametric_umap": "parametric UMAP",
    "sklearn_tsne": "t-SNE (scikit-learn)",
    "code": "plane",
}
RAW = {"image": "raw pixels", "vector": "raw columns", "sequence": "raw series"}
MINUS = "−"


def method(options: dict[str, Any]) -> str:
    return METHODS.get(options["method"], options["method"])


def space(name: str, given: Params, kind: str) -> str:
    """ "raw pixels", "10 components", "deep codes"."""
    if name == "raw":
        return RAW.get(kind, "raw data")
    options = given.encoders[name]
    return f"{options['code_size']} components" if options["kind"] == "pca" else f"{name} codes"


def row(kind: str) -> str:
    return "series" if kind == "sequence" else "row"


def column(kind: str) -> str:
    return "channel" if kind == "sequence" else "column"


def titles(given: Params, kind: str) -> dict[str, str]:
    """map -> "t-SNE of raw pixels", "t-SNE of raw pixels, perplexity 5" of one of several; maps that would share a title
    add their names."""
    plain = {
        name: ", ".join([f"{method(options)} of {space(options['space'], given, kind)}", *_values(name, given)])
        for name, options in given.maps.items()
    }
    shared = {title for title, count in Counter(plain.values()).items() if count > 1}
    return {name: f"{title} ({name})" if title in shared else title for name, title in plain.items()}


def _values(name: str, given: Params) -> list[str]:
    """ "perplexity 5": what tells a map from the others of its entry."""
    others = [given.maps[other] for other in methods.tuned(given).get(entry(name), [])]
    own = given.maps[name]
    return [f"{key} {value}" for key, value in own.items() if any(other[key] != value for other in others)]


def interval(low: float, high: float) -> bool:
    """Whether these are the ends of an interval: one without width, or without end, is none."""
    return 0 < high - low < math.inf


def digits(low: float, high: float, most: int = 2) -> int:
    """Decimals that an interval supports: its half width is at least one unit of the last one.

    An interval without width, or without end, supports no number of digits; one is shown.
    """
    if not interval(low, high):
        return 1
    half = (high - low) / 2
    decimals = min(most, max(0, math.ceil(-math.log10(half))))
    if low * high > 0 and round(min(abs(low), abs(high)), decimals) == 0:
        return min(most, decimals + 1)  # an interval that leaves out zero must not seem to touch it
    return decimals


def number(value: float, decimals: int) -> str:
    """With a real minus, thousands apart, and no minus before zero."""
    if not math.isfinite(value):
        return "unknown"
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def between(low: float, high: float, decimals: int) -> str:
    """ "(59.1 to 59.7)", or that there is no interval."""
    return f"({number(low, decimals)} to {number(high, decimals)})" if interval(low, high) else "(no interval)"


def percent(found: Any, ends: bool = True) -> str:
    """ "59.4 % (59.1 to 59.7)" of a share with its interval."""
    value, low, high = (100 * part for part in (found.value, found.low, found.high))
    decimals = digits(low, high)
    text = f"{number(value, decimals)} %"
    return f"{text} {between(low, high, decimals)}" if ends else text


def points(value: float, low: float, high: float) -> str:
    """ "8.3 points (7.8 to 8.8)" of a difference of shares."""
    value, low, high = 100 * value, 100 * low, 100 * high
    decimals = digits(low, high)
    amount = number(value, decimals)
    return f"{amount} {'point' if amount.lstrip(MINUS) == '1' else 'points'} {between(low, high, decimals)}"


def r_nx_auc(found: Any, ends: bool = True) -> str:
    """ "0.514 (0.512 to 0.516)" of a measure from 0 to 1 with its interval."""
    text = gap(found.value, found.low, found.high)
    return text if ends else text.partition(" ")[0]


def gap(value: float, low: float, high: float) -> str:
    """ "0.054 (0.050 to 0.059)" of a difference of such measures."""
    decimals = digits(low, high, most=3) if interval(low, high) else 3
    return f"{number(value, decimals)} {between(low, high, decimals)}"


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def cut(text: str, most: int) -> str:
    text = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
