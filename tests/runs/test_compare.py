"""Runs against runs: on tables made up, and by the real git and DVC."""

import hashlib
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.report import diff
from pipeline.runs import compare, reproduce
from pipeline.statistics import intervals
from pipeline.types import Run

N = 60


@pytest.fixture
def before() -> Run:
    rng = np.random.default_rng(0)
    maps = {"pca": rng.normal(size=(N, 2)), "tsne": rng.normal(size=(N, 2))}
    r_nx_aucs = [("pca", 0, 0.2), *(("tsne", seed, 0.5 + 0.001 * seed) for seed in range(5))]
    measures = pd.DataFrame([{"view": "maps", "name": name, "against": "raw", "seed": seed, "measure": "r_nx_auc", "k": 0, "value": value}
                             for name, seed, value in r_nx_aucs])  # fmt: skip
    losses = pd.DataFrame([{"map": name, "false": False, "part": part, "label": label, "rows": 30, "share": share}
                           for name in maps for label in ("a", "b") for part, share in (("kept", 0.6), ("lost on the map", 0.4))])  # fmt: skip
    errors = pd.DataFrame({"encoder": ["deep"], "error": [1.0], "low": [0.9], "high": [1.1]})
    rows = pd.DataFrame({"id": np.arange(N), "label": np.array(["a", "b"])[np.arange(N) % 2]})
    given = {"seed": 0, "maps": {"tsne": {"perplexity": 30}, "pca": {}}, "encoders": {"deep": {"hidden": [8]}}}
    digests = {"raw": "euclidean 0", "maps/pca": "1", "maps/tsne": "2", "codes/deep": "3"}
    source = {"columns": ["x", "y"]}
    return Run(
        "v1", given, rows, "digest", source, maps, {"tsne"}, measures, losses, errors, sampled(0.0), digests
    )


def sampled(error: float) -> pd.DataFrame:
    """Both areas measured on a sample of the rows, with this standard error."""
    views = ["maps/pca", "maps/tsne"]
    return pd.DataFrame(np.eye(2) * error**2, columns=views).assign(view=views, against="raw")


def changed(run: Run, **news) -> Run:
    """Maps and codes made anew, unless their digests are given."""
    return replace(run, **{"name": "v2", "digests": {"raw": run.digests["raw"]}} | news)


def test_a_run_is_unchanged_beside_itself(before):
    after = replace(before, name="v2")
    found = compare.compare(before, after, 0.01)
    assert found.maps["verdict"].tolist() == ["unchanged", "unchanged"] and found.errors["verdict"].tolist() == [
        "unchanged"
    ]
    assert found.parameters.empty and found.worse == []
    assert found.moved.empty
    assert diff.said(before, after, found) == [
        "Nothing that matters has changed: every map is unchanged.",
        "The codes of deep are unchanged.",
    ]
    assert reproduce.whole(before, after, 1e-6) == []


@pytest.mark.parametrize(("error", "verdict"), [(0.0, "worse"), (0.004, "undecided")])
def test_areas_of_samples_differ_by_their_samples_too(before, error, verdict):
    """Five thousandths are 0.9 of the standard error of the difference of two samples."""
    before = replace(before, sampling=sampled(error))
    measures = before.measures.assign(value=before.measures["value"] - 0.005)
    found = compare.compare(before, changed(before, measures=measures), 0.001).maps.set_index("map")
    assert found.loc["pca", "verdict"] == verdict


def test_unchanged_is_what_both_runs_hold_to_the_byte_with_what_it_is_measured_on(before):
    """Two starts leave an interval in which anything would be undecided."""
    measures = before.measures[before.measures["seed"] < 2]
    before = replace(before, measures=measures)
    otherwise = measures.assign(value=measures["value"] - 0.002)

    def verdicts(digests: dict[str, str], **news) -> dict[str, str]:
        errors = before.errors.assign(error=1.01)
        after = changed(before, measures=otherwise, errors=errors, digests=digests, **news)
        found = compare.compare(before, after, 0.001)
        kept = found.maps[found.maps["verdict"] == "unchanged"]
        assert (kept["low"] == kept["high"]).all() and found.worse == ["pca"] * ("pca" not in set(kept["map"]))
        text = diff.make_markdown(before, after, found)
        assert ("measured in another way" in text) == ("unchanged" in set(found.maps["verdict"]))
        assert ("to the byte" in text) == ("| unchanged |" in text)
        return dict(zip(found.maps["map"], found.maps["verdict"], strict=True)) | {
            "deep": found.errors["verdict"].item()
        }

    kept = {"pca": "unchanged", "tsne": "unchanged", "deep": "unchanged"}
    changed_all = {"pca": "worse", "tsne": "undecided", "deep": "undecided"}
    assert verdicts(before.digests) == kept
    assert verdicts(before.digests | {"maps/tsne": "new"}) == kept | {"tsne": "undecided"}
    assert verdicts(before.digests | {"codes/deep": "new"}) == kept | {"deep": "undecided"}
    assert verdicts(before.digests | {"raw": "cosine 0"}) == changed_all | {"deep": "unchanged"}
    assert verdicts(before.digests, data="another split") == kept | {"deep": "undecided"}
    assert verdicts({}) == changed_all  # its files are in no cache
    found = compare.compare(before, changed(before), 0.001)  # measured the same, by digests that are not known
    assert {*found.maps["verdict"], *found.errors["verdict"]} == {"equivalent"}
    kept_now, before = before.digests, replace(before, digests={"raw": before.digests["raw"]})
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
    assert "tsne is worse; pca is equivalent." in diff.said(before, after, found)
    assert "Test rows are rebuilt with more error from the codes of deep." in diff.said(before, after, found)
    only_codes = changed(before, errors=after.errors)
    lead, *_ = diff.said(before, only_codes, compare.compare(before, only_codes, 0.01))
    assert lead == "Every map is equivalent to what it was."
    text = diff.make_markdown(before, after, found)
    assert "| maps.tsne.perplexity | 30 | 5 |" in text and "| tsne | worse | 0.502 | 0.402 |" in text
    said = reproduce.whole(before, after, 0.001)
    assert "maps.tsne.perplexity is 5, and was 30." in said
    given = {"cluster": None, "data": {"rows": None}, "kind": "pca"}
    other = {"cluster": "local:4", "data": {"rows": 300}}
    lines = reproduce.figures(other, {}, given, {}, 0.001)
    assert lines == ["data.rows is null, and was 300.", 'kind is "pca", and was not there.']
    assert "maps/tsne: area is 0.4, and was 0.5." in said or any(
        line.startswith("maps/tsne: area is 0.40") for line in said
    )


def test_a_turned_map_has_not_moved_but_a_row_that_has_is_named(before):
    turned = before.maps["tsne"] @ [[0, -3], [3, 0]] + 7
    turned[11] += 20
    found = compare.compare(before, changed(before, maps=before.maps | {"tsne": turned}), 0.01)
    moved = found.moved[found.moved["map"] == "tsne"]
    assert moved["id"].iloc[0] == "11" and moved["label"].iloc[0] == "b"
    assert moved["distance"].iloc[0] > 3 * moved["distance"].iloc[1]
    assert "pca" not in set(found.moved["map"])


def test_neighborhoods_of_another_size_are_not_compared_by_class(before):
    """Nor do they repeat: what one run has not measured is said to be so."""
    losses = before.lost_neighbors.assign(share=before.lost_neighbors["share"].map({0.6: 0.5, 0.4: 0.5}))
    after = changed(before, lost_neighbors=losses)
    assert "near on the map" in diff.make_markdown(before, after, compare.compare(before, after, 0.01))
    one = replace(before, params=before.params | {"evaluate": {"k": 15}})
    measured = before.measures.assign(measure="recall", k=15)
    one = replace(one, measures=pd.concat([before.measures, measured[:1]], ignore_index=True))
    other = replace(after, params=before.params | {"evaluate": {"k": 10}})
    text = diff.make_markdown(one, other, compare.compare(one, other, 0.01))
    assert "near on the map" not in text and "Classes are not compared" in text
    assert "maps/pca: recall at k = 15 is not measured, and was 0.2." in reproduce.whole(one, other, 0.001)


def test_only_rows_in_both_runs_are_laid_onto_each_other(before):
    rows = before.table.assign(id=before.table["id"] + 20)
    found = compare.compare(before, changed(before, rows=rows, data="other"), 0.01)
    assert len(found.laid["pca"][0]) == N - 20
    assert not found.same_data
    assert "of different rows" in diff.said(before, changed(before, data="other"), found)[0]
    losses = before.lost_neighbors.assign(share=before.lost_neighbors["share"].map({0.6: 0.5, 0.4: 0.5}))
    strange = changed(before, table=before.table.assign(id=before.table["id"] + N), lost_neighbors=losses)
    html = diff.make(before, strange, compare.compare(before, strange, 0.01))
    assert "has moved" not in html and "<img" not in html and "near on the map" in html


def test_runs_of_other_data_get_no_verdict(before):
    """Though ids, names of maps and classes are the same."""
    worse = before.measures.assign(value=before.measures["value"] - 0.1)
    losses = before.lost_neighbors.assign(share=0.5)
    errors = before.errors.assign(error=0.2, low=0.1, high=0.3)
    other = changed(before, data="other", source={"columns": ["x"]}, measures=worse, lost_neighbors=losses, errors=errors)
    found = compare.compare(before, other, 0.01)
    line = "The runs are not comparable: their data differ in columns. Figures stand side by side, without verdicts."
    assert diff.said(before, other, found) == [line]
    assert found.worse == [] and not found.laid and found.classes.empty and diff.words(found) == []
    for text in (diff.make_markdown(before, other, found), diff.make(before, other, found)):
        body = text.partition("<body")[2] or text
        assert not [word for word in (*diff.VERDICTS, "is better", "difference", "near on the map") if word in body]
    assert "| pca | 0.200 | 0.100 |" in diff.make_markdown(before, other, found)
    assert "The data, or their split, are others." in reproduce.whole(before, other, 0.001)


def test_the_page_escapes_what_runs_are_called(before):
    after = replace(before, name="<b>v2</b>", maps={name: points[::-1] for name, points in before.maps.items()})
    html = diff.make(before, after, compare.compare(before, after, 0.01))
    assert "<b>" not in html and "&lt;b&gt;v2" in html
    assert html.count("<img") == 2 * 4


@pytest.mark.slow
def test_experiments_of_a_real_repository(project):
    """One changed nothing that matters; one made a code of one number; the workspace stays as it is."""

    def state() -> str:
        return subprocess.run(
            ["git", "status", "--porcelain"], cwd=project.folder, capture_output=True, text=True, check=True
        ).stdout

    project.replace("params.yaml", "seeds: 2", "seeds: 5")
    project.run("dvc", "repro")
    project.commit("five drawings")
    project.run("dvc", "exp", "run", "--name", "same", "-S", "advise.deep.steps=60")
    project.run("dvc", "exp", "run", "--name", "short", "-S", "encoders.deep.code_size=1", "-S", "advise={}")
    project.run("dvc", "exp", "apply", "same")
    before = state()
    said = project.run("pipeline", "diff", "HEAD", "same", "--gate", "--page", "diff.html")
    assert "Nothing that matters has changed: every map is unchanged.\nThe codes of pca and deep are unchanged." in said
    assert "advise.deep.steps" in (project.folder / "diff.html").read_text()
    said = project.run("pipeline", "diff", "same", "short", "--markdown")
    assert "| encoders.deep.code\\_size | 4 | 1 |" in said
    assert "| tsne-raw | unchanged |" in said and "| tsne-deep | worse |" in said
    (project.folder / "ci.sh").write_text(
        "set -e\npython -m pipeline diff same short --gate --page diff.html\necho merged\n"
    )
    gate = subprocess.run(
        ["bash", "ci.sh"], cwd=project.folder, env=project.environment(), capture_output=True, text=True
    )
    assert gate.returncode == 1 and "merged" not in gate.stdout
    assert "Worse than in same:" in gate.stdout and "tsne-deep" in gate.stdout
    (project.folder / "diff.html").unlink()
    (project.folder / "ci.sh").unlink()
    assert state() == before
    assert "This run repeats that of same" in project.run("pipeline", "reproduces", "same")
    assert "encoders.deep.code_size is 4, and was 1." in project.run("pipeline", "reproduces", "short", status=1)
    shutil.move(project.folder / ".dvc/cache", project.folder / "elsewhere")  # as in a fresh clone after its first run
    said = project.run("pipeline", "reproduces", "HEAD", status=1)
    assert said.splitlines()[0].startswith("advise.deep.steps is 60, and was 50.")
    assert "Points of maps were not compared: DVC's cache here has not got those of HEAD." in said
    subprocess.run(["git", "checkout", "HEAD", "params.yaml"], cwd=project.folder, check=True)
    assert "HEAD: the figures in reports/metrics.json agree within 0.001" in project.run(
        "pipeline", "reproduces", "HEAD"
    )
    project.replace("reports/metrics.json", '"r_nx_auc": 0.', '"r_nx_auc": 0.9')
    said = project.run("pipeline", "reproduces", "HEAD", status=1)
    assert "maps/tsne-raw: area is 0.9" in said and "steps" not in said
    said = project.run("pipeline", "diff", "HEAD", status=2)
    assert said.startswith("HEAD: DVC's cache here has not got its results")
    subprocess.run(["git", "checkout", "HEAD", "reports/metrics.json"], cwd=project.folder, check=True)
    shutil.move(project.folder / "elsewhere", project.folder / ".dvc/cache")
    points = hashlib.md5((project.folder / "artifacts/spaces/raw/points.npy").read_bytes()).hexdigest()
    (project.folder / ".dvc/cache/files/md5" / points[:2] / points[2:]).unlink()  # as where not all was fetched
    said = project.run("pipeline", "diff", "HEAD", "same", "--markdown")
    assert "every map is equivalent to what it was" in said and "| deep | unchanged |" in said
    said = project.run("pipeline", "diff", "none-such", status=2)
    assert (
        said.strip() == "none-such: neither git nor DVC knows such a revision or experiment. See: git log, dvc exp show"
    )
