"""One process at a time: a lock file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.runtime.errors import InputError


@contextmanager
def exclusive(path: Path, busy: str) -> Iterator[None]:
    """Hold the lock file `path`; InputError with the message `busy` where another process holds it. The system releases it
    when its holder ends, however it ends."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(busy) from None
    try:
        yield
    finally:
        # Removed while it is held, so whoever opened it meanwhile notices. filelock itself removes it on Windows only.
        if os.name == "posix":
            path.unlink(missing_ok=True)
        lock.release()
