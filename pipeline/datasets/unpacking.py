"""Files that are small on disk and large in memory: read up to a limit, so that none can fill the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.runtime.errors import InputError

ALWAYS = 2**30  # bytes that any file may unpack to
RATIO = 200  # larger files may unpack to this many times their own size
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)
OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}


def unreadable(path: Path | str, what: str, error: Exception | str) -> InputError:
    """The error for a file that is not `what`, or a damaged one."""
    return InputError(f"{path}: not {what}, or damaged ({' '.join(str(error).split())}). Download or write it again.")


@contextmanager
def reading(path: Path, what: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn `errors` of a library that reads `path`, which are what it raises on damaged files, into one InputError."""
    try:
        yield
    except InputError:
        raise
    except errors as error:
        raise unreadable(path, what, error) from None


def check_size(path: Path, size: int, stored: int | None = None) -> None:
    """InputError if the contents of `path` would take too many bytes.

    stored  bytes on disk, if `path` is not one file
    """
    stored = path.stat().st_size if stored is None else stored
    if size > max(ALWAYS, RATIO * stored):
        raise InputError(
            f"{path}: would unpack from {stored:,} to {size:,} bytes; allowed: {RATIO} times its size, or one gibibyte."
            " If the file is correct, store it less compressed."
        )


def check_archive_size(path: Path) -> None:
    """`check_size` for all members of a zip archive together; InputError if it is damaged."""
    with reading(path, "a zip archive", *DAMAGED), zipfile.ZipFile(path) as archive:
        check_size(path, sum(member.file_size for member in archive.infolist()))


def open_unpacked(path: Path) -> io.BufferedReader:
    """Open a file, unpacked if it begins like .gz, .bz2 or .xz; InputError if reading it exceeds the limit."""
    with open(path, "rb") as file:
        start = file.read(6)
    unpack = next((opener for magic, opener in OPENERS.items() if start.startswith(magic)), None)
    return io.BufferedReader(_Limited(path, unpack(path, "rb")) if unpack else open(path, "rb", buffering=0))


def read_unpacked(path: Path, what: str) -> bytes:
    """The whole content, unpacked; InputError if the file is not `what`, or damaged."""
    with reading(path, what, *DAMAGED), open_unpacked(path) as file:
        return file.read()


class _Limited(io.RawIOBase):
    def __init__(self, path: Path, file: io.BufferedIOBase) -> None:
        self.path, self.file, self.count = path, file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        data = self.file.read(len(buffer))
        self.count += len(data)
        check_size(self.path, self.count)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()
