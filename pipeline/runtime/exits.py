"""How a command or a stage ends: in one line on stderr that says what was found, where, and what to do, and with a status."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pipeline.runtime.errors import InputError, filename, short

FINE = 0
NO = 1  # a gate, or a comparison, said no
FIXABLE = 2  # something that the user can fix
NOT_COMPARABLE = 3  # a gate had nothing to say: the runs are not comparable
BUG = 70  # EX_SOFTWARE of BSD's sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
UNREAD = 141  # 128 + SIGPIPE: whoever read what was printed has ended

VERBOSE = "CODESCAPE_VERBOSE"  # in the environment, which DVC hands on to stages: 1 shows tracebacks

ROOM = (
    "Make room (`dvc gc --all-commits --all-experiments` removes stored results of which no commit and no experiment knows), then"
    " run it again."
)
RIGHTS = "Give yourself the right to read and write there, or work in a folder where you have it."
# What the system says -> what that means, and what to do.
SYSTEM = {
    errno.ENOSPC: ("the disk is full", ROOM),
    errno.EDQUOT: ("your share of the disk is used up", ROOM),
    errno.EFBIG: ("larger than files may be here", "Raise the limit (ulimit -f), or use another disk."),
    errno.EROFS: ("the disk can only be read", "Work in a folder that can be written to."),
    errno.EACCES: ("permission denied", RIGHTS),
    errno.EPERM: ("permission denied", RIGHTS),
    errno.ENOENT: ("not there", "Check the name, and the folder that you are in."),
    errno.EMFILE: ("too many files are open", "Raise the limit (ulimit -n), then run it again."),
    errno.EIO: (
        "the disk could not read or write it",
        "Check the disk; `dvc checkout --force` brings stored results back.",
    ),
}


def status_of(what: str, work: Callable[[], int | None]) -> int:
    """The status that the work returns; where it fails, that of how it failed, once it is said in one line.

    what   names the work in lines that know no better place: "train@deep"
    """
    try:
        return work() or FINE
    except KeyboardInterrupt:
        print(f"{what}: interrupted. Nothing half-written is left; run it again to go on.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
        return UNREAD
    except Exception as error:
        if os.environ.get(VERBOSE, "0") not in ("", "0"):
            traceback.print_exc()
        status, line = said(what, error)
        print(line, file=sys.stderr)
        return status


def leave(status: int) -> NoReturn:
    """End now: threads and processes that still work for this one are not waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def said(what: str, error: Exception) -> tuple[int, str]:
    """Status and line of an error."""
    if isinstance(error, InputError):
        return FIXABLE, str(error)
    if isinstance(error, MemoryError):
        return FIXABLE, (
            f"{what}: memory ran out{f' ({short(error)})' if str(error) else ''}. Close other programs, or use fewer rows"
            " (data.rows in params.yaml), then run it again."
        )
    if isinstance(error, OSError):
        return FIXABLE, _of_system(what, error)
    return BUG, (
        f"{what}: this is a bug in codescape: {type(error).__name__}: {short(error)} ({_spot(error)}). Run it again with -v (stages:"
        f" {VERBOSE}=1 dvc repro) for the traceback, and report that."
    )


def _of_system(what: str, error: OSError) -> str:
    name = filename(error)
    where = what if name is None else _near(name)
    code = error.errno
    if code is None and re.search(r"\d+ requested and \d+ written", str(error)):  # NumPy's words for it
        code = errno.ENOSPC
    if code is None and (told := re.search(r"errno = (\d+)", str(error))):  # HDF5's
        code = int(told[1])
    found, todo = SYSTEM.get(code, (short(error.strerror or error), "Run it again with -v to see where."))
    return f"{where}: {found}. {todo}"


def _near(path: str) -> str:
    """A path as the user would write it: from the present folder, where it is below it."""
    full = Path(path).absolute()
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else path


def _spot(error: Exception) -> str:
    """The last line of codescape's own that the error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parents[1])]
    last = (own or frames)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"
