"""One process at a time: a lock that the system lets go of when the process that holds it ends, however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.runtime.errors import InputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


@contextlib.contextmanager
def alone(path: Path, busy: str) -> Iterator[None]:
    """Hold the file `path`, which is there meanwhile; InputError, which says `busy`, where another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _held(path)
    if file is None:
        raise InputError(busy)
    try:
        yield
    finally:
        if fcntl:  # removed while it is held: who opened it meanwhile sees that it is gone
            path.unlink(missing_ok=True)
        file.close()
        if not fcntl:  # Windows removes no open file, and none that another process has opened since
            with contextlib.suppress(OSError):
                path.unlink()


def _held(path: Path) -> IO[bytes] | None:
    """The file, locked; None where another process has it."""
    while True:
        file = path.open("ab")
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            file.close()
            return None
        except OSError:  # a file system without locks: better without one than not at all
            return file
        if not fcntl or _is_at(file, path):
            return file
        file.close()  # its former holder has removed it between our opening and locking it


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: IO[bytes]) -> None:
    if fcntl:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
