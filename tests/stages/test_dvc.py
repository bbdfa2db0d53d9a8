"""What the real DVC runs, and what it does not run again."""

import json
import re
import subprocess
import sys

import numpy as np
import psutil
import pytest

pytestmark = pytest.mark.slow

AFTER = {"evaluate", "report"}


def test_a_second_run_runs_nothing(project):
    assert project.ran() == []
    assert "Data and pipelines are up to date." in project.run("dvc", "status")
    assert "Nothing would run" in project.run("pipeline", "check")


@pytest.fixture
def quick(project):
    """Without subsamples, so that a change of maps costs seconds."""
    project.replace("params.yaml", "max_rows: 1000", "max_rows: 0")
    return project


def test_a_list_of_values_is_a_map_for_each(quick):
    quick.replace("params.yaml", "method: umap, n_neighbors: 10,", "method: umap, n_neighbors: [8, 10],")
    assert "Would run: embed@umap-deep" in quick.run("pipeline", "check")
    ran = quick.ran()
    assert ran[0] == "embed@umap-deep" and {*ran[1:]} == {"subsampling", *AFTER}
    metrics = json.loads((quick.folder / "reports/metrics.json").read_text())
    page = (quick.folder / "reports/report.html").read_text()
    names = {"umap-deep.8", "umap-deep.10"}
    assert names <= {*metrics["maps"]} and all(name in page for name in names)


def test_a_map_comes_and_goes_by_one_line(quick):
    def reported() -> bool:
        metrics = json.loads((quick.folder / "reports/metrics.json").read_text())
        page = (quick.folder / "reports/report.html").read_text()
        places = {"tsne-pca" in metrics["maps"], "tsne-pca" in page}
        assert len(places) == 1
        return places.pop()

    line = "  tsne-pca: {space: pca, method: tsne, perplexity: 10}\nsubsampling:"
    quick.replace("params.yaml", "subsampling:", line)
    ran = quick.ran()
    assert ran[0] == "embed@tsne-pca" and {*ran[1:]} == {"subsampling", *AFTER}
    assert reported()
    quick.replace("params.yaml", line, "subsampling:")
    assert {*quick.ran()} <= {"subsampling", *AFTER}  # nothing where DVC has kept that result
    assert not reported()
    leftovers = re.search(
        r"No longer in params.yaml: (\d) results .*artifacts/maps/tsne-pca", quick.run("pipeline", "check")
    )
    assert quick.run("pipeline", "clean").count("Removed artifacts/") == int(leftovers[1])
    assert quick.run("pipeline", "clean").startswith("Nothing to remove")
    assert not (quick.folder / "artifacts/maps/tsne-pca").exists()
    assert {*quick.ran()} <= AFTER  # which depend on the folder of all maps


def test_a_method_is_a_file(quick):
    """A change in one method's file embeds its maps again, and a new file none; controls depend on all methods."""
    with (quick.folder / "pipeline/methods/umap.py").open("a") as file:
        file.write("# changed\n")
    (quick.folder / "pipeline/methods/other.py").write_text('"""Another method."""\n')
    ran = quick.ran()
    assert ran[0] == "embed@umap-deep"
    assert {*ran[1:]} <= {"subsampling", "transform@tsne-deep", *AFTER}


def test_dvc_reads_the_results(project):
    assert "trustworthiness" in project.run("dvc", "metrics", "show")
    assert project.run("dvc", "metrics", "diff").strip() == ""
    assert "index.html" in project.run("dvc", "plots", "show")
    assert "maps.tsne-deep.r_nx_auc" in project.run("dvc", "exp", "show", "--csv")
    assert project.run("dvc", "dag", "--mermaid").startswith("flowchart TD")


def test_stages_on_a_cluster_give_the_same_bytes(project):
    """Again, by worker processes; to name a cluster runs nothing again. tests/stages/test_faults.py repeats the other kinds."""
    project.replace("params.yaml", "cluster: null", "cluster: local:2")
    assert project.ran() == []
    before = project.results()
    stages = ("prepare", "encode@deep", "embed@umap-deep", "code_size_sweep@deep", "transform@tsne-deep", "evaluate")
    project.run("dvc", "repro", "--force", "--single-item", *stages)
    assert project.results() == before


def test_processes_of_embed_end_with_their_stage():
    program = """
import time
from pipeline.stages import embed
if __name__ == "__main__":
    with embed.executor(2) as pool:
        print(*[pool.submit(time.sleep, 0.5).result() for _ in range(4)], *pool._processes, flush=True)
        pool.submit(time.sleep, 60).result()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as stage:
        workers = [psutil.Process(int(word)) for word in stage.stdout.readline().split() if word != "None"]
        assert workers
        stage.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not [worker for worker in alive if worker.status() != psutil.STATUS_ZOMBIE]


def test_rows_left_out_are_transformed(finished):
    points = np.load(finished.folder / "artifacts/supplement/remaining/tsne-deep/points.npy", allow_pickle=False)
    assert points.shape == (1797 - 300, 2) and np.isfinite(points).all()
    assert "1,497" in (finished.folder / "reports/report.html").read_text(encoding="utf-8")
