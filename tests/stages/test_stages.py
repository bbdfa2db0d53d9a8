"""How stages are run, and what they print and record."""

import importlib
import json
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from sklearn.decomposition import PCA

from pipeline import artifacts, config, stages
from pipeline.stages import prepare
from tests.conftest import SMALL


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL)
    monkeypatch.setattr(sys, "argv", ["stage"])
    monkeypatch.setattr(stages.exits, "leave", lambda status: pytest.fail(f"status {status}"))
    return tmp_path


@pytest.mark.parametrize("stage", ["prepare", "report"])
def test_a_stage_ends_with_what_it_took(stage, folder, monkeypatch, capsys):
    took = stages.timing() | {"seconds": 1234.56, "peak_bytes": 3 * 2**29}
    monkeypatch.setattr(stages, "timing", lambda: took)
    stages.run(stage, lambda params, name: print(f"{params.seeds} {name}", file=sys.stderr))
    assert capsys.readouterr().err == f"2 \n{stage}: 1,234.6 s, 1.5 GiB\n"
    assert artifacts.load_timing(stage) == (took if stage == "prepare" else None)


def test_dvc_and_the_command_line_name_what_a_stage_runs_for(folder, monkeypatch):
    names = []
    monkeypatch.setenv("DVC_STAGE", "train@deep")
    stages.run("train", lambda params, name: names.append(name))
    monkeypatch.setattr(sys, "argv", ["stage", "pca"])
    stages.run("train", lambda params, name: names.append(name))
    assert names == ["deep", "pca"] and artifacts.load_timing("train@pca")["seconds"] > 0


def test_a_column_that_is_only_shown_changes_nothing_that_is_embedded(root, folder):
    """Of a source that DVC finds changed: what other stages read are the same bytes, except for evaluate's and report's."""
    (folder / "params.yaml").write_text(SMALL.replace("data/digits", "mine"))
    (folder / "mine").mkdir()
    (folder / "mine/dataset.yaml").write_text("exclude: [note]\n")
    table = pd.DataFrame(np.random.default_rng(0).random((90, 6))).round(3).rename(columns=str)
    contents = []
    for notes in (range(90), ["", *"ab" * 44, "long" * 99]):
        table.assign(note=notes).to_csv("mine/t.csv", index=False)
        prepare.main(config.load(), "")
        assert len(set(artifacts.load_dataset(all_columns=True).table["note"].dropna())) == len({*notes} - {""})
        files = (path for path in (folder / "artifacts").rglob("*") if path.is_file())
        contents.append({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
    before, after = contents
    assert {name for name in before if before[name] != after[name]} == {"artifacts/columns.parquet"}
    stages = YAML(typ="safe").load(root / "dvc.yaml")["stages"]
    deps = {name: (stage.get("do") or stage)["deps"] for name, stage in stages.items()}
    assert [name for name in deps if "artifacts/columns.parquet" in deps[name]] == ["evaluate", "report"]


def test_peak_memory_is_known_without_the_module_that_windows_lacks(monkeypatch):
    usual = stages.peak_bytes()
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(
        Process=lambda: SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=usual))))  # fmt: skip
    assert stages.peak_bytes() == usual > 2**20


def test_each_stage_finds_what_the_former_one_left(folder):
    """In one process and on few rows; the real DVC does it in the slow tests."""
    given = YAML(typ="safe").load(SMALL)
    given["encoders"] = {"pca": {"kind": "pca", "code_size": 2}}
    given["maps"] = {"pca": {"space": "raw", "method": "pca"}, "code": {"space": "pca", "method": "code"}}
    given |= {"null_maps": {"code": {"kind": "shuffled", "draws": 1}}, "code_size_sweep": {}}
    given["data"] |= {"path": "t.csv", "rows": 80}
    given["neighbors"]["k"], given["transform"]["remaining"] = 10, ["code"]
    (folder / "params.yaml").write_text(json.dumps(given))
    pd.DataFrame(np.random.default_rng(0).random((90, 5))).rename(columns=str).to_csv("t.csv", index=False)
    params = config.load()
    for stage in artifacts.stages(params)[:-1]:
        module, _, name = stage.partition("@")
        importlib.import_module(f"pipeline.stages.{module}").main(params, name)
    points = artifacts.load_space("pca").points
    np.testing.assert_array_equal(artifacts.load_map("code").points[0], points)
    assert artifacts.load_null_map("code").shape == (1, 80, 2)
    assert artifacts.load_remaining("code")[0].shape == (10, 2)
    assert artifacts.load_subsampling().groupby("map")["r_nx_auc"].count().to_dict() == {"code": 10, "pca": 10}
    measured = json.loads((folder / "reports/metrics.json").read_text())
    assert set(measured["maps"]) == {"pca", "code"} and set(measured["codes"]) == {"pca"}
    dataset = artifacts.load_dataset()
    pca, test = PCA(2).fit(dataset.part("train")), dataset.part("test")
    error = ((test - pca.inverse_transform(pca.transform(test))) ** 2).sum(axis=1).mean()
    assert measured["codes"]["pca"]["squared_error"] == pytest.approx(error, rel=1e-4)
