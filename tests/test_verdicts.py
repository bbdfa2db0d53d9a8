"""Each map is held against its simpler counterparts, and the best against all others, under one joint level."""

import pytest
from scipy import stats

from pipeline import verdicts

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


def test_a_map_is_held_against_the_same_method_on_simpler_spaces_and_the_pca_map():
    assert set(verdicts.pairs(MAPS, ENCODERS)) == {
        ("t-raw", "plane", "plane"),
        ("t-lin", "t-raw", "raw"),
        ("t-lin", "plane", "plane"),
        ("t-deep", "t-raw", "raw"),
        ("t-deep", "t-lin", "pca"),
        ("t-deep", "plane", "plane"),
        ("t-deep-5", "plane", "plane"),  # no other map with its perplexity
    }


def test_a_pca_map_of_a_code_is_held_against_the_pca_map_once():
    maps = {"plane": {"space": "raw", "method": "pca"}, "p-deep": {"space": "deep", "method": "pca"}}
    assert verdicts.pairs(maps, ENCODERS) == [("p-deep", "plane", "raw")]


def test_verdicts_hold_together():
    recall = {"plane": 0.15, "t-raw": [0.60, 0.61, 0.59], "t-lin": [0.60, 0.62, 0.58], "t-deep": [0.50, 0.51, 0.52]}
    found = verdicts.compare(recall, [("t-deep", "t-raw", "raw"), ("t-lin", "plane", "plane")], margin=0.01)
    assert list(found["relation"]) == ["raw", "plane", "best", "best", "best"]
    assert list(found["verdict"])[:2] == ["worse", "better"]
    # Any two of the four maps could have been compared, had another one been the best: six pairs share the 5 %.
    expected = stats.ttest_ind(recall["t-deep"], recall["t-raw"], equal_var=False).confidence_interval(1 - 0.05 / 6)
    assert (found["low"][0], found["high"][0]) == pytest.approx(tuple(expected))


def test_a_single_map_is_held_against_none():
    assert verdicts.compare({"plane": 0.15}, [], margin=0.01).empty
