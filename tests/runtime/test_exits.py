"""How commands end when things go wrong: one line that says what, where, and what to do, and a status."""

import errno
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
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


NUMPYS = OSError("1000 requested and 24 written")
HDF5S = OSError("Can't write data (file write failed: errno = 28, error message = 'No space left on device')")
# An error, the status that it ends with, and how its line begins.
ENDS = {
    "input": (InputError("a: b. Do c."), 2, "a: b. Do c."),
    "full": (OSError(errno.ENOSPC, "No space", "artifacts/x"), 2, f"artifacts/x: the disk is full. {ROOM}"),
    "full, NumPy": (NUMPYS, 2, f"train@deep: the disk is full. {ROOM}"),
    "full, HDF5": (HDF5S, 2, f"train@deep: the disk is full. {ROOM}"),
    "quota": (OSError(errno.EDQUOT, "Quota", "x"), 2, "x: your share of the disk is used up."),
    "read only": (OSError(errno.EROFS, "Read-only", "x"), 2, "x: the disk is read-only."),
    "rights": (PermissionError(errno.EACCES, "No", "x"), 2, "x: permission denied."),
    "gone": (FileNotFoundError(errno.ENOENT, "No", "x"), 2, "x: does not exist."),
    "other": (OSError(errno.ENOTEMPTY, "Directory not empty", "x"), 2, "x: Directory not empty."),
    "memory": (MemoryError(), 2, "train@deep: memory ran out."),
    "interrupted": (KeyboardInterrupt(), 130, "train@deep: interrupted."),
}


@pytest.mark.parametrize("end", ENDS)
def test_each_end_has_its_line_and_its_status(end, capsys):
    error, status, start = ENDS[end]
    assert exits.status_of("train@deep", failing(error)) == status
    out, line = capsys.readouterr()
    assert out == "" and line.startswith(start) and line.endswith(".\n") and line.count("\n") == 1


def test_a_full_memory_says_for_what(capsys):
    assert exits.status_of("embed@a", lambda: np.empty((10**7, 10**7))) == 2
    assert "embed@a: memory ran out (Unable to allocate 728. TiB for an array" in capsys.readouterr().err


@pytest.mark.parametrize("verbose", ["", "0", "1"])
def test_a_bug_is_one_line_that_says_where(verbose, capsys, monkeypatch):
    monkeypatch.setenv(exits.VERBOSE, verbose)
    assert exits.status_of("embed@a", lambda: paths.map_folder(Path("x"), None)) == 70
    traced, line = capsys.readouterr().err.rstrip("\n").rpartition("\n")[::2]
    assert line.startswith("embed@a: this is a bug in codescape: AttributeError: 'NoneType' object")
    assert re.search(r"\(paths\.py, line \d+\)\. .*CODESCAPE_VERBOSE=1 dvc repro", line)
    assert bool(traced) == (verbose == "1") == ("Traceback" in traced)


def test_fine_is_zero_and_no_is_one():
    assert exits.status_of("x", lambda: None) == exits.FINE == 0
    assert exits.status_of("diff", lambda: exits.DIFFERENT) == 1


def test_the_command_line_shows_a_traceback_on_request(monkeypatch, capsys):
    line = "params.yaml: no such file. Run from the folder that holds params.yaml and dvc.yaml.\n"
    for words, verbose in ((["check"], False), (["-v", "check"], True), (["check", "--verbose"], True)):
        monkeypatch.setenv(exits.VERBOSE, "")
        monkeypatch.setattr(sys, "argv", ["pipeline", *words])
        assert main() == 2
        printed = capsys.readouterr().err
        assert printed.endswith(line)
        assert printed.startswith("Traceback (most recent call last)") == verbose == (printed != line)


def test_an_old_command_is_one_line_that_names_the_new_one(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["pipeline", "place", "new.csv"])
    assert main() == 2
    assert capsys.readouterr().err.startswith("place is now called transform.")


def test_help_loads_nothing_heavy():
    program = (
        "import sys, pipeline.__main__ as m; print(m.parser([]).format_help()); "
        "print(*{name.split('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'pydantic', 'ruamel', 'rich', 'pyarrow'})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.endswith("\n\n") and "Exit status: 0 fine; 1 " in done.stdout
