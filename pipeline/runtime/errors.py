"""What a user can mend, said in one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 160  # letters of what a library says


class InputError(ValueError):
    """Something the user gave is wrong. The message is one line: where, what was found, what is allowed, what to do.

    Stages and commands print it without a traceback and exit with status 2.
    """


class AbsentError(InputError):
    """A revision's results are not here, though git knows the revision."""


class DamagedError(InputError):
    """A result of an earlier stage is damaged, or not there: its message names the file, and is no matter of the place in
    params.yaml that was at work."""


@contextmanager
def located(where: str) -> Iterator[None]:
    """Say where, before what an InputError says: what is wrong is found deep below the place that the user knows."""
    try:
        yield
    except DamagedError:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def filename(error: OSError) -> str | None:
    """The file that an error of the system is about, where it names one."""
    name = error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else None


def short(error: object) -> str:
    """What a library says, as a part of one line."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
