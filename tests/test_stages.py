"""What stages say of themselves."""

import sys

import pytest

from pipeline import artifacts, stages


@pytest.mark.parametrize("stage", ["prepare", "report"])
def test_a_stage_ends_with_what_it_took(stage, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stage"])
    took = stages.timing() | {"seconds": 1234.56, "peak_bytes": 3 * 2**29}
    monkeypatch.setattr(stages, "timing", lambda: took)
    stages.run(stage, lambda: print("at work", file=sys.stderr))
    assert capsys.readouterr().err == f"at work\n{stage}: 1,234.6 s, 1.5 GiB\n"
    assert artifacts.load_timing(stage) == (took if stage == "prepare" else None)
