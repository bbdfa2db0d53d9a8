"""How commands end when things go wrong: one line that says what, where, and what to do, and a status."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import paths
from pipeline.runtime import exits
from pipeline.runtime.errors import InputError
from pipeline.runtime.exits import ROOM

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("elsewhere")


def failing(error: BaseException):
    def work() -> None:
        raise error

    return work


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
        "import sys, pipeline.__main__ as m; m.parser([]).format_help(); "
        "print(*{name.split('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'pydantic', 'ruamel', 'rich', 'pyarrow'})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
    assert "Exit status: 0 fine; 1 a gate or a comparison said no; 2 something" in " ".join(
        command("--help").stdout.split()
    )
