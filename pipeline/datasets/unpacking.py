"""Files that are small on the disk and large in memory: read up to a stated limit, so that none can fill the machine."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path

from pipeline.runtime.errors import InputError

ALWAYS = 2**30  # bytes that any file may grow to
RATIO = 200  # and how many times its own size it may grow to
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)
OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}


def unreadable(path: Path | str, what: str, error: Exception | str) -> InputError:
    """What is said of a file that is no `what`, or a damaged one."""
    return InputError(f"{path}: not {what}, or damaged ({' '.join(str(error).split())}). Fetch it, or write it, again.")


def allow(path: Path, size: int, stored: int | None = None) -> None:
    """InputError if what `path` holds would take more bytes than it may; stored: its own, where it is no file."""
    stored = path.stat().st_size if stored is None else stored
    if size > max(ALWAYS, RATIO * stored):
        raise InputError(
            f"{path}: would grow from {stored:,} to {size:,} bytes; at most {RATIO} times its size, or a gibibyte, is"
            " read. If it is what it should be, store it less compressed."
        )


def allow_archive(path: Path) -> None:
    """The same for all that a zip archive holds together; InputError for one that is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            allow(path, sum(member.file_size for member in archive.infolist()))
    except DAMAGED as error:
        raise unreadable(path, "a zip archive", error) from None


def opened(path: Path) -> io.BufferedReader:
    """The file for reading, unpacked where it begins like .gz, .bz2 or .xz; InputError while reading beyond the limit."""
    with open(path, "rb") as file:
        start = file.read(6)
    unpack = next((opener for magic, opener in OPENERS.items() if start.startswith(magic)), None)
    return io.BufferedReader(_Limited(path, unpack(path, "rb")) if unpack else open(path, "rb", buffering=0))


class _Limited(io.RawIOBase):
    def __init__(self, path: Path, file: io.BufferedIOBase) -> None:
        self.path, self.file, self.count = path, file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        found = self.file.read(len(buffer))
        self.count += len(found)
        allow(self.path, self.count)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self.file.close()
        super().close()
