"""What the evaluate stage writes, on a case whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from pipeline import evaluation, spaces
from pipeline.nouns import Dataset


@pytest.fixture(scope="module")
def case():
    """Points in the plane, so that a turned and stretched copy of them is a map without a fault."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(120, 2)).astype(np.float32)
    labels = np.where(points[:, 0] > 0, "right", "left")
    turned = points @ np.array([[0, 3], [-3, 0]], dtype=np.float32) + 7
    maps = {"copy": np.stack([points, turned]), "noise": rng.normal(size=(1, 120, 2)).astype(np.float32)}
    info = {"labels": ["left", "right"]}
    dataset = Dataset(points, pd.DataFrame({"label": labels}), info)
    return dataset, spaces.make(points, 20), {"copy": points}, maps


def test_a_copy_keeps_all_and_noise_keeps_what_chance_does(case):
    measures, points = evaluation.measure(*case, k=10)
    values = evaluation.by_start(measures, random={"copy", "noise"})
    np.testing.assert_array_equal(values["maps", "copy", "recall"], [1, 1])
    assert values["codes", "copy", "trustworthiness"] == 1  # a bare number: nothing in a code is a random start
    assert values["maps", "noise", "recall"] == pytest.approx(10 / 119, abs=0.03)
    assert values["raw", "raw", "label_accuracy"] == values["codes", "copy", "label_accuracy"] > 0.9
    assert set(points["map"]) == {"copy", "noise"}

    summary = evaluation.summarize(values).set_index(["view", "name", "measure"])
    copied = summary.loc[("maps", "copy", "recall")]
    assert (copied["low"], copied["value"], copied["high"]) == (1, 1, 1)
    assert np.isinf(summary.loc[("maps", "noise", "recall"), "high"])  # one start says nothing of another


def test_the_interval_of_a_code_covers_other_trainings(case):
    dataset, raw, codes, maps = case
    noise = np.random.default_rng(1).normal(size=(2, 120, 2)).astype(np.float32)
    trainings = {"copy": np.concatenate([codes["copy"][None], codes["copy"] + 0.1 * noise])}
    measures, _ = evaluation.measure(dataset, raw, trainings, maps, k=10)
    values = evaluation.by_start(measures, random={"copy", "noise"})["codes", "copy", "recall"]
    assert len(values) == 3 and values[0] == 1 > max(values[1:])
    line = evaluation.summarize({("codes", "copy", "recall"): values}).iloc[0]
    assert line["low"] < line["value"] == np.mean(values) < line["high"]
    assert line["covers"] == "the mean over other trainings, on these rows (95 % t interval, 3 trainings)"


def test_without_labels_no_accuracy_is_measured(case):
    dataset, *rest = case
    unlabeled = Dataset(dataset.rows, dataset.table.drop(columns="label"), {"labels": []})
    measures, _ = evaluation.measure(unlabeled, *rest, k=10)
    assert set(measures["measure"]) == {"recall", "trustworthiness", "continuity"}


def test_a_turned_copy_is_laid_onto_the_first_map(case):
    maps = case[3]
    first, turned = evaluation.registrations(maps)["copy"]
    laid = [
        points @ np.array(found["matrix"]) + found["offset"]
        for points, found in zip(maps["copy"], (first, turned), strict=True)
    ]
    np.testing.assert_allclose(laid[0], laid[1], atol=1e-5)
