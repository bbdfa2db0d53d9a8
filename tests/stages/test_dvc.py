"""What the real DVC runs, and what it does not run again."""

import json
import re
import subprocess
import sys

import numpy as np
import psutil
import pytest

pytestmark = pytest.mark.slow

AFTER = ["evaluate", "report"]


def test_a_second_run_runs_nothing(project):
    assert project.ran() == []
    assert "Data and pipelines are up to date." in project.run("dvc", "status")
    assert "Nothing would run" in project.run("pipeline", "check")


def test_one_perplexity_redraws_one_map(project):
    project.replace("params.yaml", "tsne-deep: {space: deep, method: tsne, perplexity: 10}",
                    "tsne-deep: {space: deep, method: tsne, perplexity: 8}")  # fmt: skip
    assert "Would run: embed@tsne-deep" in project.run("pipeline", "check")
    assert project.ran() == ["embed@tsne-deep", "subsampling@tsne-deep", "transform@tsne-deep", *AFTER]


def test_a_list_of_perplexities_draws_a_map_for_each(project):
    project.replace("params.yaml", "tsne-deep: {space: deep, method: tsne, perplexity: 10}",
                    "tsne-deep: {space: deep, method: tsne, perplexity: [5, 10]}")  # fmt: skip
    assert project.ran() == ["embed@tsne-deep", "subsampling@tsne-deep", "transform@tsne-deep", *AFTER]
    metrics = json.loads((project.folder / "reports/metrics.json").read_text())
    assert {"tsne-deep.5", "tsne-deep.10"} <= set(metrics["maps"])
    page = (project.folder / "reports/report.html").read_text()
    assert "t-SNE of deep codes, perplexity 5" in page
    assert "t-SNE of deep codes by perplexity" in page


def test_a_map_comes_and_goes_by_one_line(project):
    def reported() -> bool:
        metrics = json.loads((project.folder / "reports/metrics.json").read_text())
        page, summary = ((project.folder / f"reports/{name}").read_text() for name in ("report.html", "summary.md"))
        title = "t-SNE of 4 components"
        places = {"tsne-pca" in metrics["maps"], "tsne-pca" in page, title in page, title in summary}
        assert len(places) == 1
        return places.pop()

    line = "  tsne-pca: {space: pca, method: tsne, perplexity: 10}\nredraw:"
    project.replace("params.yaml", "redraw:", line)
    assert project.ran() == ["embed@tsne-pca", "subsampling@tsne-pca", "transform@tsne-pca", *AFTER]
    assert reported()
    project.replace("params.yaml", line, "redraw:")
    assert project.ran() in (AFTER, [])  # nothing where DVC has kept that result
    assert not reported()
    said = project.run("pipeline", "check")
    assert re.search(r"No longer in params.yaml: \d results \(artifacts/maps/tsne-pca, ", said)
    assert "may run evaluate and report again" in project.run("pipeline", "clean")
    assert project.run("pipeline", "clean").startswith("Nothing to remove")
    assert not (project.folder / "artifacts/maps/tsne-pca").exists()
    assert set(project.ran()) <= set(AFTER)  # which look at the folder of all maps


def test_a_method_is_a_file(project):
    """A change in one method's file redraws its maps; a new file redraws none."""
    project.replace("pipeline/methods/umap.py", "EPOCHS = 100", "EPOCHS = int(100)")
    ran = project.ran()
    assert ran[0] == "embed@umap-deep"
    assert set(ran[1:]) <= {"subsampling@umap-deep", "transform@umap-deep", *AFTER}
    (project.folder / "pipeline/methods/other.py").write_text('"""Another method."""\n')
    assert project.ran() == []


def test_dvc_reads_the_results(project):
    assert "trustworthiness" in project.run("dvc", "metrics", "show")
    assert project.run("dvc", "metrics", "diff").strip() == ""
    assert "index.html" in project.run("dvc", "plots", "show")
    assert "maps.tsne-deep.r_nx_auc" in project.run("dvc", "exp", "show", "--csv")
    graph = project.run("dvc", "dag", "--mermaid")
    assert graph.startswith("flowchart TD")


def test_the_same_run_gives_the_same_bytes(project):
    before = project.results()
    said = project.run("dvc", "repro", "--force")
    assert "The report: reports/report.html. To look at it: python -m pipeline open" in said
    assert project.results() == before


def test_drawing_processes_end_with_their_stage():
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


def test_rows_left_out_are_put_onto_the_maps(project):
    project.replace("params.yaml", "others: false", "others: true")
    ran = project.ran()
    assert {stage for stage in ran if stage.startswith("transform@")} == {f"place@{name}" for name in ("pca", "tsne-raw", "tsne-deep", "umap-deep")}  # fmt: skip
    assert not [stage for stage in ran if stage.startswith(("prepare", "train", "encode", "embed"))]
    places = np.load(project.folder / "artifacts/others/tsne-deep/points.npy", allow_pickle=False)
    assert places.shape == (1797 - 300, 2) and np.isfinite(places).all()
    html = (project.folder / "reports/report.html").read_text(encoding="utf-8")
    assert "the other 1,497 rows of the source were put onto them" in html


def test_a_run_on_a_cluster_is_the_run_without_it(project):
    """Real stages, an autoencoder's among them: each result the same to the byte, and no stage runs because of the cluster."""
    project.replace("params.yaml", "cluster: null", "cluster: local:2")
    assert project.ran() == []
    before = project.results()
    project.run("dvc", "repro", "--force", "prepare", "encode@deep", "evaluate", "--single-item")
    assert project.results() == before
