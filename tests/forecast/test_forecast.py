"""Estimates of what a run takes."""

import json

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline import artifacts, config, forecast
from pipeline.commands import check
from pipeline.config import NullMap
from pipeline.forecast import costs, table
from pipeline.types import Dataset
from tests.conftest import SMALL


@pytest.fixture(autouse=True)
def compiled(monkeypatch):
    monkeypatch.setattr(forecast, "kernels", lambda: 1)


@pytest.fixture
def params():
    return config.parse(config.Params, YAML(typ="safe", pure=True).load(SMALL))


def make_sizes(params, rows=3_000, shape=(64,), kind="vector", **changes):
    return forecast.Sizes(params, rows, shape, kind, round(0.72 * rows), **{"cores": 2, **changes})


def estimate(params, *sizes, speed=1.0, history=(), **changes):
    return forecast.estimate(artifacts.stages(params), make_sizes(params, *sizes, **changes), speed, [*history])


def seconds(*arguments, **options):
    return {each.stage: each.seconds for each in estimate(*arguments, **options)}


def test_every_stage_has_an_estimate(params, root):
    stages = YAML(typ="safe").load(root / "dvc.yaml")["stages"]
    everything = params.model_copy(
        update={
            "transform": params.transform.model_copy(update={"remaining": ["pca"]}),
            "null_maps": {"tsne-deep": NullMap(kind="gaussian", draws=2)},
        }
    )
    estimates = estimate(everything, remaining=100)
    assert {each.stage.partition("@")[0] for each in estimates} == set(stages) == set(costs.STAGES)
    assert all(each.seconds > 0 and each.memory > 1e8 and each.disk >= 0 for each in estimates)


@pytest.mark.parametrize("kind, narrow, wide", [("vector", (20,), (500,)), ("image", (8, 8), (28, 28))])
def test_more_rows_and_longer_ones_take_no_less(params, kind, narrow, wide):
    sizes = [(rows, shape) for rows in (1_500, 4_000, 30_000, 300_000) for shape in (narrow, wide)]
    estimates = {each: seconds(params, *each, kind) for each in sizes}
    for one in sizes:
        for other in sizes:
            if one[0] <= other[0] and one[1] <= other[1] and one != other:
                less = [stage for stage in estimates[one] if estimates[other][stage] < 0.5 * estimates[one][stage]]
                assert less == [], (one, other)  # half: t-SNE and UMAP change their algorithms at 10,000 rows
                assert sum(estimates[other].values()) > sum(estimates[one].values())


def test_what_there_is_more_of_takes_longer(params):
    before = seconds(params, 4_000)
    tripled = seconds(params.model_copy(update={"seeds": 6}), 4_000)
    longer = {stage for stage in before if tripled[stage] > before[stage]}
    assert longer == {"embed@tsne-raw", "embed@tsne-deep", "embed@umap-deep", "evaluate"}
    deep = params.encoders["deep"] | {"epochs": 400}
    trained = seconds(params.model_copy(update={"encoders": params.encoders | {"deep": deep}}), 4_000)
    assert trained["train@deep"] > 2 * before["train@deep"]
    swept = params.model_copy(
        update={"maps": params.maps | {"tsne-raw": params.maps["tsne-raw"] | {"perplexity": [5, 10, 15]}}}
    )
    assert seconds(swept, 4_000)["embed@tsne-raw"] > 2.5 * before["embed@tsne-raw"]
    faster = seconds(params, 4_000, cores=8, speed=2.0)
    assert all(faster[stage] < before[stage] for stage in before)


@pytest.mark.parametrize(
    "kind, shape, architecture, seconds",
    [
        ("vector", (784,), "dense", 72),
        ("image", (28, 28, 1), "convolutional", 688),
        ("sequence", (29, 12), "sequence", 1062),
    ],
)
def test_networks_take_what_was_measured(params, kind, shape, architecture, seconds):
    """Of 100 epochs of 20,000 rows, in steps of 128 on one core: 4.6 ms with 256-128-64 units, 44 ms with filters; a GRU of 64 over
    29 steps 17 ms in steps of 32."""
    options = {
        "dense": {"hidden": [256, 128, 64], "code_size": 10, "batch_size": 128},
        "convolutional": {"hidden": [16, 8], "code_size": 10, "batch_size": 128},
        "sequence": {"hidden": [64], "code_size": 16, "batch_size": 32, "cell": "gru"},
    }[architecture] | {"kind": "autoencoder", "architecture": "auto", "epochs": 100}
    params = params.model_copy(update={"encoders": {"deep": options}})
    estimated = costs.cost("train@deep", make_sizes(params, round(20_000 / 0.72), shape, kind, cores=1))[0]
    assert 0.5 < estimated / seconds < 2


def test_past_runs_correct_their_kind(params):
    sizes, before = make_sizes(params), seconds(params)

    def record(stage, ratio, compiled=False):
        return forecast.record(stage, sizes, before[stage] * ratio, 10**9, compiled)

    # The middle one of three runs counts, also for another map of the same method.
    history = [record("embed@tsne-raw", ratio) for ratio in (40, 3, 2)]
    after = seconds(params, history=history, speed=0.2)  # measured here, so the machine's speed no longer matters
    tsne = {stage: after[stage] / before[stage] for stage in before if "embed@tsne" in stage}
    assert tsne == pytest.approx({"embed@tsne-raw": 3, "embed@tsne-deep": 3})
    assert after["prepare"] == pytest.approx(5 * before["prepare"])
    # More rows: the same factor.
    corrected = seconds(params, 9_000, history=history)["embed@tsne-raw"]
    assert corrected == pytest.approx(3 * seconds(params, 9_000)["embed@tsne-raw"])
    # A short run, and one that compiled kernels, say nothing of the next one.
    assert before["prepare"] * 1.2 < forecast.SHORT
    history = [record("prepare", 1.2), record("prepare", 40, compiled=True)]
    assert seconds(params, history=history)["prepare"] == before["prepare"]
    later = [record("embed@tsne-raw", 3)] * 20 + [record("embed@tsne-raw", 0.5)] * forecast.LATEST
    assert seconds(params, history=later)["embed@tsne-raw"] == pytest.approx(before["embed@tsne-raw"] / 2)


def test_the_first_run_compiles_kernels(params, monkeypatch):
    later = seconds(params)
    monkeypatch.setattr(forecast, "kernels", lambda: 0)
    assert {stage for stage, each in seconds(params).items() if each > later[stage] + 3} == {"prepare", "evaluate"}


def test_an_idle_stage_is_a_kind_of_its_own(params):
    transforming = params.transform.model_copy(update={"remaining": ["tsne-raw"]})
    params = params.model_copy(update={"transform": transforming})
    history = [forecast.record("transform@tsne-raw", make_sizes(params, remaining=0), 3.0, 10**9)] * 3
    stage = "transform@tsne-raw"
    busy = seconds(params, 3_000, (40,), remaining=57_000, history=history)[stage]
    assert 33 < busy < 130  # 67 s on a machine like the reference
    assert seconds(params, remaining=0)[stage] < 4
    assert seconds(params, 300)["subsampling"] > 4 > seconds(params, 3_000)["subsampling"]


def test_broken_records_are_skipped(params, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = forecast.record("prepare", make_sizes(params), 5 * seconds(params)["prepare"], 10**9)
    artifacts.add_record(good)
    for bad in (
        {},
        {"version": forecast.VERSION},
        good | {"ratios": None},
        good | {"version": "another", "ratios": [1, 1]},
    ):
        artifacts.add_record(bad)
    with (tmp_path / "artifacts/history.jsonl").open("ab") as file:
        file.write(b'7\n\n{"kind": "prep\n\xff\xfe\n' + json.dumps(good).encode()[:50])
    assert good in artifacts.load_records()
    after = seconds(params, history=artifacts.load_records())
    assert after["prepare"] == pytest.approx(5 * seconds(params)["prepare"])


def test_what_has_no_constants_is_unknown_until_it_has_run(params):
    maps = {"mine": {"space": "own", "method": "my_method"}, "pca": {"space": "own", "method": "pca"}}
    params = params.model_copy(
        update={
            "maps": maps,
            "encoders": {"own": {"kind": "my_kind"}},
            "null_maps": {},
            "code_size_sweep": {},
            "transform": params.transform.model_copy(update={"remaining": []}),
        }
    )
    stages = [*artifacts.stages(params), "new_stage"]
    sizes = make_sizes(params, 900)
    estimates = forecast.estimate(stages, sizes, 1.0, [])
    unknown = {each.stage for each in estimates if each.seconds is None}
    assert unknown == {"train@own", "encode@own", "embed@mine", "subsampling", "new_stage"}
    text = table.show(estimates, ["embed@mine"], 2)
    lines = {line.split()[0]: line for line in text.splitlines()}
    assert lines["embed@mine"].split() == ["embed@mine", "yes", "unknown", "unknown", "unknown"]
    assert "at least" in lines["all"] and "unknown" in lines["would"]
    ran = [forecast.record(stage, sizes, 100.0, 10**9) for stage in ("embed@mine", "new_stage")]
    again = {each.stage: each for each in forecast.estimate(stages, sizes, 0.3, ran)}
    for stage in ("embed@mine", "new_stage"):
        assert (again[stage].seconds, again[stage].memory, again[stage].runs) == pytest.approx((100, 10**9, 1))
    larger = forecast.estimate(["embed@mine"], make_sizes(params, 9_000), 0.3, ran)[0]
    assert 600 < larger.seconds < 1400


def test_check_prints_a_table_and_saves_the_estimate(params, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL)
    monkeypatch.setattr(forecast, "speed", lambda: 1.0)
    split = pd.DataFrame({"split": np.where(np.arange(30_000) % 5, "train", "test")})
    rows = np.broadcast_to(np.float32(0), (30_000, 8, 8))
    dataset = Dataset(rows=rows, table=split, info={})
    lines = "\n".join(check.estimate(params, 70_000, "image", dataset, ["evaluate", "report"])).splitlines()
    stages = artifacts.stages(params)
    records = [line.split() for line in lines[1:]]
    assert records[0] == ["stage", "runs", "time", "memory", "disk", "past", "runs"]
    assert [record[0] for record in records[1 : len(stages) + 3]] == [*stages, "all", "would"]
    assert {record[0] for record in records if record[1] == "yes"} == {"evaluate", "report"}
    assert "evaluate.exact_up_to" in lines[-2] and "subsampling.max_rows" in lines[-1]
    own, left = map(sum, artifacts.load_forecast("evaluate"))
    assert left == pytest.approx(own + sum(artifacts.load_forecast("report")[0]))
    artifacts.save_timing("evaluate", {})
    assert sum(artifacts.load_forecast("report")[1]) == pytest.approx(left - own)
    (tmp_path / "params.yaml").write_text(SMALL.replace("seeds: 2", "seeds: 3"))
    assert artifacts.load_forecast("report") is None


def test_too_little_memory_or_disk_gets_a_line(params):
    estimates = [forecast.Estimate("evaluate", 9.0, 3e9, 2e9), forecast.Estimate("report", 9.0, 1e9, 1e9)]
    sizes = make_sizes(params, 300)
    assert table.notes(estimates, sizes, 4e9, 7e9) == []
    memory, disk = table.notes(estimates, sizes, 2e9, 5e9)
    assert "evaluate" in memory and "2.8 GiB" in memory and "1.9 GiB" in memory
    assert "5.6 GiB" in disk and "4.7 GiB" in disk


@pytest.mark.parametrize(
    "seconds, text",
    [
        ([0.2], "1 s"),
        ([30, 5], "35 s"),
        ([240], "4 min"),
        ([9000], "2.5 h"),
        ([None, 5], "at least 5 s"),
        ([None], "unknown"),
    ],
)
def test_times_are_rounded(seconds, text):
    assert table.total(seconds, table.time) == text


@pytest.mark.slow
def test_a_real_run_takes_about_what_was_estimated(finished, params, monkeypatch):
    """In processor seconds of one core, so that a busy machine does not count; compilation of the kernels included."""
    monkeypatch.chdir(finished.folder)
    monkeypatch.setattr(forecast, "kernels", lambda: 0)
    records = {record["stage"]: record for record in artifacts.load_records()}
    sizes = forecast.Sizes(params, **artifacts.load_sizes())
    estimates = forecast.estimate(artifacts.stages(params), sizes, forecast.speed(), [])
    assert records.keys() == {each.stage for each in estimates}
    total = sum(record["cpu_seconds"] for record in records.values())
    assert 1 / 3 < sum(each.seconds for each in estimates) / total < 3
    ratios = {each.stage: each.memory / records[each.stage]["peak_bytes"] for each in estimates}
    assert {stage: ratio for stage, ratio in ratios.items() if not 0.5 < ratio < 2} == {}


@pytest.mark.slow
def test_a_stage_prints_what_is_left(project):
    printed = project.run("pipeline", "check")
    past_runs = [line.split()[-1] for line in printed.splitlines() if "@" in line]
    assert any(word.isdecimal() for word in past_runs)  # of stages that took long enough to count
    done = project.run("dvc", "repro", "--force", "--single-item", "embed@pca")
    assert "embed@pca: estimated time " in done and "of the run left " in done
    (project.folder / "artifacts/forecast.json").write_text("{")
    assert "estimated" not in project.run("dvc", "repro", "--force", "--single-item", "embed@pca")
