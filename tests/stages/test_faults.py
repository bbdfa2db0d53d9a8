"""Nothing is lost when things go wrong: real stages, killed, starved, broken and doubled, on a project of the real DVC."""

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from ruamel.yaml import YAML
from sklearn.datasets import load_digits

from pipeline.runtime.errors import InputError
from pipeline.stages import embed

pytestmark = pytest.mark.slow

FORCED = ["dvc", "repro", "--force", "--single-item"]
STAGES = [
    "train@deep",
    "evaluate",
    "report",
]  # with checkpoints, with results in several places, with results that persist
KEPT = {"reports/report.html", "reports/figures", "reports/summary.md"}  # by `persist`


@pytest.mark.parametrize("number", range(len(STAGES)), ids=STAGES)
def test_a_stage_that_is_killed_gives_the_same_when_run_again(shared, number):
    """The stage's process, or all of DVC with it as in a power failure, at random moments, the same in each run."""
    stage, rng = STAGES[number], random.Random(number)
    before = shared.results()
    good, page = contents(shared), (shared.folder / "reports/report.html").read_bytes()
    outs = YAML(typ="safe").load(shared.folder / "dvc.lock")["stages"][stage]["outs"]
    assert killed(shared, stage, rng.random(), everything=rng.random() < 0.5)
    for out in {out["path"] for out in outs} - KEPT:
        left = {path: content for path, content in contents(shared).items() if f"{out}/" in path or path.endswith(out)}
        assert all(path in good for path in left), "what it leaves is whole"
        assert "timings" in out or all(content == good[path] for path, content in left.items())
    assert (shared.folder / "reports/report.html").read_bytes() == page, "the last good page stands"
    shared.run(*FORCED, stage)
    assert shared.results() == before


def test_after_all_that_only_the_times_are_new(shared):
    assert shared.ran() in ([], ["report"])  # which shows them
    assert shared.ran() == []


def killed(project, stage: str, share: float, everything: bool) -> bool:
    """Run one stage by DVC, and kill it at a share of the time that its last run took; sooner, where it has ended by then."""
    name, _, cell = stage.partition("@")
    timing = project.folder / f"artifacts/timings/{name}{'-' if cell else ''}{cell}.json"
    usual = json.loads(timing.read_text())["seconds"] if timing.exists() else 4.0  # report keeps no time of its own
    return any(kill(project, stage, part * share * usual, everything) for part in (0.9, 0.5, 0.2, 0))


def kill(project, stage: str, after: float, everything: bool) -> bool:
    """Whether the stage was still at work so many seconds after its process began, and so did not end well."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = project.environment()
    with subprocess.Popen(project.command(*FORCED, stage), cwd=project.folder, env=environment, **quiet) as running:
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
            worker.suspend()  # it does not end meanwhile
            if worker.status() != psutil.STATUS_ZOMBIE:  # else DVC writes its lock file, and that in place
                if everything:
                    running.kill()
                worker.kill()
        psutil.wait_procs([worker], timeout=60)
        return running.wait(timeout=120) != 0


@pytest.fixture(scope="module")
def shared(finished, tmp_path_factory):
    """A copy that each test leaves as it found it."""
    return finished.copy(tmp_path_factory.mktemp("faults") / "project")


def by_hand(project, *words: str, limits: dict[int, int] | None = None) -> subprocess.Popen:
    def limited() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in a shell's background
        for what, most in (limits or {}).items():
            resource.setrlimit(what, (most, most))

    return subprocess.Popen(
        project.command(*words), cwd=project.folder, env=project.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, preexec_fn=limited, start_new_session=True,
    )  # fmt: skip


def line_of(process: subprocess.Popen, status: int = 2) -> str:
    """The one line on stderr with which it ends."""
    printed = process.communicate(timeout=300)[1].splitlines()
    assert process.returncode == status, printed
    assert len(printed) == 1, printed
    return printed[0]


def contents(project) -> dict[str, bytes]:
    """All files of results, and their bytes."""
    folders = (project.folder / name for name in ("artifacts", "reports"))
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


SMALLEST = 2_000  # bytes: less than any stage writes in a file
# What writes a result, a page with its figures, one file anywhere, and a folder anywhere.
BY_HAND = {
    ("pipeline.stages.prepare",): "artifacts/dataset",
    ("pipeline.stages.report",): "reports/figures",
    ("pipeline", "transform", "new.npy", "--map", "pca", "--out", "new.parquet"): "new.parquet",
    ("pipeline", "export", "--to", "h5ad", "there"): "there",
}


@pytest.mark.parametrize("words", BY_HAND, ids=lambda words: " ".join(words[:2]))
def test_what_may_not_write_ends_in_one_line_and_leaves_all_as_it_was(shared, words):
    """A limit on the size of files stands for a full disk: it needs no rights, and the system's errors are of the same kind."""
    np.save(shared.folder / "new.npy", load_digits().images[:400])
    before = contents(shared)
    line = line_of(by_hand(shared, *words, limits={resource.RLIMIT_FSIZE: SMALLEST}))
    assert line.startswith(f"{BY_HAND[words]}: ") and ("larger than" in line or "the disk is full" in line)
    assert contents(shared) == before
    assert not [
        path
        for path in shared.folder.iterdir()
        if path.name.startswith((".new.parquet", "new.parquet", ".there", "there"))
    ]


# tests/artifacts/test_damage.py knows more.
DAMAGED = {
    "artifacts/spaces/raw/points.npy": (("pipeline.stages.embed", "pca"), "prepare"),
    "artifacts/encoders/deep/decoder.keras": (("pipeline.stages.encode", "deep"), "train@deep"),
    "artifacts/evaluation/registration.json": (("pipeline", "reproduces", "HEAD"), "evaluate"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_artifact_is_named_and_comes_back(shared, name):
    words, stage = DAMAGED[name]
    path = shared.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    before = contents(shared)
    where = str(Path(name).parent) if name.endswith("keras") else name
    try:
        line = line_of(by_hand(shared, *words))
        assert contents(shared) == before
        assert line.startswith((f"{where}: damaged (", f"the workspace: {where}: damaged ("))
        assert line.endswith(f"Run: dvc checkout --force {where}, or dvc repro --force {stage}")
    finally:
        shared.run("dvc", "checkout", "--force", where)
    assert path.read_bytes() == whole


def test_dvc_passes_the_line_on(shared):
    """And its own last line names the stage; the former results come back."""
    shared.replace("params.yaml", "path: data/digits", "path: cut.npy")
    file = shared.folder / "cut.npy"
    np.save(file, load_digits().images)
    file.write_bytes(file.read_bytes()[:5000])
    try:
        output = shared.run("dvc", "repro", "prepare", status=255)
    finally:  # other tests share the project
        shared.replace("params.yaml", "path: cut.npy", "path: data/digits")
        file.unlink()
        shared.run("dvc", "checkout")
    assert "Traceback" not in output and "\ncut.npy: " in output
    assert "ERROR: failed to reproduce 'prepare'" in output and "exited with 2" in output
    assert shared.ran() == []


def waited_for(path: Path, process: subprocess.Popen) -> None:
    while not path.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)


def test_two_of_one_stage_at_once(shared):
    """The second is refused, by the stage's lock or by DVC's own, and touches nothing; the first ends well."""
    first = by_hand(shared, *FORCED, "embed@tsne-raw")
    waited_for(shared.folder / "artifacts/scratch/locks/embed@tsne-raw.lock", first)
    line = line_of(by_hand(shared, "pipeline.stages.embed", "tsne-raw"))
    assert line.startswith("embed@tsne-raw: another process is running it in this folder.")
    output = shared.run(*FORCED, "embed@tsne-raw", status=255)
    assert "is busy, it is being blocked by:" in output and f"(PID {first.pid})" in output
    first.communicate()
    assert first.returncode == 0
    assert shared.ran() in ([], ["report"])


def test_two_writers_of_one_file(shared):
    np.save(shared.folder / "many.npy", np.repeat(load_digits().images, 20, axis=0))
    words = ("pipeline", "transform", "many.npy", "--map", "tsne-raw", "--out", "both.parquet")
    first = by_hand(shared, *words)
    waited_for(shared.folder / ".both.parquet.partial", first)
    assert line_of(by_hand(shared, *words)).startswith("both.parquet: another process is writing it.")
    first.send_signal(signal.SIGINT)
    assert line_of(first, status=130).startswith("transform: interrupted.")
    assert not [path for path in shared.folder.iterdir() if "both" in path.name]


@pytest.mark.parametrize("stage", ["embed tsne-raw", "train deep"])
def test_ctrl_c_is_one_line(shared, stage):
    before = contents(shared)
    name, cell = stage.split()
    running = by_hand(shared, f"pipeline.stages.{name}", cell)
    waited_for(shared.folder / f"artifacts/scratch/locks/{name}@{cell}.lock", running)
    time.sleep(0.7)  # within the work, which takes two seconds on an idle machine
    interrupted = time.monotonic()
    os.killpg(running.pid, signal.SIGINT)
    assert line_of(running, status=130).startswith(f"{name}@{cell}: interrupted.")
    assert time.monotonic() - interrupted < 20
    assert {path: content for path, content in contents(shared).items() if "scratch" not in path} == before


def test_a_stage_without_memory_is_one_line(shared):
    before = contents(shared)
    shared.replace("params.yaml", "hidden: [32]", "hidden: [2000000000]")
    most = {resource.RLIMIT_AS: 64 << 30}  # of which TensorFlow itself reserves several, and uses few
    line = line_of(by_hand(shared, "pipeline.stages.train", "deep", limits=most))
    shared.replace("params.yaml", "hidden: [2000000000]", "hidden: [32]")
    assert line.startswith("params.yaml: encoders.deep: ") and "memory ran out" in line and "batch_size" in line
    assert contents(shared) == before


def test_a_process_of_embed_that_the_system_ends_is_one_line():
    with pytest.raises(InputError, match=r"was ended from outside"), embed.executor(2) as pool:
        pool.submit(os.kill, os.getpid(), 0).result()
        pool.submit(os._exit, 9).result()
