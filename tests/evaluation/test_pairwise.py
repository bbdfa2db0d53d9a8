"""Each map is compared with simpler ones, and the best map with all others, at one simultaneous level."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.evaluation import pairwise
from pipeline.statistics import simultaneous

ENCODERS = {"lin": {"kind": "pca"}, "deep": {"kind": "autoencoder"}}


def tsne(space: str, perplexity: int = 30) -> dict:
    return {"space": space, "method": "tsne", "perplexity": perplexity}


MAPS = {
    "plane": {"space": "raw", "method": "pca"},
    "t-raw": tsne("raw"),
    "t-lin": tsne("lin"),
    "t-deep": tsne("deep"),
    "t-deep-5": tsne("deep", 5),
}


def test_a_map_is_compared_with_the_same_method_on_simpler_spaces_and_the_pca_map():
    assert set(pairwise.pairs(MAPS, ENCODERS)) == {
        ("t-raw", "plane", "plane"),
        ("t-lin", "t-raw", "raw"),
        ("t-lin", "plane", "plane"),
        ("t-deep", "t-raw", "raw"),
        ("t-deep", "t-lin", "pca"),
        ("t-deep", "plane", "plane"),
        ("t-deep-5", "plane", "plane"),  # no other map with its perplexity
    }


def test_a_pca_map_of_a_code_is_compared_with_the_pca_map_once():
    maps = {"plane": {"space": "raw", "method": "pca"}, "p-deep": {"space": "deep", "method": "pca"}}
    assert pairwise.pairs(maps, ENCODERS) == [("p-deep", "plane", "raw")]


def test_verdicts_hold_simultaneously():
    recall = {"plane": 0.15, "t-raw": [0.60, 0.61, 0.59], "t-lin": [0.60, 0.62, 0.58], "t-deep": [0.50, 0.51, 0.52]}
    found = pairwise.compare(recall, [("t-deep", "t-raw", "raw"), ("t-lin", "plane", "plane")], margin=0.01)
    assert list(found["relation"]) == ["raw", "plane", "best", "best", "best"]
    assert list(found["verdict"])[:2] == ["worse", "better"]
    # Any two of the four maps could have been compared, had another one been the best: six pairs share the 5 %.
    level = simultaneous.level_over_seeds(list(recall.values()))
    assert 0.95 < level <= 1 - 0.05 / 6
    expected = stats.ttest_ind(recall["t-deep"], recall["t-raw"], equal_var=False).confidence_interval(level)
    assert (found["low"][0], found["high"][0]) == pytest.approx(tuple(expected))


def test_a_sample_of_rows_widens_and_a_shared_one_cancels():
    r_nx_auc = {"one": [0.50, 0.51, 0.49], "two": [0.60, 0.61, 0.59]}
    widths = []
    for shared in (0, 1):
        sampling = pd.DataFrame(0.02**2 * np.array([[1, shared], [shared, 1]]), index=[*r_nx_auc], columns=[*r_nx_auc])
        line = pairwise.compare(r_nx_auc, [("one", "two", "raw")], 0.01, sampling=sampling).iloc[0]
        widths.append(line["high"] - line["low"])
    alone = pairwise.compare(r_nx_auc, [("one", "two", "raw")], 0.01).iloc[0]
    assert widths[0] > 1.5 * widths[1] and widths[1] == pytest.approx(alone["high"] - alone["low"])


def test_subsampled_pairs_are_compared_on_the_same_subsamples():
    rng = np.random.default_rng(0)
    rows = rng.normal(0, 0.05, 12)  # the effect of the rows, the same on both
    subsampled = pd.DataFrame({"one": 0.5 + rows, "two": 0.6 + rows + rng.normal(0, 0.001, 12)})
    r_nx_auc = {"one": 0.5, "two": [0.6, 0.6]}
    found = pairwise.compare_over_subsamples(r_nx_auc, subsampled, 0.5, [("one", "two", "raw")], 0.01)
    assert list(found["relation"]) == ["raw", "best"] and list(found["verdict"]) == ["worse", "better"]
    assert (found["high"] - found["low"]).max() < 0.01 and found["difference"].tolist() == pytest.approx([-0.1, 0.1])


def test_a_single_map_is_compared_with_none():
    assert pairwise.compare({"plane": 0.15}, [], margin=0.01).empty
    assert pairwise.compare_over_subsamples({"plane": 0.15}, pd.DataFrame(), 0.5, [], 0.01).empty


def test_pairs_with_a_map_that_was_not_subsampled_have_no_interval():
    values, rng = {"a": 0.5, "b": 0.4, "c": 0.3}, np.random.default_rng(0)
    subsampled = pd.DataFrame(rng.normal(size=(10, 2)), columns=["a", "c"])
    found = pairwise.compare_over_subsamples(values, subsampled, 0.5, [("a", "b", "raw"), ("a", "c", "pca")], 0.01)
    assert found[["map", "against", "relation"]].values.tolist() == [["a", "c", "pca"], ["a", "c", "best"]]
