"""Codes compared with PCA codes of the same size: over trainings, over rows, or without an interval."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation import code_comparisons
from pipeline.neighbors import graph
from pipeline.statistics import intervals

ENCODERS = {
    "wide": {"kind": "pca", "code_size": 9},
    "pca": {"kind": "pca", "code_size": 3},
    "deep": {"kind": "autoencoder", "code_size": 3},
    "other": {"kind": "autoencoder", "code_size": 4},
}


def summary(**deep) -> pd.DataFrame:
    rows = [
        {"view": view, "name": name, "against": against, "measure": measure, "k": k, "value": value,
         "low": value, "high": value, "covers": "", "n": 1} | (deep if name == "deep" else {})
        for view, name, against, value in (("codes", "pca", "raw", 0.7), ("codes", "deep", "raw", 0.6),
                                           ("codes", "other", "raw", 0.5), ("maps", "deep", "raw", 0.4))
        for measure, k in (("r_nx_auc", 0), ("recall", 10), ("recall", 5))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def compare(table: pd.DataFrame, kept: dict) -> pd.DataFrame:
    return code_comparisons.compare(ENCODERS, table, kept, 10, 0.01).set_index(["measure", "k"])


def test_only_pairs_of_the_same_size_are_compared_and_one_training_has_no_interval():
    table = compare(summary(), {})
    assert set(table["encoder"]) == {"deep"} and set(table["against"]) == {"pca"} and len(table) == 3
    for _, row in table.iterrows():
        assert row["low"] == row["difference"] == row["high"] == pytest.approx(-0.1) and row["verdict"] == "worse"


def test_several_trainings_have_an_interval_from_both_sides():
    table = summary(low=0.55, high=0.65, n=3)
    table.loc[table["name"] == "pca", ["low", "high"]] = [0.68, 0.72]
    row = compare(table, {"deep": np.ones(5), "pca": np.ones(5)}).loc[("recall", 10)]
    half = np.hypot(0.05, 0.02)
    assert (row["low"], row["high"]) == pytest.approx((-0.1 - half, -0.1 + half))
    assert "3 trainings" in row["covers"]


def test_recall_at_k_has_an_interval_over_rows():
    rng = np.random.default_rng(0)
    kept = {"deep": rng.random(50), "pca": rng.random(50)}
    table = compare(summary(), kept)
    expected = intervals.paired_difference(kept["deep"], kept["pca"])
    row = table.loc[("recall", 10)]
    assert (row["difference"], row["low"], row["high"]) == (expected.value, expected.low, expected.high)
    assert (table.loc[("recall", 5), "low"], table.loc[("r_nx_auc", 0), "low"]) == pytest.approx((-0.1, -0.1))


def test_kept_neighbors_are_known_where_neighbors_are_exact():
    points = np.random.default_rng(1).normal(size=(40, 4)).astype(np.float32)
    spaces = {
        "raw": graph.make_space(points, 8),
        "same": graph.make_space(points, 8),
        "half": graph.make_space(points[:, :2], 8),
    }
    kept = code_comparisons.kept_neighbors(spaces, 5)
    assert (kept["same"] == 1).all()
    near = [set(a[:5]) & set(b[:5]) for a, b in zip(spaces["raw"].indices, spaces["half"].indices, strict=True)]
    assert kept["half"].tolist() == [len(both) / 5 for both in near]
    spaces["raw"] = replace(spaces["raw"], recall=0.99)
    assert code_comparisons.kept_neighbors(spaces, 5) == {}
