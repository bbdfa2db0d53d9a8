"""Runs of other versions of this program are refused in one line."""

import json

import pytest
from fsspec.implementations.local import LocalFileSystem

from pipeline import __main__ as command_line
from pipeline.artifacts import formats, revisions


@pytest.mark.parametrize("command", ["diff", "reproduces"])
@pytest.mark.parametrize(
    ("params", "version", "message"),
    [
        ("redraw: {up_to: 1000}", formats.FORMAT_VERSION, "format 3 or older"),
        ("place: {level: 0.01}", 3, "format 3 or older"),
        ("seed: 0", 3, "format 3)"),
        ("seed: 0", None, "format 1)"),
    ],
)
def test_a_run_with_other_names_is_refused(tmp_path, monkeypatch, capsys, command, params, version, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(revisions, "_files", lambda revision: (LocalFileSystem(), (FileNotFoundError, KeyError)))
    (tmp_path / "artifacts/dataset").mkdir(parents=True)
    (tmp_path / "reports").mkdir()
    (tmp_path / "params.yaml").write_text(params)
    info = {} if version is None else {"format_version": version}
    (tmp_path / "artifacts/dataset/dataset.json").write_text(json.dumps(info))
    monkeypatch.setattr("sys.argv", ["pipeline", command, "v1"])
    assert command_line.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("v1: ") and message in line and f"format {formats.FORMAT_VERSION}." in line
