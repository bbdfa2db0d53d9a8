"""What a map gets wrong, and what not to read into it: words from their numbers, as in sentences.py."""

from __future__ import annotations

import math

import numpy as np

from pipeline.report.findings import Findings
from pipeline.report.names import number, percent
from pipeline.report.sentences import verdict


def lost(f: Findings, name: str) -> list[str]:
    """How much the map `name` loses, in which rows, in which classes."""
    share, k = f.lost(name), f.given.evaluate.k
    found = f.measure("maps", name, "recall")
    worst, half = 1 - np.quantile(share, 0.9), np.mean(share > 0.5)
    lines = [
        f"{f.titles[name]} loses {number(100 * (1 - found.value), 1)} % of the {k} true neighbors, "
        f"{number(k * (1 - found.value), 1)} of {k} for a row on average.",
        f"It is uneven: {number(100 * half, 0)} % of the rows lose more than half, and the worst tenth of "
        f"all rows keeps {number(100 * worst, 0)} % or less (first drawing).",
    ]
    by_label = classes(f, name)
    if len(by_label) > 1:
        (worst_label, _, least), (best_label, _, most) = by_label[0], by_label[-1]
        lines.append(
            f'Of the classes, "{worst_label}" keeps the fewest neighbors ({number(100 * least, 0)} %) and '
            f'"{best_label}" the most ({number(100 * most, 0)} %).'
        )
    return lines


def classes(f: Findings, name: str) -> list[tuple[str, int, float]]:
    """(label, rows, share of neighbors kept) on the map `name`, the fewest kept first."""
    if f.labels is None:
        return []
    kept = 1 - f.lost(name)
    found = [(label, f.labels == label) for label in f.dataset.info["labels"]]
    lines = [(label, int(own.sum()), float(kept[own].mean())) for label, own in found if own.any()]
    return sorted(lines, key=lambda line: line[2])


def not_to_read(f: Findings, name: str) -> list[tuple[str, str]]:
    """(what not to read into the map `name`, why: the number, or that there is none)."""
    share, k = f.lost(name), f.given.evaluate.k
    lines = [
        (
            "One row beside another.",
            f"Of a row's {k} neighbors on this map, {number(100 * share.mean(), 0)} % are none in the data "
            "(first drawing): trust groups before pairs.",
        ),
        ("Distances between clusters.", "Not measured. This page has no number that supports them."),
        ("Sizes and densities of clusters.", "Not measured either."),
        (
            "Islands as proof of structure.",
            "No structureless data were mapped: how often noise forms such islands is not known.",
        ),
        *_by_labels(f, name),
    ]
    plane = next(iter(f.compared("plane", name)), None)
    if plane is not None and plane.verdict != "better":
        lines.append(("More than PCA shows.", f"This map is {verdict(f, plane)}."))
    return lines


def _by_labels(f: Findings, name: str) -> list[tuple[str, str]]:
    own, raw = f.measure("maps", name, "label_accuracy"), f.measure("raw", "raw", "label_accuracy")
    if own is None or raw is None:
        return []
    said = f"Five neighbors name the class of {percent(own)} of the rows on the map, {percent(raw, False)} in the data"
    if own.low > raw.value:
        return [("Cleaner classes than the data have.", f"{said}: the map tidies, which is not keeping.")]
    if own.high < raw.value:
        return [("Mixed classes as mixed data.", f"{said}: the map mixes what the data keep apart.")]
    if not math.isfinite(own.high - own.low):
        return [("How cleanly classes part.", f"{said}: with one drawing, whether they differ is unknown.")]
    return [("How cleanly classes part.", f"{said}: no difference that other starts would not cover.")]
