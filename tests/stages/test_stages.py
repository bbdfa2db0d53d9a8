"""What stages say of themselves."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline import artifacts, stages
from pipeline.stages import prepare
from tests.conftest import SMALL


@pytest.mark.parametrize("stage", ["prepare", "report"])
def test_a_stage_ends_with_what_it_took(stage, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL)
    monkeypatch.setattr(sys, "argv", ["stage"])
    took = stages.timing() | {"seconds": 1234.56, "peak_bytes": 3 * 2**29}
    monkeypatch.setattr(stages, "timing", lambda: took)
    stages.run(stage, lambda: print("at work", file=sys.stderr))
    assert capsys.readouterr().err == f"at work\n{stage}: 1,234.6 s, 1.5 GiB\n"
    assert artifacts.load_timing(stage) == (took if stage == "prepare" else None)


def test_a_column_that_is_only_shown_changes_nothing_that_is_computed(root, tmp_path, monkeypatch):
    """Of a source that DVC finds changed: what other stages read are the same bytes, but for the report's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL.replace("data/digits", "mine"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/dataset.yaml").write_text("exclude: [note]\n")
    table = pd.DataFrame(np.random.default_rng(0).random((90, 6))).round(3).rename(columns=str)
    found = []
    for notes in (range(90), ["", *"ab" * 44, "long" * 99]):
        table.assign(note=notes).to_csv("mine/t.csv", index=False)
        prepare.main()
        assert len(set(artifacts.load_dataset(whole=True).table["note"].dropna())) == len({*notes} - {""})
        files = (path for path in (tmp_path / "artifacts").rglob("*") if path.is_file())
        found.append({str(path.relative_to(tmp_path)): path.read_bytes() for path in files})
    assert {name for name in found[0] if found[0][name] != found[1][name]} == {"artifacts/columns.parquet"}
    stages = YAML(typ="safe").load(root / "dvc.yaml")["stages"]
    deps = {name: (stage.get("do") or stage)["deps"] for name, stage in stages.items()}
    assert [name for name in deps if "artifacts/columns.parquet" in deps[name]] == ["report"]


def test_peak_memory_is_known_without_the_module_that_windows_lacks(monkeypatch):
    usual = stages.peak_bytes()
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(
        Process=lambda: SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=usual))))  # fmt: skip
    assert stages.peak_bytes() == usual > 2**20
