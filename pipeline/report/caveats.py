"""What a map gets wrong, and what not to read into it: words from their numbers, as in sentences.py."""

from __future__ import annotations

import math

import numpy as np

from pipeline.report import clusters
from pipeline.report.formatting import listed, method, number, percent
from pipeline.report.results import Results
from pipeline.report.verdict_wording import drawn, verdict

KEPT = 0.9  # correlation from which far distances, or densities, may be read
MISPLACED = 0.8  # of its neighbors that a row loses
Doubt = tuple[str, str]  # what not to read into a map, and the number that says so


def lost(results: Results, name: str) -> list[str]:
    """How much the map `name` loses, in which rows, in which classes."""
    share, k = results.share_lost(name), results.params.evaluate.k
    found = results.measure("maps", name, "recall")
    worst, half = 1 - np.quantile(share, 0.9), np.mean(share > 0.5)
    left = f"{number(100 * worst, 0)} % or less" if worst > 0 else "none"
    lines = [
        f"{results.titles[name]} loses {number(100 * (1 - found.value), 1)} % of the {k} true neighbors, and as many of the {k} that "
        f"it shows are false{_early(results, name)}.",
        f"It is uneven: {number(100 * half, 0)} % of the rows lose more than half, and the worst tenth of "
        f"all rows keeps {left} (first drawing).",
    ]
    labels = results.dataset.info["labels"]
    kept = sorted((_near(shares), label) for label in labels if (shares := results.neighbor_shares(name, label=label)))
    if len(kept) > 1:
        (least, worst_label), (most, best_label) = kept[0], kept[-1]
        lines.append(
            f'Of the classes, "{worst_label}" keeps the fewest neighbors ({number(100 * least, 0)} %) and '
            f'"{best_label}" the most ({number(100 * most, 0)} %).'
        )
    return lines


def _near(shares: dict[str, float]) -> float:
    """The share of true neighbors that are near on the map, in the code or not."""
    return shares["kept"] + shares["back on the map"]


def _early(results: Results, name: str) -> str:
    """How many of a map's neighbors are false in the code already."""
    if results.params.maps[name]["space"] == "raw":
        return ""
    return f", {number(100 * results.neighbor_shares(name, false=True)['from the code'], 1)} % of the {results.params.evaluate.k} in the code already"


def not_to_read(results: Results, name: str) -> list[Doubt]:
    """All that the map `name` should not be read for, the general first."""
    doubts = (_pairs, _far, _dense, clusters.doubts, _categories, _misplaced, _scale, _by_labels, _plane)
    return [doubt for found in doubts for doubt in found(results, name)]


def caveat(results: Results, name: str) -> str:
    """The same in few words, and what the map is one of, for a picture without its page."""
    found = listed([what[0].lower() + what[1:].rstrip(".") for what, _ in not_to_read(results, name)])
    return f"What not to read into {results.titles[name]}: {found}. {drawn(results)}"


def _pairs(results: Results, name: str) -> list[Doubt]:
    kept, k = results.measure("maps", name, "recall").value, results.params.evaluate.k
    said = f"{number(k * (1 - kept), 1)} of a row's {k} neighbors on this map are none in the data: trust groups before pairs."
    lines = [("One row beside another.", said)]
    stable = results.measure("maps", name, "stability")
    if stable is not None:
        lines.append(
            (
                "Neighbors that another start would change.",
                f"{number(100 * (1 - stable.value), 0)} % of them are others on the other drawings.",
            )
        )
    return lines


def order(results: Results, name: str) -> float | None:
    """How far the order of distances is kept, between rows or between class centers, whichever is less; None where all
    distances are alike."""
    found = [results.measure("maps", name, f"{what}_correlation") for what in ("distance", "centroid")]
    return None if found[0] is None else min(line.value for line in found if line is not None)


def _far(results: Results, name: str) -> list[Doubt]:
    least = order(results, name)
    if least is None or least >= KEPT:
        return []
    between, pairs = (results.measure("maps", name, f"{what}_correlation") for what in ("centroid", "distance"))
    count = results.shepard["pairs"].iloc[0]
    said = f"Over {count:,} pairs of rows, distances on the map have a rank correlation of {number(pairs.value, 2)} with the data's"
    if between is not None:
        said += f"; between class centers, {number(between.value, 2)}"
    return [("Distances between clusters.", f"{said} (1 would keep their order).")]


def _dense(results: Results, name: str) -> list[Doubt]:
    found = results.measure("maps", name, "density_correlation")
    if found is None or found.value >= KEPT:
        return []
    said = (
        f"How far a row is from its neighbors has a correlation of {number(found.value, 2)} with the same in the data."
    )
    return [("Sizes and densities of clusters.", said)]


def _misplaced(results: Results, name: str) -> list[Doubt]:
    """Rows that most maps put in a wrong place, this one among them."""
    wrong = np.stack([results.share_lost(other) > MISPLACED for other in results.maps])
    most = (wrong.mean(axis=0) > 0.5) & (results.share_lost(name) > MISPLACED)
    if len(results.maps) < 3 or not most.any():
        return []
    said = (
        f"{most.sum():,} of {len(most):,} rows lost more than {number(100 * MISPLACED, 0)} % of their neighbors here and on "
        f"most of the {len(results.maps)} maps: where they stand says little."
    )
    return [("Rows that most maps misplace.", said)]


def _categories(results: Results, name: str) -> list[Doubt]:
    """Columns of categories that decide who is near whom in the data, and so on every map of them."""
    table, near, lines = results.dataset.table, results.neighbors[:, : results.params.evaluate.k], []
    for column in results.dataset.info["reading"]["levels"]:
        if column in table:
            values = table[column].astype(str).to_numpy()
            alike, counts = np.mean(values[near] == values[:, None]), np.unique(values, return_counts=True)[1]
            chance = np.square(counts / len(values)).sum()
            if alike > (1 + chance) / 2:
                said = (
                    f"In the data, {number(100 * alike, 0)} % of a row's {near.shape[1]} nearest have the same {column}, where "
                    f"{number(100 * chance, 0)} % would by chance: color by it first, or take it out of the card's categories."
                )
                lines.append((f"Groups that may only show {column}.", said))
    return lines


def _scale(results: Results, name: str) -> list[Doubt]:
    """Whether the method looks at very few, or very many, of the rows."""
    options, n = results.params.maps[name], len(results.dataset.table)
    key = next((key for key in ("perplexity", "n_neighbors") if key in options), None)
    if key is None:
        return []
    value, lines = options[key], []
    what = f"{key} {value:g}"
    if value < n / 1000:
        lines.append(("How groups lie to each other.", f"{what} looks at {value:g} of {n:,} rows at a time: far order is left to the start."))  # fmt: skip
    if value > n / 10:
        lines.append(
            ("Small groups.", f"{what} is more than a tenth of {n:,} rows: groups smaller than it may run together.")
        )
    counts = (
        results.dataset.table["label"].value_counts()
        if results.labels is not None and len(results.dataset.info["labels"]) > 1
        else []
    )
    small = [f'"{label}" ({count})' for label, count in counts.items() if count < value] if len(counts) else []
    if small and value <= n / 10:
        shown = listed(small[:5]) + (f" and {len(small) - 5} more" if len(small) > 5 else "")
        lines.append(("Classes smaller than the neighborhood.", f"{method(options)} with {what} may not keep apart what is smaller: {shown}."))  # fmt: skip
    return lines


def _plane(results: Results, name: str) -> list[Doubt]:
    plane = next(iter(results.comparisons_of("plane", name)), None)
    if plane is None or plane.verdict == "better":
        return []
    return [("More than PCA shows.", f"This map is {verdict(results, plane)}.")]


def _by_labels(results: Results, name: str) -> list[Doubt]:
    own, raw = results.measure("maps", name, "label_accuracy"), results.measure("raw", "raw", "label_accuracy")
    if own is None or raw is None:
        return []
    said = f"Five neighbors name the class of {percent(own)} of the rows on the map, {percent(raw, False)} in the data"
    margin = results.params.evaluate.equivalent_within
    if own.low > raw.value + margin:
        return [("Cleaner classes than the data have.", f"{said}: the map tidies, which is not keeping.")]
    if own.high < raw.value - margin:
        return [("Mixed classes as mixed data.", f"{said}: the map mixes what the data keep apart.")]
    if not math.isfinite(own.high - own.low):
        return [("How cleanly classes part.", f"{said}: with one drawing, whether they differ is unknown.")]
    return []
