"""How a command or a stage ends: with an exit status, and, if it failed, one line on stderr that says where, what, and what to do."""

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
DIFFERENT = 1  # a gate or a comparison found a difference
FIXABLE = 2  # something that the user can fix
NOT_COMPARABLE = 3  # a gate between runs that are not comparable
BUG = 70  # EX_SOFTWARE of BSD's sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BROKEN_PIPE = 141  # 128 + SIGPIPE: the output was closed early

VERBOSE = "CODESCAPE_VERBOSE"  # in the environment, which DVC passes on to stages: 1 shows tracebacks

ROOM = (
    "Free some space (`dvc gc --all-commits --all-experiments` removes stored results that belong to no commit and no experiment), then run"
    " it again."
)
RIGHTS = "Give yourself permission to read and write there, or work in a folder where you have it."
# Error number -> what it means, and what to do.
SYSTEM = {
    errno.ENOSPC: ("the disk is full", ROOM),
    errno.EDQUOT: ("your share of the disk is used up", ROOM),
    errno.EFBIG: ("larger than files are allowed to be here", "Raise the limit (ulimit -f), or use another disk."),
    errno.EROFS: ("the disk is read-only", "Work in a folder that can be written to."),
    errno.EACCES: ("permission denied", RIGHTS),
    errno.EPERM: ("permission denied", RIGHTS),
    errno.ENOENT: ("does not exist", "Check the name, and the folder that you are in."),
    errno.EMFILE: ("too many files are open", "Raise the limit (ulimit -n), then run it again."),
    errno.EIO: (
        "the disk could not read or write it",
        "Check the disk; `dvc checkout --force` brings stored results back.",
    ),
}


def status_of(what: str, work: Callable[[], int | None]) -> int:
    """Do the work and return its status; where it fails, print one line and return the status of that failure.

    what   the work's name, such as "train@deep", for failures that name no file or key
    """
    try:
        return work() or FINE
    except KeyboardInterrupt:
        print(f"{what}: interrupted. No half-written file is left; run it again to go on.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python reports it once more when it ends
        return BROKEN_PIPE
    except Exception as error:
        if os.environ.get(VERBOSE, "0") not in ("", "0"):
            traceback.print_exc()
        status, message = describe(what, error)
        print(message, file=sys.stderr)
        return status


def leave(status: int) -> NoReturn:
    """End now, without waiting for threads and processes that still work for this one."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def describe(what: str, error: Exception) -> tuple[int, str]:
    """Exit status and one-line message of an error."""
    if isinstance(error, InputError):
        return FIXABLE, str(error)
    if isinstance(error, MemoryError):
        return FIXABLE, (
            f"{what}: memory ran out{f' ({short(error)})' if str(error) else ''}. Close other programs, or use fewer rows"
            " (data.rows in params.yaml), then run it again."
        )
    if isinstance(error, OSError):
        return FIXABLE, _describe_os_error(what, error)
    return BUG, (
        f"{what}: this is a bug in codescape: {type(error).__name__}: {short(error)} ({_spot(error)}). Run it again with -v (stages:"
        f" {VERBOSE}=1 dvc repro) for the traceback, and report that."
    )


def _describe_os_error(what: str, error: OSError) -> str:
    name = filename(error)
    where = what if name is None else _near(name)
    code = error.errno
    if code is None and re.search(r"\d+ requested and \d+ written", str(error)):  # NumPy's message for a full disk
        code = errno.ENOSPC
    if code is None and (reported := re.search(r"errno = (\d+)", str(error))):  # HDF5's message
        code = int(reported[1])
    meaning, advice = SYSTEM.get(code, (short(error.strerror or error), "Run it again with -v to see where."))
    return f"{where}: {meaning}. {advice}"


def _near(path: str) -> str:
    """A path as the user would write it: relative to the current folder, where it is below it."""
    full = Path(path).absolute()
    return str(full.relative_to(Path.cwd())) if full.is_relative_to(Path.cwd()) else path


def _spot(error: Exception) -> str:
    """The last line of codescape's own code in the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parents[1])]
    last = (own or frames)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"
