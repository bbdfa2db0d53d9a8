"""A small real project: the repository's own files with small parameters, run by the real DVC."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
# Read when OpenMP is loaded: waiting threads that spin would slow t-SNE tenfold while other tests run.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

SMALL = """
seed: 0
seeds: 2
cluster: null
data:
  path: data/digits
  label: null
  rows: 300
  test_fraction: 0.2
  validation_fraction: 0.1
  scaling: auto
  missing: refuse
  metric: euclidean
neighbors: {k: 30, exact_up_to: 200000}
encoders:
  pca: {kind: pca, code_size: 4}
  deep: {kind: autoencoder, architecture: dense, objective: plain, hidden: [32], code_size: 4,
         code_activation: linear, epochs: 20, batch_size: 32, learning_rate: 0.001, patience: 5, trainings: 2}
maps:
  pca: {space: raw, method: pca}
  tsne-raw: {space: raw, method: tsne, perplexity: 10}
  tsne-deep: {space: deep, method: tsne, perplexity: 10}
  umap-deep: {space: deep, method: umap, n_neighbors: 10, min_dist: 0.1}
subsampling: {max_rows: 1000, subsamples: 10, share: 0.5}
null_maps:
  tsne-raw: {kind: gaussian, draws: 2}
  tsne-deep: {kind: shuffled, draws: 1}
code_size_sweep:
  deep: {sizes: [2, 4], trainings: 2, steps: 50}
evaluate: {k: 10, more_k: [5], exact_up_to: 20000, equivalent_within: 0.01}
transform: {alpha: 0.05, remaining: [tsne-deep]}
report: {columns: all, inputs: true, points: 100000, max_megabytes: 10}
"""


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


class Project:
    """A folder that holds a project, and the commands that its user types there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", *words]

    def run(self, *words: str, status: int = 0, recorder: Path | None = None) -> str:
        """`python -m words`; returns what it printed. recorder: a folder with a sitecustomize.py that each process runs first."""
        # DVC starts the stages with the `python` of PATH.
        done = subprocess.run(
            self.command(*words), cwd=self.folder, env=self.environment(recorder), text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == status, done.stdout
        return done.stdout

    def environment(self, recorder: Path | None = None) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        modules = os.pathsep.join(map(str, filter(None, (recorder, self.folder))))
        return os.environ | {"PATH": path, "PYTHONPATH": modules, "DVC_NO_ANALYTICS": "1"}

    def ran(self) -> list[str]:
        """The stages that `dvc repro` runs now, in order."""
        lines = self.run("dvc", "repro").splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage")]

    def results(self) -> dict[str, str | None]:
        """Hashes of all results in dvc.lock, but of the times and of the page that shows them."""
        lock = YAML(typ="safe").load(self.folder / "dvc.lock")
        return {
            out["path"]: out.get("md5")
            for stage in lock["stages"].values()
            for out in stage["outs"]
            if "timings" not in out["path"] and not out["path"].startswith("reports/report.html")
        }

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def commit(self, message: str) -> None:
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *who, "add", "."], cwd=self.folder, check=True)
        subprocess.run(["git", *who, "commit", "--quiet", "--message", message], cwd=self.folder, check=True)

    def copy(self, folder: Path) -> Project:
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)


# Runs at the start of every process: at the end of a stage's, notes its modules, and mapped files that were replaced meanwhile.
RECORDER = """
import atexit, json, os, sys
from pathlib import Path

replaced = []

def check(event, arguments):  # Windows replaces no file that is open; one that is mapped stays open unnoticed
    if event == "os.rename" and STAGE and os.path.exists("/proc/self/maps"):
        target = str(Path(os.fsdecode(arguments[1])).absolute())
        mapped = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
        replaced.extend(path for path in mapped if path == target or path.startswith(target + "/"))

def record():
    if getattr(sys.modules["__main__"].__spec__, "name", "").startswith("pipeline.stages."):
        files = [module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "pipeline"]
        content = {"files": files, "modules": [*sys.modules], "replaced": replaced}
        Path(__file__).with_name(f"{STAGE}.json").write_text(json.dumps(content))

STAGE = os.environ.get("DVC_STAGE")
if STAGE:
    atexit.register(record)
    sys.addaudithook(check)
"""


def run_pipeline(folder: Path) -> None:
    """Make a project in a folder and run `dvc repro` there; what its stages imported is noted in `records` next to it."""
    for name in ("pipeline", "data", ".dvc", ".dvcignore", ".gitignore", "dvc.yaml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("cache", "tmp"))
        else:
            shutil.copy(source, folder / name)
    (folder / "params.yaml").write_text(SMALL)
    records = folder.with_name("records")
    records.mkdir()
    (records / "sitecustomize.py").write_text(RECORDER)
    project = Project(folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    project.commit("start")
    project.run("dvc", "repro", recorder=records)
    project.commit("results")


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id) -> Project:
    """A project on which `dvc repro` has run, one for all processes of the tests: copy it before changing it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "finished" / "project"
    with FileLock(folder.parent.with_suffix(".lock")):
        if not folder.with_name("done").exists():
            shutil.rmtree(folder.parent, ignore_errors=True)  # of another process, which failed
            run_pipeline(folder)
            folder.with_name("done").touch()
    return Project(folder)


@pytest.fixture
def project(finished, tmp_path) -> Project:
    return finished.copy(tmp_path / "project")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def written():
    """A function that writes a small one of everything that is read again."""
    import numpy as np
    import pandas as pd

    from pipeline import artifacts
    from pipeline.encoders import pca
    from pipeline.types import Dataset, Map, Space

    def write() -> None:
        rows, split = np.zeros((12, 3), np.float32), ["train"] * 10 + ["validation", "test"]
        table = pd.DataFrame({"id": range(12), "split": split})
        artifacts.save_dataset(Dataset(rows, table, {"title": "t"}))
        near = Space(rows, "euclidean", np.zeros((12, 4), np.int32), np.zeros((12, 4)), np.ones(12, bool))
        layers = {"encoder": [(np.ones((3, 2), np.float32), np.zeros(2, np.float32), "linear")]}
        for name in ("raw", "deep"):
            artifacts.save_space(name, near, {"error": rows[:, 0]}, table, layers)
        artifacts.save_map("t.5", Map(rows[None, :, :2], [0], {"method": "pca"}, "", {"mean": rows}), layers)
        artifacts.save_subsampling(table)
        artifacts.save_null_map("t", rows)
        artifacts.save_intrinsic_dimension(table)
        artifacts.save_code_size_sweep("deep", errors=table)
        artifacts.save_remaining("t", rows[:, :2], rows[:, 0], table)
        artifacts.save_evaluation({"points": table}, {"t": []})
        artifacts.save_timing("train@deep", {"seconds": 1})
        encoder = pca.Encoder(rows[0], rows[:2], rows[0], (3,))
        artifacts.save_encoder("linear", [encoder])

    return write
