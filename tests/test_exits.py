"""How commands end when things go wrong: one line that says what, where, and what to do, a status, and nothing lost."""

import contextlib
import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline import artifacts, exits, locking, progress
from pipeline.artifacts import formats, paths
from pipeline.encoders import pca
from pipeline.errors import InputError
from pipeline.nouns import Dataset, Drawn, Space
from pipeline.writing import SCRATCH, check_target, replacing_folder, whole

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def failing(error: BaseException):
    def work() -> None:
        raise error

    return work


ROOM = exits.ROOM
NUMPYS_WORDS = OSError("1000 requested and 24 written")
HDF5S_WORDS = OSError("Can't write data (file write failed: errno = 28, error message = 'No space left on device')")
ENDS = {
    "input": (InputError("a: b. Do c."), 2, "a: b. Do c."),
    "full": (OSError(errno.ENOSPC, "No space", "artifacts/x"), 2, f"artifacts/x: the disk is full. {ROOM}"),
    "full, NumPy": (NUMPYS_WORDS, 2, f"train@deep: the disk is full. {ROOM}"),
    "full, HDF5": (HDF5S_WORDS, 2, f"train@deep: the disk is full. {ROOM}"),
    "quota": (OSError(errno.EDQUOT, "Quota", "x"), 2, f"x: your share of the disk is used up. {ROOM}"),
    "read only": (OSError(errno.EROFS, "Read-only", "x"), 2, "x: the disk can only be read. Work in a folder that can be written to."),
    "rights": (PermissionError(errno.EACCES, "No", "x"), 2, f"x: permission denied. {exits.RIGHTS}"),
    "gone": (FileNotFoundError(errno.ENOENT, "No", "x"), 2, "x: not there. Check the name, and the folder that you are in."),
    "other": (OSError(errno.ENOTEMPTY, "Directory not empty", "x"), 2, "x: Directory not empty. Run it again with -v to see where."),
    "memory": (MemoryError(), 2, "train@deep: memory ran out. Close other programs, or use fewer rows (data.rows in params.yaml), then run it again."),
    "interrupted": (KeyboardInterrupt(), 130, "train@deep: interrupted. Nothing half-written is left; run it again to go on."),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_each_end_has_its_line_and_its_status(end, capsys):
    error, status, line = ENDS[end]
    assert exits.status_of("train@deep", failing(error)) == status
    assert capsys.readouterr() == ("", f"{line}\n")


def test_a_full_memory_says_for_what(capsys):
    assert exits.status_of("embed@a", lambda: np.empty((10**7, 10**7))) == 2
    assert "embed@a: memory ran out (Unable to allocate 728. TiB for an array" in capsys.readouterr().err


@pytest.mark.parametrize("verbose", ["", "0", "1"])
def test_a_bug_is_one_line_that_says_where(verbose, capsys, monkeypatch):
    monkeypatch.setenv(exits.VERBOSE, verbose)
    assert exits.status_of("embed@a", lambda: paths.of_map(Path("x"), None)) == 70
    traced, line = capsys.readouterr().err.rstrip("\n").rpartition("\n")[::2]
    assert line.startswith("embed@a: this is a bug in codescape: AttributeError: 'NoneType' object")
    todo = r"Run it again with -v \(stages: CODESCAPE_VERBOSE=1 dvc repro\) for the traceback, and report that\.$"
    assert re.search(rf"\(paths\.py, line \d+\)\. {todo}", line)
    assert bool(traced) == (verbose == "1") == ("Traceback" in traced)


def test_fine_is_zero_and_no_is_one():
    assert exits.status_of("x", lambda: None) == exits.FINE == 0
    assert exits.status_of("diff", lambda: exits.NO) == 1


def command(*words: str, **given) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != exits.VERBOSE}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words], env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, **given
    )  # fmt: skip


def test_the_command_line_shows_a_traceback_to_who_asks():
    line = "params.yaml: no such file. Run from the folder that holds params.yaml and dvc.yaml.\n"
    quiet = command("check")
    assert (quiet.returncode, quiet.stderr) == (2, line)
    for words in (("-v", "check"), ("check", "--verbose")):
        said = command(*words)
        assert said.returncode == 2
        assert said.stderr.startswith("Traceback (most recent call last)") and said.stderr.endswith(line)


def test_help_loads_nothing_heavy():
    program = (
        "import sys, pipeline.__main__ as m; m.parser().format_help(); "
        "print(*{name.split('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'pydantic', 'ruamel', 'rich', 'pyarrow'})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
    assert "Exit status: 0 fine; 1 a gate or a comparison said no; 2 something" in " ".join(
        command("--help").stdout.split()
    )


# Artifacts.


def written() -> None:
    """A small one of everything that is read again."""
    rows, split = np.zeros((12, 3), np.float32), ["train"] * 10 + ["validation", "test"]
    table = pd.DataFrame({"id": range(12), "split": split})
    artifacts.save_dataset(Dataset(rows, table, {"title": "t"}))
    near = Space(rows, "euclidean", np.zeros((12, 4), np.int32), np.zeros((12, 4)), np.ones(12, bool))
    layers = {"encoder": [(np.ones((3, 2), np.float32), np.zeros(2, np.float32), "linear")]}
    for name in ("raw", "deep"):
        artifacts.save_space(name, near, {"error": rows[:, 0]}, table, layers)
    artifacts.save_map("t.5", rows[None, :, :2], [0], Drawn({"method": "pca"}, "", {"mean": rows}), layers)
    artifacts.save_redrawn("t", table)
    artifacts.save_structureless("t", rows)
    artifacts.save_advice("raw", dimensions=table)
    artifacts.save_advice("deep", errors=table)
    artifacts.save_evaluation({"points": table}, {"t": []})
    artifacts.save_timing("train-deep", {"seconds": 1})
    encoder = pca.Encoder(rows[0], rows[:2], rows[0], (3,))
    artifacts.save_encoder("linear", [encoder])


MADE_BY = {
    "dataset/rows.npy": ("prepare", artifacts.load_dataset),
    "dataset/table.parquet": ("prepare", artifacts.load_table),
    "columns.parquet": ("prepare", lambda: artifacts.load_dataset(whole=True)),
    "dataset/dataset.json": ("prepare", artifacts.load_dataset),
    "spaces/raw/points.npy": ("prepare", lambda: artifacts.load_space("raw")),
    "spaces/raw/neighbors.npz": ("prepare", lambda: artifacts.load_space("raw")),
    "spaces/deep/space.json": ("encode@deep", lambda: artifacts.load_space("deep")),
    "spaces/deep/error.npy": ("encode@deep", lambda: artifacts.load_arrays("deep")),
    "spaces/deep/layers.npz": ("encode@deep", lambda: artifacts.load_space_layers("deep")),
    "spaces/deep/trials.parquet": ("encode@deep", lambda: artifacts.load_trials("deep")),
    "encoders/linear": ("train@linear", lambda: artifacts.load_encoder("linear", pca)),
    "maps/t/5/points.npy": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/map.json": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/mapper.npz": ("embed@t", lambda: artifacts.load_drawn("t.5")),
    "controls/redrawn/t/areas.parquet": ("redraw@t", lambda: artifacts.load_redrawn("t")),
    "controls/structureless/t/points.npy": ("structureless@t", lambda: artifacts.load_structureless("t")),
    "advice/raw/dimensions.parquet": ("prepare", lambda: artifacts.load_advice("raw", "dimensions")),
    "advice/deep/errors.parquet": ("advise@deep", lambda: artifacts.load_advice("deep", "errors")),
    "evaluation/points.parquet": ("evaluate", lambda: artifacts.load_evaluation("points")),
    "evaluation/registration.json": ("evaluate", artifacts.load_registration),
    "timings/train-deep.json": ("train@deep", lambda: artifacts.load_timing("train-deep")),
}
OPTIONAL = {"spaces/deep/layers.npz", "spaces/deep/error.npy", "timings/train-deep.json"}  # not there is an answer, too
DAMAGE = {
    "cut off": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "other": lambda content: b"<html>Sign in to read this file</html>",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", MADE_BY)
def test_a_damaged_artifact_is_one_line_with_the_commands_that_mend_it(name, damage):
    written()
    stage, load = MADE_BY[name]
    load()
    path = file = paths.ARTIFACTS / name
    if path.is_dir():  # an encoder is read as a whole
        (file,) = path.iterdir()
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(InputError) as refused:
        load()
    line = str(refused.value)
    assert line.startswith(f"artifacts/{name}: damaged (") and "\n" not in line
    assert line.endswith(f"). Run: dvc checkout --force artifacts/{name}, or dvc repro --force {stage}")


@pytest.mark.parametrize("name", sorted({*MADE_BY} - OPTIONAL))
def test_a_missing_artifact_is_one_line_with_the_command_that_makes_it(name):
    written()
    stage, load = MADE_BY[name]
    path = paths.ARTIFACTS / name
    for file in [*path.iterdir()] if path.is_dir() else [path]:
        file.unlink()
    with pytest.raises(InputError, match=rf": not there\. Run: dvc repro {stage}, or dvc checkout for the last one\.$"):
        load()


def test_an_older_format_is_refused_before_anything_else_is_read(monkeypatch):
    written()
    for damaged in ("dataset/rows.npy", "spaces/deep/points.npy", "maps/t/5/points.npy"):
        (paths.ARTIFACTS / damaged).unlink()  # as of a version that named them otherwise
    version = formats.FORMAT_VERSION
    monkeypatch.setattr(formats, "FORMAT_VERSION", version + 1)
    for load, folder, stage in (
        (artifacts.load_dataset, "dataset", "prepare"),
        (lambda: artifacts.load_space("deep"), "spaces/deep", "encode@deep"),
        (lambda: artifacts.load_map("t.5"), "maps/t/5", "embed@t"),
    ):
        with pytest.raises(InputError) as refused:
            load()
        assert str(refused.value) == (
            f"artifacts/{folder}: format version {version}, this program reads {version + 1}. Renew it: dvc repro --force {stage}"
        )


# Disks.


@pytest.fixture
def disk(tmp_path):
    """A function that makes a disk of so many KiB at tmp_path/disk, and returns its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options: str) -> Path:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder], capture_output=True)
        if done.returncode:
            pytest.skip("this user may not mount a small disk")
        return folder

    if sys.platform != "linux":
        pytest.skip("small disks are mounted on Linux only")
    yield mount
    os.chdir(tmp_path)  # a disk that somebody is in stays
    if folder.is_mount():
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_one_line_and_leaves_the_former_result(disk, monkeypatch, capsys):
    monkeypatch.chdir(disk("size=256k"))
    written()
    former = {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    large = np.random.default_rng(0).random((300, 300), dtype=np.float32)
    tables = {"points": pd.DataFrame(large)}
    drawn = Drawn({}, "", {"large": large})
    for save, target in (
        (lambda: artifacts.save_structureless("t", large), "controls/structureless/t"),
        (lambda: artifacts.save_map("t.5", large[None, :9, :2], [], drawn), "maps/t/5"),
        (lambda: artifacts.save_evaluation(tables, {}), "evaluation"),
        (lambda: artifacts.save_timing("train-deep", {"seconds": large.tolist()}), "timings/train-deep.json"),
        (lambda: artifacts.save_encoder("linear", [pca.Encoder(large, large, large[0], (3,))]), "encoders/linear"),
    ):
        assert exits.status_of("x", save) == 2
        assert capsys.readouterr().err == f"artifacts/{target}: the disk is full. {ROOM}\n"
    assert former == {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    with pytest.raises(OSError, match=r"No space left on device: 'out\.json'"), whole(Path("out.json")) as path:
        path.write_bytes(large.tobytes())
    assert not [path for path in Path().iterdir() if "out" in path.name]


def test_the_last_bytes_on_a_full_disk_are_missed(disk, monkeypatch, capsys):
    """A few bytes go through buffers, which are emptied only at the end."""
    monkeypatch.chdir(disk("size=256k"))
    written()
    former = {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    with contextlib.suppress(OSError), open("filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    few, table = np.ones((20, 2), np.float32), pd.DataFrame({"a": [1.0]})
    for save, target in (
        (lambda: artifacts.save_structureless("t", few), "controls/structureless/t"),
        (lambda: artifacts.save_map("t.5", few[None], [], Drawn({}, "", {"few": few})), "maps/t/5"),
        (lambda: artifacts.save_redrawn("t", table), "controls/redrawn/t"),
        (lambda: artifacts.save_encoder("linear", [pca.Encoder(few, few, few[0], (3,))]), "encoders/linear"),
        (lambda: artifacts.save_timing("train-deep", {"seconds": 2}), "timings/train-deep.json"),
        (lambda: artifacts.save_dataset(Dataset(few, table.assign(split="train"), {})), "dataset"),
    ):
        assert exits.status_of("x", save) == 2
        assert capsys.readouterr().err == f"artifacts/{target}: the disk is full. {ROOM}\n"
    assert former == {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}


def test_arrays_are_what_numpy_writes():
    for array in (
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.ones((3, 4), np.float32)),
        np.zeros((0, 2)),
        np.float32(3),
    ):
        formats.save_array(Path("ours.npy"), array)
        np.save("theirs.npy", array)
        assert Path("ours.npy").read_bytes() == Path("theirs.npy").read_bytes()


def test_a_disk_that_can_only_be_read_is_one_line(disk, monkeypatch, capsys):
    folder = disk("size=1m")
    monkeypatch.chdir(folder)
    written()
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)

    def work() -> None:
        with artifacts.alone("prepare"):
            pass

    for save, where in (
        (lambda: artifacts.save_structureless("t", np.zeros(3)), "artifacts/controls/structureless/t"),
        (work, "artifacts/scratch/locks"),
    ):
        assert exits.status_of("x", save) == 2
        assert (
            capsys.readouterr().err == f"{where}: the disk can only be read. Work in a folder that can be written to.\n"
        )


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_page_that_cannot_be_written_leaves_the_good_one_and_its_figures(code, monkeypatch):
    artifacts.save_report("good", "good", {"a.svg": b"good"})
    before = {path: path.read_bytes() for path in paths.REPORTS.rglob("*") if path.is_file()}
    real = Path.write_text

    def write(path: Path, text: str, **given) -> int:
        if path.name == "report.html":
            real(path, text[:2], **given)
            raise OSError(code, os.strerror(code))
        return real(path, text, **given)

    monkeypatch.setattr(Path, "write_text", write)
    with pytest.raises(OSError, match=r"reports/report\.html"):
        artifacts.save_report("new", "new", {"a.svg": b"new", "b.svg": b"new"})
    assert before == {path: path.read_bytes() for path in paths.REPORTS.rglob("*") if path.is_file()}
    assert not any(SCRATCH.iterdir())


def test_what_hdf5_says_of_a_full_disk_is_said_of_the_target(capsys):
    def work() -> None:
        with whole(Path("out.h5ad")):
            raise RuntimeError(
                "Set slist enabled failed (file write failed: time = now, errno = 28, error message = '')"
            )

    assert exits.status_of("export", work) == 2
    assert capsys.readouterr().err == f"out.h5ad: the disk is full. {ROOM}\n"


def test_a_target_that_cannot_be_is_refused_before_the_work():
    for target in ("none/there.json", "."):
        with pytest.raises(InputError, match="is a folder, or in none that is there"):
            check_target(target)
    check_target("here.json")


# Others at work.

HOLD = """
import sys, time
from pathlib import Path
from pipeline.writing import whole
with whole(Path("out.txt")) as path:
    path.write_text("first", encoding="utf-8")
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD], env=environment, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_writers_of_one_file(holder):
    """The second is refused; the first's file is whole; nothing else stays."""
    line = r"^out\.txt: another process is writing it\. Wait until that has ended, or name another target\.$"
    with pytest.raises(InputError, match=line), whole(Path("out.txt")):
        pytest.fail("it was let in")
    holder.communicate("\n")
    assert holder.returncode == 0
    assert [path.name for path in Path().iterdir()] == ["out.txt"]
    assert Path("out.txt").read_text() == "first"


def test_a_lock_ends_with_its_holder(holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with whole(Path("out.txt")) as path:
        path.write_text("second")
    assert [path.name for path in Path().iterdir()] == ["out.txt"]
    assert Path("out.txt").read_text() == "second"


def test_windows_locks_by_other_means(monkeypatch):
    """Without fcntl, and with what stands for msvcrt: refused while it is held, and nothing is left."""
    import fcntl

    def lock(number: int, mode: int, count: int) -> None:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=lock, LK_NBLCK=2))
    monkeypatch.setattr(locking, "fcntl", None)
    with whole(Path("out.txt")) as path:
        path.write_text("first")
        with pytest.raises(InputError, match="another process is writing it"), whole(Path("out.txt")):
            pytest.fail("it was let in")
    assert [path.name for path in Path().iterdir()] == ["out.txt"]


def test_peak_memory_is_known_without_the_module_that_windows_lacks(monkeypatch):
    from pipeline import stages

    usual = stages.peak_bytes()
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(
        Process=lambda: SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=usual))))  # fmt: skip
    assert stages.peak_bytes() == usual > 2**20


def test_many_writers_take_turns():
    """Whoever is let in is alone, also while others remove and make the lock."""
    program = """
import sys, time
from pathlib import Path
from pipeline.errors import InputError
from pipeline.locking import alone
count, end = 0, time.monotonic() + 1
while time.monotonic() < end:
    try:
        with alone(Path("lock"), "busy"):
            with open("inside", "x"):
                count += 1
            Path("inside").unlink()
    except InputError:
        pass
print(count)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]
    counts = [int(process.communicate()[0]) for process in running]
    assert all(process.returncode == 0 for process in running) and sum(counts) > 100


def test_a_failed_folder_keeps_the_former_one():
    for value in ("former", "new"):
        try:
            with replacing_folder(Path("artifacts/x")) as folder:
                (folder / "a").write_text(value)
                if value == "new":
                    raise MemoryError
        except MemoryError:
            pass
    assert Path("artifacts/x/a").read_text() == "former"


# What is said meanwhile.


def test_progress_is_seldom_in_ci_and_has_no_colors_without_wish(monkeypatch, capsys):
    now = iter(range(0, 10_000, 15))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    for ci, lines in ((None, 10), ("true", 2)):
        monkeypatch.setenv("CI", ci) if ci else monkeypatch.delenv("CI", raising=False)
        with progress.bar("work", 11) as show:
            for done in range(11):
                show(done)
        assert len(capsys.readouterr().err.splitlines()) == lines


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudoterminals of this kind")
@pytest.mark.parametrize(("name", "value", "color", "bar"), [("NO_COLOR", "", True, True), ("NO_COLOR", "1", False, True), ("CI", "1", False, False), ("TERM", "dumb", False, False)])  # fmt: skip
def test_a_terminal_has_a_bar_with_colors_for_who_wants_them(name, value, color, bar):
    import pty

    program = "from pipeline import progress\nwith progress.bar('work', 3) as show: show(1); show(3)"
    ours, theirs = pty.openpty()
    environment = {key: kept for key, kept in os.environ.items() if key not in ("CI", "NO_COLOR")}
    environment |= {"TERM": "xterm-256color", name: value, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], env=environment, stderr=theirs, check=True)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # Linux's word for an end
        pass
    os.close(ours)
    assert (b"work" in shown) == bar
    assert (b"\x1b[38;5;" in shown or b"\x1b[3" in shown) == color
