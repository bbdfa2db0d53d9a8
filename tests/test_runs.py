"""Runs against runs: on tables made up, and by the real git and DVC."""

import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline import comparison, runs
from pipeline.nouns import Finished
from pipeline.report import diff

N = 60


@pytest.fixture
def before() -> Finished:
    rng = np.random.default_rng(0)
    maps = {"pca": rng.normal(size=(N, 2)), "tsne": rng.normal(size=(N, 2))}
    areas = [("pca", 0, 0.2), *(("tsne", seed, 0.5 + 0.001 * seed) for seed in range(5))]
    measures = pd.DataFrame([{"view": "maps", "name": name, "against": "raw", "seed": seed, "measure": "area", "k": 0, "value": value}
                             for name, seed, value in areas])  # fmt: skip
    losses = pd.DataFrame([{"map": name, "false": False, "part": part, "label": label, "rows": 30, "share": share}
                           for name in maps for label in ("a", "b") for part, share in (("kept", 0.6), ("lost on the map", 0.4))])  # fmt: skip
    errors = pd.DataFrame({"encoder": ["deep"], "error": [1.0], "low": [0.9], "high": [1.1]})
    rows = pd.DataFrame({"id": np.arange(N), "label": np.array(["a", "b"])[np.arange(N) % 2]})
    given = {"seed": 0, "maps": {"tsne": {"perplexity": 30}, "pca": {}}, "encoders": {"deep": {"hidden": [8]}}}
    return Finished("v1", given, rows, "digest", maps, {"tsne"}, measures, losses, errors)


def changed(run: Finished, **news) -> Finished:
    return replace(run, name="v2", **news)


def test_a_run_is_equivalent_to_itself(before):
    found = runs.compare(before, changed(before), 0.01)
    assert found.maps["verdict"].tolist() == ["equivalent", "equivalent"]
    assert found.parameters.empty and found.worse == []
    assert found.moved.empty
    assert diff.said(before, changed(before), found) == [
        "Nothing that matters has changed: every map is equivalent to what it was."
    ]
    assert runs.reproduces(before, changed(before), 1e-6) == []


def test_what_got_worse_is_worse_by_its_interval(before):
    measures = before.measures.assign(value=before.measures["value"] - 0.1 * (before.measures["name"] == "tsne"))
    after = changed(before, measures=measures, parameters=before.parameters | {"maps": {"tsne": {"perplexity": 5}, "pca": {}}},
                    errors=before.errors.assign(error=2.0, low=1.9, high=2.1))  # fmt: skip
    found = runs.compare(before, after, 0.01)
    line = found.maps.set_index("map").loc["tsne"]
    by_hand = comparison.difference(0.4 + 0.001 * np.arange(5), 0.5 + 0.001 * np.arange(5), 1 - 0.05 / 2)
    assert (line["low"], line["high"]) == pytest.approx((by_hand.low, by_hand.high))
    assert line["verdict"] == "worse"
    assert found.worse == ["tsne", "deep"]
    assert found.parameters.values.tolist() == [["maps.tsne.perplexity", 30, 5]]
    assert "tsne is worse; all others are equivalent." in diff.said(before, after, found)
    assert "Test rows are rebuilt with more error from the codes of deep." in diff.said(before, after, found)
    only_codes = changed(before, errors=after.errors)
    lead, *_ = diff.said(before, only_codes, runs.compare(before, only_codes, 0.01))
    assert lead == "Every map is equivalent to what it was."
    text = diff.markdown(before, after, found)
    assert "| maps.tsne.perplexity | 30 | 5 |" in text and "| tsne | 0.502 | 0.402 |" in text
    said = runs.reproduces(before, after, 0.001)
    assert "maps.tsne.perplexity is 5, and was 30." in said
    assert "maps/tsne: area is 0.4, and was 0.5." in said or any(
        line.startswith("maps/tsne: area is 0.40") for line in said
    )


def test_a_turned_map_has_not_moved_but_a_row_that_has_is_named(before):
    turned = before.maps["tsne"] @ [[0, -3], [3, 0]] + 7
    turned[11] += 20
    found = runs.compare(before, changed(before, maps=before.maps | {"tsne": turned}), 0.01)
    moved = found.moved[found.moved["map"] == "tsne"]
    assert moved["id"].iloc[0] == "11" and moved["label"].iloc[0] == "b"
    assert moved["distance"].iloc[0] > 3 * moved["distance"].iloc[1]
    assert "pca" not in set(found.moved["map"])


def test_only_rows_in_both_runs_are_laid_onto_each_other(before):
    rows = before.rows.assign(id=before.rows["id"] + 20)
    found = runs.compare(before, changed(before, rows=rows, data="other"), 0.01)
    assert len(found.laid["pca"][0]) == N - 20
    assert not found.same_data
    assert "of different rows" in diff.said(before, changed(before, data="other"), found)[1]


def test_the_page_escapes_what_runs_are_called(before):
    after = replace(before, name="<b>v2</b>", maps={name: points[::-1] for name, points in before.maps.items()})
    html = diff.make(before, after, runs.compare(before, after, 0.01))
    assert "<b>" not in html and "&lt;b&gt;v2" in html
    assert html.count("<img") == 2


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
    assert "Nothing that matters has changed" in said
    assert "advise.deep.steps" in (project.folder / "diff.html").read_text()
    said = project.run("pipeline", "diff", "same", "short", "--markdown")
    assert "| encoders.deep.code\\_size | 4 | 1 |" in said
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
    said = project.run("pipeline", "diff", "none-such", status=2)
    assert (
        said.strip() == "none-such: neither git nor DVC knows such a revision or experiment. See: git log, dvc exp show"
    )
