"""Runs compared with runs, on made-up tables; what is printed of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.report import diff
from pipeline.runs import compare, reproduce
from pipeline.statistics import intervals
from pipeline.types import Run

N, RAW = 60, ("raw", "raw")


@pytest.fixture
def before() -> Run:
    rng = np.random.default_rng(0)
    maps = {"pca": rng.normal(size=(N, 2)), "tsne": rng.normal(size=(N, 2))}
    r_nx_aucs = [("pca", 0, 0.2), *(("tsne", seed, 0.5 + 0.001 * seed) for seed in range(5))]
    measures = pd.DataFrame([{"view": "maps", "name": name, "against": "raw", "seed": seed, "measure": "r_nx_auc", "k": 0, "value": value}
                             for name, seed, value in r_nx_aucs])  # fmt: skip
    lost_neighbors = pd.DataFrame([{"map": name, "false": False, "part": part, "label": label, "rows": 30, "share": share}
                           for name in maps for label in ("a", "b") for part, share in (("kept", 0.6), ("lost on the map", 0.4))])  # fmt: skip
    errors = pd.DataFrame({"encoder": ["deep"], "error": [1.0], "low": [0.9], "high": [1.1]})
    rows = pd.DataFrame({"id": np.arange(N), "label": np.array(["a", "b"])[np.arange(N) % 2]})
    given = {"seed": 0, "maps": {"tsne": {"perplexity": 30}, "pca": {}}, "encoders": {"deep": {"hidden": [8]}}}
    digests = {("raw", "raw"): "euclidean 0", ("maps", "pca"): "1", ("maps", "tsne"): "2", ("codes", "deep"): "3"}
    source = {"columns": ["x", "y"]}
    return Run(
        "v1", given, rows, "digest", source, maps, {"tsne"}, measures, lost_neighbors, errors, sampled(0.0), digests
    )


def sampled(error: float) -> pd.DataFrame:
    """R_NX AUC of both maps measured on a sample of the rows, with this standard error."""
    pairs = [(one, other, error**2 * (one == other)) for one in ("pca", "tsne") for other in ("pca", "tsne")]
    table = pd.DataFrame(pairs, columns=["name", "other_name", "covariance"])
    return table.assign(view="maps", other_view="maps", against="raw")


def changed(run: Run, **news) -> Run:
    """Maps and codes of another run, unless their digests are given."""
    return replace(run, **{"name": "v2", "digests": {RAW: run.digests[RAW]}} | news)


def test_a_run_is_unchanged_compared_with_itself(before):
    after = replace(before, name="v2")
    found = compare.compare(before, after, 0.01)
    assert found.maps["verdict"].tolist() == ["unchanged", "unchanged"] and found.errors["verdict"].tolist() == [
        "unchanged"
    ]
    assert found.parameters.empty and found.worse == []
    assert found.moved.empty
    lead, codes = diff.summary(before, after, found)
    assert "every map is unchanged" in lead and "deep" in codes
    assert reproduce.results(before, after, 1e-6) == []


@pytest.mark.parametrize(("error", "verdict"), [(0.0, "worse"), (0.004, "undecided")])
def test_samples_of_rows_widen_the_interval(before, error, verdict):
    """Five thousandths are 0.9 of the standard error of the difference of two samples."""
    before = replace(before, sampling=sampled(error))
    measures = before.measures.assign(value=before.measures["value"] - 0.005)
    found = compare.compare(before, changed(before, measures=measures), 0.001).maps.set_index("map")
    assert found.loc["pca", "verdict"] == verdict


def test_unchanged_means_identical_bytes_of_maps_and_data(before):
    """With two seeds, the interval is so wide that everything else is undecided."""
    measures = before.measures[before.measures["seed"] < 2]
    before = replace(before, measures=measures)
    otherwise = measures.assign(value=measures["value"] - 0.002)

    def verdicts(digests: dict, **news) -> dict[str, str]:
        errors = before.errors.assign(error=1.01)
        after = changed(before, measures=otherwise, errors=errors, digests=digests, **news)
        found = compare.compare(before, after, 0.001)
        kept = found.maps[found.maps["verdict"] == "unchanged"]
        assert (kept["low"] == kept["high"]).all() and found.worse == ["pca"] * ("pca" not in set(kept["map"]))
        text = diff.make_markdown(before, after, found)
        assert ("measured differently" in text) == ("unchanged" in set(found.maps["verdict"]))
        assert ("identical bytes" in text) == ("| unchanged |" in text)
        return dict(zip(found.maps["map"], found.maps["verdict"], strict=True)) | {
            "deep": found.errors["verdict"].item()
        }

    kept = {"pca": "unchanged", "tsne": "unchanged", "deep": "unchanged"}
    changed_all = {"pca": "worse", "tsne": "undecided", "deep": "undecided"}
    assert verdicts(before.digests) == kept
    assert verdicts(before.digests | {("maps", "tsne"): "new"}) == kept | {"tsne": "undecided"}
    assert verdicts(before.digests | {("codes", "deep"): "new"}) == kept | {"deep": "undecided"}
    assert verdicts(before.digests | {RAW: "cosine 0"}) == changed_all | {"deep": "unchanged"}
    assert verdicts(before.digests, data="another split") == kept | {"deep": "undecided"}
    assert verdicts({}) == changed_all  # its files are in no cache
    found = compare.compare(before, changed(before), 0.001)  # measured the same, by digests that are not known
    assert {*found.maps["verdict"], *found.errors["verdict"]} == {"equivalent"}
    kept_now, before = before.digests, replace(before, digests={RAW: before.digests[RAW]})
    assert verdicts(kept_now) == changed_all


def test_what_got_worse_is_worse_by_its_interval(before):
    measures = before.measures.assign(value=before.measures["value"] - 0.1 * (before.measures["name"] == "tsne"))
    after = changed(before, measures=measures, params=before.params | {"maps": {"tsne": {"perplexity": 5}, "pca": {}}},
                    errors=before.errors.assign(error=2.0, low=1.9, high=2.1))  # fmt: skip
    found = compare.compare(before, after, 0.01)
    line = found.maps.set_index("map").loc["tsne"]
    by_hand = intervals.difference(0.4 + 0.001 * np.arange(5), 0.5 + 0.001 * np.arange(5), 1 - 0.05 / 2)
    assert (line["low"], line["high"]) == pytest.approx((by_hand.low, by_hand.high))
    assert line["verdict"] == "worse"
    assert found.worse == ["tsne", "deep"]
    assert found.parameters.values.tolist() == [["maps.tsne.perplexity", 30, 5]]
    lead, codes = diff.summary(before, after, found)
    assert "tsne is worse; pca is equivalent" in lead and "deep" in codes and "more error" in codes
    only_codes = changed(before, errors=after.errors)
    lead, *_ = diff.summary(before, only_codes, compare.compare(before, only_codes, 0.01))
    assert lead.startswith("Every map is equivalent")
    text = diff.make_markdown(before, after, found)
    assert "| maps.tsne.perplexity | 30 | 5 |" in text and "| tsne | worse | 0.502 | 0.402 |" in text
    lines = reproduce.results(before, after, 0.001)
    assert "maps.tsne.perplexity is 5, and was 30." in lines
    assert [line[:21] for line in lines if line.startswith("maps/")] == ["maps/tsne: r_nx_auc is"[:21]]
    params = {"cluster": None, "data": {"rows": None}, "kind": "pca"}
    other = {"cluster": "local:4", "data": {"rows": 300}}
    assert reproduce.figures(other, {}, params, {}, 0.001) == [
        "data.rows is null, and was 300.",
        'kind is "pca", and was not there.',
    ]


def test_a_rotated_map_has_not_moved_but_a_row_that_has_is_listed(before):
    rotated = before.maps["tsne"] @ [[0, -3], [3, 0]] + 7
    rotated[11] += 20
    found = compare.compare(before, changed(before, maps=before.maps | {"tsne": rotated}), 0.01)
    moved = found.moved[found.moved["map"] == "tsne"]
    assert moved["id"].iloc[0] == "11" and moved["label"].iloc[0] == "b"
    assert moved["distance"].iloc[0] > 3 * moved["distance"].iloc[1]
    assert "pca" not in set(found.moved["map"])


def test_neighborhoods_of_another_size_are_not_compared_by_class(before):
    """Nor do they reproduce: a measure that one run lacks is listed."""
    losses = before.lost_neighbors.assign(share=before.lost_neighbors["share"].map({0.6: 0.5, 0.4: 0.5}))
    after = changed(before, lost_neighbors=losses)
    assert "near on the map" in diff.make_markdown(before, after, compare.compare(before, after, 0.01))
    one = replace(before, params=before.params | {"evaluate": {"k": 15}})
    measured = before.measures.assign(measure="recall", k=15)
    one = replace(one, measures=pd.concat([before.measures, measured[:1]], ignore_index=True))
    other = replace(after, params=before.params | {"evaluate": {"k": 10}})
    text = diff.make_markdown(one, other, compare.compare(one, other, 0.01))
    assert "near on the map" not in text and "Classes are not compared" in text
    assert "maps/pca: recall at k = 15 is not measured, and was 0.2." in reproduce.results(one, other, 0.001)


def test_only_rows_in_both_runs_are_registered(before):
    rows = before.table.assign(id=before.table["id"] + 20)
    found = compare.compare(before, changed(before, table=rows, data="other"), 0.01)
    assert len(found.registered["pca"][0]) == N - 20
    assert not found.same_data
    assert "different rows" in diff.summary(before, changed(before, data="other"), found)[0]
    losses = before.lost_neighbors.assign(share=before.lost_neighbors["share"].map({0.6: 0.5, 0.4: 0.5}))
    strange = changed(before, table=before.table.assign(id=before.table["id"] + N), lost_neighbors=losses)
    html = diff.make(before, strange, compare.compare(before, strange, 0.01))
    assert "has moved" not in html and "<img" not in html and "near on the map" in html


def test_runs_of_other_data_get_no_verdict(before):
    """Though ids, names of maps and classes are the same."""
    worse = before.measures.assign(value=before.measures["value"] - 0.1)
    losses = before.lost_neighbors.assign(share=0.5)
    errors = before.errors.assign(error=0.2, low=0.1, high=0.3)
    other = changed(
        before, data="other", source={"columns": ["x"]}, measures=worse, lost_neighbors=losses, errors=errors
    )
    found = compare.compare(before, other, 0.01)
    (line,) = diff.summary(before, other, found)
    assert "not comparable" in line and "columns" in line
    assert found.worse == [] and not found.registered and found.classes.empty and diff.verdicts(found) == []
    for text in (diff.make_markdown(before, other, found), diff.make(before, other, found)):
        body = text.partition("<body")[2] or text
        assert not [word for word in (*diff.VERDICTS, "is better", "difference", "near on the map") if word in body]
    assert "| pca | 0.200 | 0.100 |" in diff.make_markdown(before, other, found)
    assert reproduce.results(before, other, 0.001)[0].startswith("The data")


def test_the_page_escapes_what_runs_are_called(before):
    after = replace(before, name="<b>v2</b>", maps={name: points[::-1] for name, points in before.maps.items()})
    html = diff.make(before, after, compare.compare(before, after, 0.01))
    assert "<b>" not in html and "&lt;b&gt;v2" in html
    assert html.count("<img") == 2 * 4
