"""An autoencoder's codes beside as many principal components: by the measure that verdicts rest on, by neighbors, by all."""

from __future__ import annotations

import math

import numpy as np

from pipeline.report import formatting
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import MEASURES
from pipeline.report.verdict_wording import rebuilding, strongest
from pipeline.statistics import intervals
from pipeline.statistics.intervals import Measurement

WORDS = {"better": "yes", "worse": "no", "equivalent": "no difference", "undecided": "undecided"}


def answer(results: Results, encoder: str) -> str:
    """Whether it helped, at what, and against what, in words that `lines` and the verdicts give their numbers."""
    size, line = results.params.encoders[encoder]["code_size"], rebuilding(results, encoder)
    errors = Measurement(-line.difference, -line.difference_high, -line.difference_low, "", line.rows)
    said = [f"{WORDS[intervals.verdict(errors, 0)]} at rebuilding test rows"]
    twin, name = results.pca_of_same_size(encoder), strongest(results, encoder)
    if twin:
        found = _apart(results, encoder, twin, "r_nx_auc")
        alone = "" if formatting.interval(found.low, found.high) else " (one training, no interval)"
        word = WORDS[intervals.verdict(found, results.params.evaluate.equivalent_within)]
        said.append(f"{word} at keeping neighborhoods in the code{alone}")
    on_map = f"on the {formatting.method(results.params.maps[name])} map" if name else ""
    said += [
        f"{WORDS[line.verdict]} at keeping them {on_map}"
        for line in (results.comparisons_of("pca", name) if name and twin else [])
        if results.params.maps[line.against]["space"] == twin
    ]
    text = f"{encoder} against {size} components: {formatting.listed(said)}."
    for line in results.comparisons_of("raw", name) if name else []:
        text += f" Against no encoder at all: {WORDS[line.verdict]} at keeping neighborhoods {on_map}."
    return text


def lines(results: Results, encoder: str) -> list[str]:
    """The codes by area under R_NX, by neighbors, and by every measure that there is of codes."""
    size, twin, k = (
        results.params.encoders[encoder]["code_size"],
        results.pca_of_same_size(encoder),
        results.params.evaluate.k,
    )
    own = {measure: results.measure("codes", encoder, measure) for measure in ("r_nx_auc", "recall")}
    r_nx_auc, kept = (f"the codes of {encoder} keep {_value(own[measure], measure)}" for measure in own)
    if not twin:
        return [
            f"Neighborhoods of all sizes, by area under R_NX: {r_nx_auc}. Neighbors: {kept} of the {k} nearest. This run has no "
            f"PCA of {size} numbers to hold that against; add one to `encoders`."
        ]
    beside = {measure: _value(results.measure("codes", twin, measure), measure) for measure in own}
    gaps = {measure: _apart(results, encoder, twin, measure) for measure in own}
    found = [
        f"Neighborhoods of all sizes, by area under R_NX, on which the verdicts rest: {r_nx_auc}, {size} components "
        f"{beside['r_nx_auc']}: a difference of {_gap(gaps['r_nx_auc'], 'r_nx_auc')}, {gaps['r_nx_auc'].covers}."
    ]
    others = [
        f"{_both(results, encoder, twin, 'recall', other)} % of {other}"
        for other in sorted(results.params.evaluate.sizes)
        if other != k and results.measure("codes", encoder, "recall", other)
    ]
    more = f" Of other numbers, {encoder} first: {', '.join(others)}." if others else ""
    found.append(
        f"Neighbors: {kept} of the {k} nearest, {size} components {beside['recall']}: a difference of "
        f"{_gap(gaps['recall'], 'recall')}, {gaps['recall'].covers}.{more} All rows count, those learned from included."
    )
    return [*found, _by_all(results, encoder, twin)]


def _by_all(results: Results, encoder: str, twin: str) -> str:
    """Which of the two keeps more by which measure: all of them, the widest gaps first."""
    sides: dict[int, list[tuple[float, str]]] = {-1: [], 1: [], 0: []}
    for measure, said in MEASURES.items():
        if results.measure("codes", encoder, measure) is None or results.measure("codes", twin, measure) is None:
            continue
        gap = _hundredths(results, encoder, measure) - _hundredths(results, twin, measure)
        sides[int(np.sign(round(gap, 1)))].append((-abs(gap), f"{said} ({_both(results, encoder, twin, measure)})"))
    keeps = {
        -1: f"{results.params.encoders[twin]['code_size']} components keep more by",
        1: f"{encoder} by",
        0: "neither keeps more by",
    }
    told = [
        f"{keeps[side]} {formatting.listed([said for _, said in sorted(found)])}"
        for side, found in sides.items()
        if found
    ]
    count = sum(map(len, sides.values()))
    return f"By all {count} measures, in hundredths, {encoder} first, without intervals: {'; '.join(told)}."


def _both(results: Results, encoder: str, twin: str, measure: str, k: int | None = None) -> str:
    """ "84.1 and 94.6", or the number that both have."""
    own, other = (number(_hundredths(results, name, measure, k), 1) for name in (encoder, twin))
    return own if own == other else f"{own} and {other}"


def _hundredths(results: Results, name: str, measure: str, k: int | None = None) -> float:
    return round(100 * results.measure("codes", name, measure, k).value, 1)


def _value(found: Measurement, measure: str) -> str:
    ends = formatting.interval(found.low, found.high)
    return formatting.r_nx_auc(found, ends) if measure == "r_nx_auc" else f"{formatting.percent(found, ends)}"


def _gap(found: Measurement, measure: str) -> str:
    written = formatting.gap if measure == "r_nx_auc" else formatting.points
    return written(found.value, found.low, found.high)


def _apart(results: Results, encoder: str, twin: str, measure: str) -> Measurement:
    """The difference of the codes, with the interval that this run has: over trainings, of neighbors else over rows."""
    own, other = (results.measure("codes", name, measure) for name in (encoder, twin))
    value = own.value - other.value
    if own.n > 1 and formatting.interval(
        own.low, own.high
    ):  # PCA is the same each time; both have the error of a sample of rows
        reach = math.hypot(own.high - own.low, other.high - other.low) / 2
        return Measurement(value, value - reach, value + reach, f"over {own.n} trainings of {encoder}", own.n)
    rows = [_by_row(results, name) for name in (encoder, twin)]
    if measure == "recall" and all(found is not None for found in rows):
        over = intervals.paired_difference(*rows)
        covers = "over other rows like these, in codes fitted as here, not over another training"
        return Measurement(over.value, over.low, over.high, covers, over.n)
    return Measurement(
        value,
        value,
        value,
        f"one number each, since {encoder} is trained once (trainings in params.yaml asks for more)",
        1,
    )


def _by_row(results: Results, encoder: str) -> np.ndarray | None:
    """The share of its neighbors that each row keeps in a code, (n,): known of codes with a map, where neighbors are exact."""
    name = next((name for name, options in results.params.maps.items() if options["space"] == encoder), None)
    if name is None or results.neighbor_recall:
        return None
    lost = results.by_point(name, "lost_in_the_code") + results.by_point(name, "back_on_the_map")
    return 1 - lost / results.params.evaluate.k
