"""What a run takes, before it runs."""

import json

import pytest
from ruamel.yaml import YAML

from pipeline import artifacts, config, forecast, methods
from pipeline.commands import check
from pipeline.forecast import table
from tests.conftest import SMALL

MACHINE = forecast.Machine(cores=2, speed=1.0, gflops=100.0)


@pytest.fixture
def given():
    return config.parse(config.Params, YAML(typ="safe", pure=True).load(SMALL))


def seconds(given, rows=300, shape=(64,), kind="vector", history=(), machine=MACHINE):
    sizes = forecast.Sizes(given, rows, shape, kind, cores=machine.cores)
    return seconds_of(forecast.foreseen(sizes, machine, history))


def seconds_of(found):
    return {each.cell: each.seconds for each in found}


def test_every_stage_of_dvc_is_foreseen(given, root):
    stages = YAML(typ="safe").load(root / "dvc.yaml")["stages"]
    assert {cell.partition("@")[0] for cell in seconds(given)} == set(stages)
    saved = {cell.replace("@", "-") for cell in seconds(given)} - {"report"}
    assert saved == set(artifacts.cells(given))


@pytest.mark.parametrize("kind, narrow, wide", [("vector", (20,), (500,)), ("image", (8, 8), (28, 28))])
def test_more_rows_and_longer_ones_take_no_less(given, kind, narrow, wide):
    sizes = [(rows, shape) for rows in (1_500, 4_000, 30_000, 300_000) for shape in (narrow, wide)]
    found = {size: seconds(given, *size, kind) for size in sizes}
    for one in sizes:
        for other in sizes:
            if one[0] <= other[0] and one[1] <= other[1] and one != other:
                less = [cell for cell in found[one] if found[other][cell] < 0.5 * found[one][cell]]
                assert less == [], (one, other)  # half: t-SNE and UMAP change their ways at 10,000 rows
                assert sum(found[other].values()) > sum(found[one].values())


def test_what_is_asked_for_more_often_takes_longer(given):
    before = seconds(given, rows=5_000)
    tripled = seconds(given.model_copy(update={"seeds": 6}), rows=5_000)
    assert {cell for cell in before if tripled[cell] > before[cell]} == {
        "embed@tsne-raw", "embed@tsne-deep", "embed@umap-deep", "evaluate"
    }  # fmt: skip
    deep = given.encoders["deep"] | {"epochs": 200}
    longer = seconds(given.model_copy(update={"encoders": given.encoders | {"deep": deep}}), rows=5_000)
    assert longer["train@deep"] > 2 * before["train@deep"]
    faster = seconds(given, rows=5_000, machine=forecast.Machine(8, 2.0, 200.0))
    assert all(faster[cell] < before[cell] for cell in before)


def test_runs_on_this_machine_correct_their_kind(given):
    sizes = forecast.Sizes(given, 3_000, (64,), "vector", cores=2)
    before = seconds(given, 3_000)

    def line(cell, times):
        return forecast.record(cell, sizes, before[cell] * times, 10**9)

    # The middle one of three runs counts, and those of another map of the same method, too.
    history = [line("embed@tsne-raw", times) for times in (40, 3, 2)]
    after = seconds(given, 3_000, history=history)
    assert {cell: after[cell] / before[cell] for cell in before if after[cell] != before[cell]} == pytest.approx(
        {"embed@tsne-raw": 3, "embed@tsne-deep": 3}
    )
    # On other data the correction is the same factor; old runs are forgotten.
    assert seconds(given, 9_000, history=history)["embed@tsne-raw"] == pytest.approx(
        3 * seconds(given, 9_000)["embed@tsne-raw"]
    )
    short = line("prepare", 1.2)  # of a second in all: what is short says nothing of how a stage grows
    assert seconds(given, 3_000, history=[short])["prepare"] == before["prepare"] < forecast.LEAST / 1.2
    later = history + [line("embed@tsne-raw", 1 / 2)] * forecast.LATEST
    assert seconds(given, 3_000, history=later)["embed@tsne-raw"] == pytest.approx(before["embed@tsne-raw"] / 2)


def test_rows_to_place_count_and_runs_that_placed_none_do_not(given):
    """57,000 rows of 40 numbers on maps of 3,000 took 67 s (t-SNE) and 8 s (PCA) on a machine like this one."""
    asked = given.model_copy(update={"place": given.place.model_copy(update={"others": True})})
    none = forecast.Sizes(given, 3_000, (40,), "vector", cores=2, left=57_000)
    sizes = forecast.Sizes(asked, 3_000, (40,), "vector", cores=2, left=57_000)
    history = [forecast.record("transform@tsne-raw", none, 3.0, 10**9)] * 3
    found = seconds_of(forecast.foreseen(sizes, MACHINE, history))
    assert 33 < found["transform@tsne-raw"] < 130 and 4 < found["place@pca"] < 16
    assert found["transform@pca"] < found["place@umap-deep"] < found["place@tsne-raw"]
    assert seconds_of(forecast.foreseen(none, MACHINE))["transform@tsne-raw"] < 4
    corrected = forecast.foreseen(
        sizes, MACHINE, [forecast.record("transform@tsne-raw", sizes, 2 * found["place@tsne-raw"], 10**9)]
    )
    assert seconds_of(corrected)["transform@tsne-raw"] == pytest.approx(2 * found["place@tsne-raw"])


def test_a_spoiled_history_is_passed_over(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sizes = forecast.Sizes(given, 3_000, (64,), "vector", cores=2)
    good = forecast.record("prepare", sizes, 5 * seconds(given, 3_000)["prepare"], 10**9)
    artifacts.add_record(good)
    for bad in (
        {},
        {"laws": forecast.version()},
        good | {"seconds": 0},
        good | {"work": "long"},
        good | {"laws": "others"},
    ):
        artifacts.add_record(bad)
    with (tmp_path / "artifacts/history.jsonl").open("ab") as file:
        file.write(b'7\n\n{"kind": "prep\n\xff\xfe\n' + json.dumps(good).encode()[:50])
    assert good in artifacts.load_records()
    after = seconds(given, 3_000, history=artifacts.load_records())
    assert after["prepare"] == pytest.approx(5 * seconds(given, 3_000)["prepare"])


def test_a_method_and_an_encoder_of_ones_own_are_guessed_until_they_have_run(given, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(
        "from pipeline.config import Strict\nSEEDED = True\nclass Options(Strict):\n    method: str\n    space: str\n"
    )
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    maps = {"mine": {"space": "own", "method": "mine"}}
    given = given.model_copy(
        update={"maps": maps, "encoders": {"own": {"kind": "mine"}}, "null_maps": {}, "code_size_sweep": {}}
    )
    sizes = forecast.Sizes(given, 3_000, (64,), "vector", cores=2)
    found = forecast.foreseen(sizes, MACHINE)
    assert all(each.seconds > 0 for each in found)
    assert {each.cell for each in found if not each.known} == {
        "train@own",
        "encode@own",
        "embed@mine",
        "subsampling@mine",
    }
    assert table.lines(found, MACHINE, [])[-1].startswith("A guess until it has run here once: train@own, encode@own,")
    ran = forecast.record("embed@mine", sizes, 100.0, 10**9)
    again = {each.cell: each for each in forecast.foreseen(sizes, MACHINE, [ran])}["embed@mine"]
    assert again.seconds == pytest.approx(100) and again.runs == 1 and again.memory == pytest.approx(10**9)


def test_check_prints_a_table_and_keeps_it_for_the_run(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL)
    monkeypatch.setattr(forecast, "calibrate", lambda: MACHINE)
    given = given.model_copy(update={"data": given.data | {"rows": 30_000}})
    lines = check.forecasted(given, (70_000, 8, 8), "image", ["evaluate", "report"])
    head, *rows = lines[1:-2]
    assert head.split() == ["stage", "runs", "time", "memory", "disk"]
    assert [row.split()[0] for row in rows] == [*seconds(given), "all", "would"]
    assert {row.split()[0] for row in rows if row.split()[1] == "yes"} == {"evaluate", "report"}
    said = [line.rpartition("(")[2] for line in lines[-2:]]
    assert said == ["evaluate.exact_up_to).", "redraw.up_to)."]
    own, left = artifacts.load_forecast("evaluate")
    assert left == pytest.approx(own + artifacts.load_forecast("report")[0])
    artifacts.save_timing("evaluate", {})
    assert artifacts.load_forecast("report")[1] == pytest.approx(left - own)
    (tmp_path / "params.yaml").write_text(SMALL.replace("seeds: 2", "seeds: 3"))
    assert artifacts.load_forecast("report") is None


def test_too_little_memory_or_disk_is_said():
    found = [forecast.Stage("evaluate", 9.0, 3e9, 2e9, 0), forecast.Stage("report", 9.0, 1e9, 1e9, 0)]
    assert table.lacking(found, 4e9, 7e9) == []
    memory, disk = table.lacking(found, 2e9, 5e9)
    assert memory == "evaluate takes about 2.8 GiB of memory; this machine has 1.9 GiB."
    assert "5.6 GiB; 4.7 GiB are free" in disk


@pytest.mark.parametrize("seconds, said", [(0.2, "1 s"), (35.4, "35 s"), (240, "4 min"), (9000, "2.5 h")])
def test_times_are_said_as_people_do(seconds, said):
    assert table.time(seconds) == said


@pytest.mark.slow
def test_a_real_run_takes_about_what_was_foreseen(finished, given, monkeypatch):
    """In seconds of processors, so that a busy machine does not count; compilation of the kernels included."""
    monkeypatch.chdir(finished.folder)
    lines = artifacts.load_records()
    sizes = forecast.Sizes(given, **artifacts.load_sizes(), uncompiled=frozenset(forecast.sizes.KERNELS))
    machine = forecast.calibrate()
    foreseen = seconds_of(forecast.foreseen(sizes, forecast.Machine(1, machine.speed, machine.gflops)))
    took = {line["cell"]: line["cpu_seconds"] for line in lines}
    assert took.keys() == foreseen.keys()
    assert 1 / 3 < sum(foreseen.values()) / sum(took.values()) < 3
    memory = {line["cell"]: line["memory"] / line["peak_bytes"] for line in lines}
    assert {cell: ratio for cell, ratio in memory.items() if not 0.5 < ratio < 2} == {}


@pytest.mark.slow
def test_a_stage_says_what_is_left(project):
    said = project.run("pipeline", "check")
    assert "embed@tsne-deep" in said and "by 1 run here" in said
    done = project.run("dvc", "repro", "--force", "--single-item", "embed@pca")
    assert "embed@pca: about " in done and " of the run left" in done
    (project.folder / "artifacts/forecast.json").write_text("{")
    assert "by the forecast" not in project.run("dvc", "repro", "--force", "--single-item", "embed@pca")
