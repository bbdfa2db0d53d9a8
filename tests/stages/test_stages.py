"""How stages are run, and what they print and record."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

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
