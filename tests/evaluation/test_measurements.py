"""The tables of the evaluate stage, on a case with known answers."""

import numpy as np
import pandas as pd
import pytest

from pipeline import metrics
from pipeline.config import Evaluate
from pipeline.evaluation import measurements
from pipeline.neighbors import graph
from pipeline.statistics import sampling_error
from pipeline.types import Dataset

OPTIONS = Evaluate(k=10, more_k=[4], exact_up_to=1000, equivalent_within=0.01)


@pytest.fixture(scope="module")
def case():
    """Points in the plane, so that a rotated and scaled copy of them is a perfect map."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(120, 2)).astype(np.float32)
    table = pd.DataFrame(
        {"label": np.where(points[:, 0] > 0, "right", "left"), "split": np.resize(["train", "test"], 120)}
    )
    rotated = points @ np.array([[0, 3], [-3, 0]], dtype=np.float32) + 7
    maps = {"copy": np.stack([points, rotated]), "noise": rng.normal(size=(1, 120, 2)).astype(np.float32)}
    dataset = Dataset(points, table, {"labels": ["left", "right"]})
    code = points + 0.3 * rng.normal(size=(120, 2)).astype(np.float32)
    spaces = {"raw": graph.make_space(points, 20), "code": graph.make_space(code, 20)}
    return dataset, spaces, {"code": code}, maps


def measure(dataset, spaces, codes, maps):
    space_of = {"copy": "raw", "noise": "code"}
    return measurements.measure(dataset, spaces, codes, maps, space_of, OPTIONS, seed=0)


def test_a_copy_keeps_all_and_noise_keeps_what_chance_does(case):
    tables = measure(*case)
    values = measurements.by_seed(tables["measures"], random={"copy", "noise"})
    np.testing.assert_array_equal(values["maps", "copy", "raw", "recall", 10], [1, 1])
    assert isinstance(values["codes", "code", "raw", "trustworthiness", 4], float)  # one training
    assert values["maps", "noise", "raw", "recall", 10] == pytest.approx(10 / 119, abs=0.03)
    assert values["maps", "noise", "code", "recall", 10] == pytest.approx(10 / 119, abs=0.03)
    assert values["raw", "raw", "raw", "label_accuracy", 5] > values["codes", "code", "raw", "label_accuracy", 5]
    assert set(tables["points"]["map"]) == {"copy", "noise"}
    of_labels = tables["measures"].query("measure in ('label_accuracy', 'test_accuracy')")
    assert set(of_labels.groupby(["view", "name", "against", "measure"])["k"].first()) == {
        5
    }  # sentences take the first
    assert not np.shape(values["maps", "copy", "raw", "stability", 10])  # of all seeds together

    summary = measurements.summarize(values, tables["sampling"], set()).set_index(measurements.KEY)
    copied = summary.loc[("maps", "copy", "raw", "recall", 10)]
    assert (copied["low"], copied["value"], copied["high"]) == (1, 1, 1)
    assert np.isinf(summary.loc[("maps", "noise", "raw", "recall", 10), "high"])  # one seed has no interval
    flat = measurements.metrics_json(summary.reset_index(), pd.DataFrame(columns=["encoder", "error", "pca_error"]))
    assert flat["maps"]["copy"]["recall_10"] == 1 and flat["maps"]["copy"]["r_nx_auc"] == pytest.approx(1)


def test_where_neighbors_are_lost_adds_up_for_each_class_and_in_all(case):
    tables = measure(*case)
    lost, parts = tables["lost_neighbors"], ["kept", "lost_on_the_map", "lost_in_the_code", "back_on_the_map"]
    assert (tables["points"][parts].sum(axis=1) == 10).all()
    kept = tables["points"].query("map == 'noise'")
    assert (kept["kept"] + kept["back_on_the_map"]).tolist() == (10 * kept["recall_10"]).round().tolist()
    sums = lost.groupby(["map", "false", lost["label"].fillna("all")])["share"].sum()
    assert len(sums) == 2 * 2 * 3 and sums.tolist() == pytest.approx([1] * 12, abs=1e-15)
    shares = lost[lost["label"].isna() & ~lost["false"]].set_index(["map", "part"])["share"]
    assert shares["copy", "kept"] == 1 and shares["noise", "lost in the code"] > 0.2


def test_the_interval_of_a_code_covers_other_trainings(case):
    dataset, spaces, codes, maps = case
    noise = np.random.default_rng(1).normal(size=(2, 120, 2)).astype(np.float32)
    trainings = {"code": np.concatenate([codes["code"][None], codes["code"] + 0.1 * noise])}
    tables = measure(dataset, spaces, trainings, maps)
    key = ("codes", "code", "raw", "recall", 10)
    values = measurements.by_seed(tables["measures"], random={"copy", "noise"})[key]
    line = measurements.summarize({key: values}, tables["sampling"], {"code"}).iloc[0]
    assert len(values) == 3 and line["low"] < line["value"] == np.mean(values) < line["high"]
    assert "3 trainings" in line["covers"]
    once, never = (
        measurements.summarize({key: 0.5}, tables["sampling"], trained).iloc[0] for trained in ({"code"}, set())
    )
    assert once["low"] == once["high"] == never["low"] and once["covers"] != never["covers"]


def test_a_sample_of_rows_widens_the_interval_of_r_nx_auc(case):
    key = ("maps", "copy", "raw", "r_nx_auc", 0)
    names = [("maps", "copy"), ("maps", "noise"), ("codes", "copy")]
    covariance = np.array([[1, 0.5, 4], [0.5, 9, 4], [4, 4, 16]]) * 0.01**2
    covariances = pd.DataFrame(
        [("raw", *one, *other, covariance[i, j]) for i, one in enumerate(names) for j, other in enumerate(names)],
        columns=["against", "view", "name", "other_view", "other_name", "covariance"],
    )
    line = measurements.summarize({key: [0.5, 0.5]}, covariances, set()).iloc[0]
    assert line["high"] - line["low"] == pytest.approx(2 * 1.96 * 0.01, rel=1e-3) and "sample" in line["covers"]
    of_maps = sampling_error.of_maps(covariances).loc[["copy", "noise"], ["copy", "noise"]]
    np.testing.assert_array_equal(of_maps, covariance[:2, :2])
    assert sampling_error.variance(covariances, "raw", "codes", "copy") == covariance[2, 2]


def test_the_covariance_of_a_sample_is_a_line_for_each_pair(case, monkeypatch):
    """Beyond exact_up_to rows: of maps and codes, symmetric, zero for a perfect map."""
    monkeypatch.setattr(metrics, "SAMPLE", 50)
    dataset, spaces, codes, maps = case
    sampled = OPTIONS.model_copy(update={"exact_up_to": 100})
    covariances = measurements.measure(dataset, spaces, codes, maps, {"copy": "raw", "noise": "code"}, sampled, seed=0)[
        "sampling"
    ]
    assert len(covariances) == 3 * 3 + 1 and set(covariances["against"]) == {"raw", "code"}
    of_raw = covariances[covariances["against"] == "raw"]
    wide = of_raw.pivot(index=["view", "name"], columns=["other_view", "other_name"], values="covariance").to_numpy()
    np.testing.assert_allclose(wide, wide.T, atol=1e-20)
    assert sampling_error.variance(covariances, "raw", "maps", "noise") > 1e-6
    assert sampling_error.variance(covariances, "raw", "maps", "copy") == pytest.approx(0, abs=1e-20)


def test_without_labels_no_accuracy_is_measured(case):
    dataset, *rest = case
    unlabeled = Dataset(dataset.rows, dataset.table.drop(columns="label"), {"labels": []})
    found = set(measure(unlabeled, *rest)["measures"]["measure"])
    assert not {"label_accuracy", "test_accuracy", "centroid_correlation"} & found and "r_nx_auc" in found


def test_a_rotated_copy_is_registered_to_the_first_map(case):
    maps = case[3]
    first, rotated = measurements.registrations(maps)["copy"]
    registered = [
        points @ np.array(transform["matrix"]) + transform["offset"]
        for points, transform in zip(maps["copy"], (first, rotated), strict=True)
    ]
    np.testing.assert_allclose(registered[0], registered[1], atol=1e-5)


def test_plots_are_of_maps_against_the_raw_data():
    rows = [(view, name, against, measure, 0, 0.5, 0.4, 0.6) for view, name, against, measure in (
        ("maps", "a", "raw", "r_nx_auc"), ("maps", "a", "code", "r_nx_auc"), ("codes", "b", "raw", "r_nx_auc"),
        ("maps", "a", "raw", "recall"))]  # fmt: skip
    summary = pd.DataFrame(rows, columns=[*measurements.KEY, "value", "low", "high"])
    mean_r_nx = pd.DataFrame({"name": ["a"], "k": [1], "r_nx": [0.3], "rows": [9]})
    other = dict.fromkeys(("comparisons", "comparisons_subsampled", "code_comparisons", "lost_neighbors", "clusters", "reconstruction",
                           "scree", "robustness", "rate_distortion", "training", "shepard"), summary[:0])  # fmt: skip
    plots = measurements.plots({"summary": summary, "mean_r_nx": mean_r_nx} | other)
    assert plots["r_nx_auc"].values.tolist() == [["a", 0.5, 0.4, 0.6]] and len(plots["measures"]) == 4
    assert plots["r_nx"].values.tolist() == [["a", 1, 0.3]] and {*other} < {*plots}


def test_metrics_json_has_errors_with_the_codes():
    summary = pd.DataFrame([("codes", "deep", "raw", "recall", 10, 0.12345678)], columns=[*measurements.KEY, "value"])
    reconstruction = pd.DataFrame({"encoder": ["deep"], "error": [1.5], "pca_error": [2.5]})
    assert measurements.metrics_json(summary, reconstruction) == {
        "codes": {"deep": {"recall_10": 0.123457, "squared_error": 1.5, "squared_error_of_pca": 2.5}}
    }
