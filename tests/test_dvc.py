"""What the real DVC runs, and what it leaves when a stage is killed."""

import contextlib
import json
import subprocess
import sys
import time

import psutil
import pytest
from ruamel.yaml import YAML

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
    assert project.ran() == ["embed@tsne-deep", "redraw@tsne-deep", *AFTER]


def test_a_list_of_perplexities_draws_a_map_for_each(project):
    project.replace("params.yaml", "tsne-deep: {space: deep, method: tsne, perplexity: 10}",
                    "tsne-deep: {space: deep, method: tsne, perplexity: [5, 10]}")  # fmt: skip
    assert project.ran() == ["embed@tsne-deep", "redraw@tsne-deep", *AFTER]
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
    assert project.ran() == ["embed@tsne-pca", "redraw@tsne-pca", *AFTER]
    assert reported()
    project.replace("params.yaml", line, "redraw:")
    assert project.ran() in (AFTER, [])  # nothing where DVC has kept that result
    assert not reported()
    assert "No longer in params.yaml: artifacts/maps/tsne-pca, artifacts/controls/redrawn/tsne-pca" in project.run(
        "pipeline", "check"
    )
    project.run("pipeline", "clean")
    assert not (project.folder / "artifacts/maps/tsne-pca").exists()
    assert set(project.ran()) <= set(AFTER)  # which look at the folder of all maps


def test_a_method_is_a_file(project):
    """A change in one method's file redraws its maps; a new file redraws none."""
    project.replace("pipeline/methods/umap.py", "SEEDED = True", "SEEDED = bool(1)")
    ran = project.ran()
    assert ran[0] == "embed@umap-deep"
    assert set(ran[1:]) <= {"redraw@umap-deep", *AFTER}
    (project.folder / "pipeline/methods/other.py").write_text('"""Another method."""\n')
    assert project.ran() == []


def test_dvc_reads_the_results(project):
    assert "trustworthiness" in project.run("dvc", "metrics", "show")
    assert project.run("dvc", "metrics", "diff").strip() == ""
    assert "index.html" in project.run("dvc", "plots", "show")
    assert "maps.tsne-deep.area" in project.run("dvc", "exp", "show", "--csv")
    graph = project.run("dvc", "dag", "--mermaid")
    assert graph.startswith("flowchart TD")


def results(project) -> dict[str, dict]:
    """Hashes of all results in dvc.lock but the times."""
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    return {
        out["path"]: out.get("md5")
        for stage in lock["stages"].values()
        for out in stage["outs"]
        if "timings" not in out["path"] and not out["path"].startswith("reports/report.html")
    }


def kill_in_the_middle(project, stage: str) -> None:
    """Run one stage by DVC, and SIGKILL its process at half the time that its last run took; where that was slow by
    chance, and this one is done by then, sooner."""
    name, _, cell = stage.partition("@")
    timing = project.folder / f"artifacts/timings/{name}{'-' if cell else ''}{cell}.json"
    usual = json.loads(timing.read_text())["seconds"] if timing.exists() else 4.0  # report keeps no time of its own
    assert any(killed(project, stage, 0.4 + share * usual) for share in (0.5, 0.25, 0.1, 0))


def killed(project, stage: str, after: float) -> bool:
    """Whether the stage was still at work so many seconds after its process began, and so did not end well."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        project.command(*FORCED, stage), cwd=project.folder, env=project.environment(), **quiet
    ) as running:
        worker = None
        while worker is None:
            assert running.poll() is None, "the stage never began"
            children = psutil.Process(running.pid).children(recursive=True)
            # A word of its own: in the command of the shell that some systems leave between, it is a part of one.
            named = f"pipeline.stages.{stage.partition('@')[0]}"
            with contextlib.suppress(psutil.NoSuchProcess):  # a child of DVC's that has just ended
                worker = next((child for child in children if named in child.cmdline()), None)
            time.sleep(0.01)
        time.sleep(after)
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
        return running.wait(timeout=120) != 0


FORCED = ["dvc", "repro", "--force", "--single-item"]
STAGES = ["prepare", "train@deep", "encode@deep", "embed@tsne-raw", "evaluate", "report"]


def test_killed_stages_leave_nothing_half_written(project):
    before = results(project)
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    for stage in STAGES:
        project.run(*FORCED, stage)  # warm, so that its time is the next run's, too
        page = (project.folder / "reports/report.html").read_bytes()
        kill_in_the_middle(project, stage)
        gone = [project.folder / out["path"] for out in lock["stages"][stage]["outs"]]
        kept = {"reports/report.html", "reports/figures", "reports/summary.md"}
        assert not any(path.exists() for path in gone if str(path.relative_to(project.folder)) not in kept)
        assert (project.folder / "reports/report.html").read_bytes() == page, "the last good page stands"
        project.run("dvc", "checkout")  # brings the last good artifacts back
    project.run("dvc", "repro")
    assert project.ran() == []
    assert results(project) == before


def test_the_same_run_gives_the_same_bytes(project):
    before = results(project)
    project.run("dvc", "repro", "--force")
    assert results(project) == before


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
