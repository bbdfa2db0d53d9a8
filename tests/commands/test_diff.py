"""`diff` and `reproduces` on the experiments of a real repository."""

import hashlib
import shutil
import subprocess

import pytest

from pipeline import __main__ as command_line

pytestmark = pytest.mark.slow


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
    assert "| deep | worse |" in printed
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
