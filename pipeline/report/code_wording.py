"""The wording of how an autoencoder's code compares with the PCA code of the same size."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.report import formatting, titles
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import MEASURES
from pipeline.report.verdict_wording import best_map_of, reconstruction_of

WORDS = {"better": "yes", "worse": "no", "equivalent": "no difference", "undecided": "undecided"}


def answer(results: Results, encoder: str) -> str:
    """Whether the autoencoder helped: for reconstruction, in the code, and on the map."""
    size, name = results.params.encoders[encoder]["code_size"], best_map_of(results, encoder)
    answers = [f"{WORDS[reconstruction_of(results, encoder).verdict]} for reconstructing test rows"]
    row = results.code_comparison(encoder, "r_nx_auc")
    if row is not None:
        once = "" if formatting.is_interval(row.low, row.high) else " (one training, no interval)"
        answers.append(f"{WORDS[row.verdict]} for neighborhoods in the code{once}")
    on_map = f"on the {titles.method(results.params.maps[name])} map" if name else ""
    answers += [
        f"{WORDS[each.verdict]} for neighborhoods {on_map}"
        for each in (results.comparisons_of("pca", name) if name and row is not None else [])
        if results.params.maps[each.against]["space"] == row.against
    ]
    text = f"{encoder} compared with {size} principal components: {formatting.listed(answers)}."
    for each in results.comparisons_of("raw", name) if name else []:
        text += f" Compared with no encoder: {WORDS[each.verdict]} for neighborhoods {on_map}."
    return text


def sentences(results: Results, encoder: str) -> list[str]:
    """The two codes compared by R_NX AUC, by neighbor recall, and by every measure of codes."""
    size, k = results.params.encoders[encoder]["code_size"], results.params.evaluate.k
    r_nx_auc, recall = (results.code_comparison(encoder, measure) for measure in ("r_nx_auc", "recall"))
    own_auc, own_recall = (_value(results, encoder, measure) for measure in ("r_nx_auc", "recall"))
    if r_nx_auc is None:
        return [
            f"R_NX AUC of the code of {encoder}: {own_auc}. Neighbor recall (k = {k}): {own_recall}. This run has no PCA with "
            f"{size} dimensions to compare with; add one to `encoders`."
        ]
    sizes = [other for other in sorted(results.params.evaluate.sizes) if other != k]
    others = [
        f"{_both(row)} % (k = {row.k})" for row in (results.code_comparison(encoder, "recall", k) for k in sizes) if row
    ]
    more = f" Other neighborhood sizes, {encoder} first: {', '.join(others)}." if others else ""
    return [
        f"R_NX AUC, which the verdicts are about: the code of {encoder} has {own_auc}, {size} principal components "
        f"{_value(results, r_nx_auc.against, 'r_nx_auc')}: a difference of "
        f"{formatting.gap(r_nx_auc.difference, r_nx_auc.low, r_nx_auc.high)}, {r_nx_auc.covers}.",
        f"Neighbor recall (k = {k}): the code of {encoder} has {own_recall}, {size} principal components "
        f"{_value(results, recall.against, 'recall')}: a difference of "
        f"{formatting.points(recall.difference, recall.low, recall.high)}, {recall.covers}.{more} All rows count, training rows "
        "included.",
        _by_all_measures(results, encoder, size),
    ]


def _by_all_measures(results: Results, encoder: str, size: int) -> str:
    """Which code is better by which measure, the largest differences first."""
    by_sign: dict[int, list[tuple[float, str]]] = {-1: [], 1: [], 0: []}
    for measure, label in MEASURES.items():
        if (row := results.code_comparison(encoder, measure)) is not None:
            gap = round(_percent(row.value) - _percent(row.against_value), 1)
            by_sign[int(np.sign(gap))].append((-abs(gap), f"{label} ({_both(row)})"))
    subject = {-1: f"{size} principal components are better by", 1: f"{encoder} by", 0: "equal are"}
    parts = [
        f"{subject[sign]} {formatting.listed([text for _, text in sorted(measured)])}"
        for sign, measured in by_sign.items()
        if measured
    ]
    count = sum(map(len, by_sign.values()))
    return f"By all {count} measures, in percent, {encoder} first, without intervals: {'; '.join(parts)}."


def _both(row: Any) -> str:
    """ "84.1 and 94.6", or one number if both are equal."""
    own, other = number(_percent(row.value), 1), number(_percent(row.against_value), 1)
    return own if own == other else f"{own} and {other}"


def _percent(value: float) -> float:
    return round(100 * value, 1)


def _value(results: Results, encoder: str, measure: str) -> str:
    row = results.measure("codes", encoder, measure)
    interval = formatting.is_interval(row.low, row.high)
    return formatting.r_nx_auc(row, interval) if measure == "r_nx_auc" else formatting.percent(row, interval)
