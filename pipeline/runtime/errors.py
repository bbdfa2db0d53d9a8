"""Errors that a user can fix, each with a one-line message."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 160  # characters of a library's message


class InputError(ValueError):
    """Something that the user gave is wrong. The message is one line: where, what was found, what is allowed, what to do.

    Stages and commands print it without a traceback and exit with status 2.
    """


class AbsentError(InputError):
    """Git knows the revision, but its results are not here."""


class DamagedError(InputError):
    """A result of an earlier stage is damaged or missing. The message names the file; no key of params.yaml is to blame."""


@contextmanager
def located(where: str) -> Iterator[None]:
    """Prefix the message of an InputError with a place that the user knows."""
    try:
        yield
    except DamagedError:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def filename(error: OSError) -> str | None:
    """The file that an operating system error is about, where it names one."""
    name = error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else None


def short(error: object) -> str:
    """A library's message, shortened to a part of one line."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
