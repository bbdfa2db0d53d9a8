"""`diff` and `reproduces`: what they print and with which status they end; and on the experiments of a real repository."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import __main__ as command_line
from pipeline import artifacts
from pipeline.runtime.errors import AbsentError
from pipeline.types import Run


def made_run(name: str, r_nx_auc: float, error: float, data: str = "d") -> Run:
    points = np.random.default_rng(0).normal(size=(20, 2)) + (np.arange(20) == 3)[:, None] * 10 * (name == "two")
    measures = pd.DataFrame([("maps", "m", "raw", "r_nx_auc", 0, 0, r_nx_auc)],
                            columns=["view", "name", "against", "measure", "k", "seed", "value"])  # fmt: skip
    sampling = pd.DataFrame([("raw", "maps", "m", "maps", "m", 0.0)],
                            columns=["against", "view", "name", "other_view", "other_name", "covariance"])  # fmt: skip
    lost = pd.DataFrame(columns=["map", "false", "part", "label", "rows", "share"]).astype({"false": bool})
    errors = pd.DataFrame({"encoder": ["deep"], "error": [error], "low": [error - 0.01], "high": [error + 0.01]})
    table = pd.DataFrame({"id": [f"secret-{number}" for number in range(20)]})
    return Run(
        name, {"seed": 0}, table, data, {"columns": data}, {"m": points}, set(), measures, lost, errors, sampling, {}
    )


@pytest.fixture
def command(monkeypatch, tmp_path, capsys, root):
    """A function: two runs and a command's words -> its status, and what it prints."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(root / "params.yaml", tmp_path)

    def call(one: Run, two: Run, *words: str) -> tuple[int, str]:
        runs = {"one": one, "two": two, None: two}
        monkeypatch.setattr(artifacts, "load_run", runs.__getitem__)
        monkeypatch.setattr("sys.argv", ["pipeline", *words])
        status = command_line.main()
        return status, capsys.readouterr().out

    return call


@pytest.mark.parametrize(
    ("two", "status", "text"),
    [
        (made_run("two", 0.5, 1.0), 0, "equivalent"),
        (made_run("two", 0.4, 1.0), 1, "Worse than in one: m."),
        (made_run("two", 0.6, 1.1), 1, "Worse than in one: deep."),
        (made_run("two", 0.4, 1.1, data="other"), 3, "different data"),
    ],
)
def test_the_gate_ends_with_its_status(command, two, status, text):
    one = made_run("one", 0.5, 1.0)
    gated, printed = command(one, two, "diff", "one", "two", "--gate", "--page", "diff.html")
    assert gated == status and text in printed and Path("diff.html").exists()
    assert command(one, two, "diff", "one", "--markdown")[0] == 0


def test_ids_are_not_printed_where_their_column_is_left_out(command):
    one, two = made_run("one", 0.5, 1.0), made_run("two", 0.5, 1.0)
    assert "secret" in command(one, two, "diff", "one", "--markdown")[1]
    params = Path("params.yaml").read_text()
    Path("params.yaml").write_text(params.replace("columns: all", "columns: [label]"))
    printed = command(one, two, "diff", "one", "--markdown")[1]
    assert "secret" not in printed and re.search(r"^\| 1 \| \d+ \| [\d.]+ \|$", printed, re.MULTILINE)


def test_reproduces_compares_figures_where_results_are_absent(command, monkeypatch):
    one, two = made_run("one", 0.5, 1.0), made_run("two", 0.6, 1.0)
    status, printed = command(one, one, "reproduces", "one")
    assert status == 0 and len(printed.splitlines()) == 1
    status, printed = command(one, two, "reproduces", "one", "--within", "0.01")
    assert status == 1 and "maps/m: r_nx_auc is 0.6" in printed and "moved" in printed

    def absent(revision):
        raise AbsentError("not in the cache")

    monkeypatch.setattr(artifacts, "load_figures", lambda revision: ({"seed": 0}, {"maps": {"m": {"recall": 0.5}}}))
    monkeypatch.setattr("sys.argv", ["pipeline", "reproduces", "one"])
    monkeypatch.setattr(artifacts, "load_run", absent)
    assert command_line.main() == 0


@pytest.fixture
def called(project, monkeypatch, capsys):
    """A function: a command's words, and the status it must end with -> what it prints. In this process, which saves imports."""
    monkeypatch.chdir(project.folder)

    def call(*words: str, status: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["pipeline", *words])
        assert command_line.main() == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call


@pytest.mark.slow
def test_experiments_of_a_real_repository(project, called):
    """One changes nothing that matters, one has a code of one dimension; the workspace stays as it is."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=project.folder, capture_output=True, text=True, check=True).stdout

    project.run("dvc", "exp", "run", "--name", "same", "-S", "code_size_sweep.deep.steps=60")
    project.run("dvc", "exp", "run", "--name", "small", "-S", "encoders.deep.code_size=1", "-S", "code_size_sweep={}")
    project.run("dvc", "exp", "apply", "same")
    before = git("status", "--porcelain")
    printed = called("diff", "HEAD", "same", "--gate", "--page", "diff.html")
    assert "every map is unchanged" in printed and "pca and deep are unchanged" in printed
    assert "code_size_sweep.deep.steps" in (project.folder / "diff.html").read_text()
    printed = called("diff", "same", "small", "--markdown")
    assert "| encoders.deep.code\\_size | 4 | 1 |" in printed
    assert "| tsne-raw | unchanged |" in printed and "| tsne-deep | unchanged |" not in printed
    assert re.search(r"\| (tsne|umap)-deep \| worse \|", printed)
    printed = called("diff", "same", "small", "--gate", "--page", "diff.html", status=1)
    assert "Worse than in same:" in printed and "deep" in printed
    (project.folder / "diff.html").unlink()
    assert git("status", "--porcelain") == before

    called("reproduces", "same")
    assert "encoders.deep.code_size is 4, and was 1." in called("reproduces", "small", status=1)
    cache = project.folder / ".dvc/cache"
    shutil.move(cache, project.folder / "moved")  # as in a fresh clone after its first run
    printed = called("reproduces", "HEAD", status=1)
    assert printed.startswith("code_size_sweep.deep.steps is 60, and was 50.") and "cache" in printed
    git("checkout", "HEAD", "params.yaml")
    called("reproduces", "HEAD")
    project.replace("reports/metrics.json", '"r_nx_auc": 0.', '"r_nx_auc": 0.9')
    printed = called("reproduces", "HEAD", status=1)
    assert "maps/tsne-raw: r_nx_auc is 0.9" in printed and "steps" not in printed
    assert called("diff", "HEAD", status=2).startswith("HEAD: ")
    git("checkout", "HEAD", "reports/metrics.json")
    shutil.move(project.folder / "moved", cache)

    points = hashlib.md5((project.folder / "artifacts/spaces/raw/points.npy").read_bytes()).hexdigest()
    (cache / "files/md5" / points[:2] / points[2:]).unlink()  # as if not everything was fetched
    printed = called("diff", "HEAD", "same", "--markdown")
    assert "every map is equivalent" in printed and "| deep | unchanged |" in printed
    printed = called("diff", "none-such", status=2)
    assert printed.startswith("none-such: ") and len(printed.splitlines()) == 1
