"""The wording of comparisons of codes, each number from its table."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.evaluation import code_comparisons
from pipeline.report import code_wording, published_claims

ONE = {"tsne": {"space": "raw", "method": "tsne"}}


def codes_of(results, kept=None, trainings=None, **values):
    """The same with other measures of deep's code: measure -> value; PCA's are 0.7, and 0.97 with labels."""
    summary = results.summary.copy()
    own = (summary["view"] == "codes") & (summary["name"] == "deep")
    if trainings:
        summary.loc[own, ["low", "high", "n"]] = trainings
    for measure, value in values.items():
        summary.loc[own & (summary["measure"] == measure), ["value", "low", "high"]] = value
    compared = code_comparisons.compare(results.params.encoders, summary, kept or {}, 10, 0.01)
    return replace(results, summary=summary, code_comparisons=compared)


def test_the_verdict_is_by_r_nx_auc_whatever_other_measures_say(made):
    results = codes_of(made(), r_nx_auc=0.66, recall=0.72)
    answer = code_wording.answer(results, "deep")
    assert (
        "no for neighborhoods in the code (one training, no interval)" in answer and "yes for reconstructing" in answer
    )
    r_nx_auc, recall, every = code_wording.sentences(results, "deep")
    assert "0.660" in r_nx_auc and "0.700" in r_nx_auc and "\N{MINUS SIGN}0.040 (no interval)" in r_nx_auc
    assert "72.0 %" in recall and "70.0 %" in recall
    assert "3 measures" in every and "(66.0 and 70.0)" in every and "(72.0 and 70.0)" in every and "(97.0)" in every
    claim = next(text for title, text in published_claims.claims(results) if "(66.0 and 70.0)" in text)
    assert "(72.0 and 70.0)" in claim and "(97.0)" in claim
    within = code_wording.answer(codes_of(made(), r_nx_auc=0.695), "deep")
    assert "no difference for neighborhoods in the code" in within


def test_intervals_are_those_of_the_table(made):
    kept = {"deep": np.resize([0.8, 0.7], 200), "pca": np.full(200, 0.7)}
    results = codes_of(made(), kept)
    row = results.code_comparison("deep", "recall")
    assert row.difference == pytest.approx(0.05) and 0 < row.low < row.high
    low, high = (f"{100 * end:.1f}" for end in (row.low, row.high))
    assert f"5.0 points ({low} to {high})" in code_wording.sentences(results, "deep")[1]


def test_several_trainings_have_an_interval(made):
    r_nx_auc = code_wording.sentences(codes_of(made(), trainings=[0.6, 0.7, 3]), "deep")[0]
    assert (
        "0.70 (0.60 to 0.70)" in r_nx_auc and "0.00 (\N{MINUS SIGN}0.05 to 0.05), over 3 trainings of deep" in r_nx_auc
    )


def test_without_a_pca_of_the_same_size_nothing_is_compared(made):
    results = made(encoders={"deep": {"kind": "autoencoder", "code_size": 3}}, maps=ONE, compared=[])
    assert "neighborhoods in the code" not in code_wording.answer(results, "deep")
    (only,) = code_wording.sentences(results, "deep")
    assert "no PCA with 3 dimensions" in only
