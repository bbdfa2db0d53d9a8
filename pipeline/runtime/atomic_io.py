"""Files and folders that are written whole or not at all, by one process at a time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.runtime.errors import InputError, filename
from pipeline.runtime.lock import exclusive

if TYPE_CHECKING:
    import pandas as pd

SCRATCH = Path("artifacts/scratch")
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
RETURN = r"\r\n?"  # not quoted in CSV, and to many readers the end of a line
FORMULA = rf"^(?!{NUMBER}$)[=+\-@\t\r]"  # the beginning of what spreadsheets compute, or may


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write a file or a folder to, which replaces `target` once the block has ended without an error."""
    scratch = SCRATCH / "+".join(target.parts)  # no name holds a +
    with _as_of(target, scratch):
        shutil.rmtree(scratch, ignore_errors=True)  # what a killed run may have left
        scratch.mkdir(parents=True)
        try:
            fresh = scratch / target.name
            yield fresh
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():  # a folder, unlike a file, cannot be replaced in one step
                os.replace(target, scratch / "former")
            os.replace(fresh, target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """The same for a folder, which is made here."""
    with replacing(target) as fresh:
        fresh.mkdir()
        yield fresh


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A path next to `target`, which may lie anywhere, to write a file or a folder to; it becomes `target` (and replaces a file or
    an empty folder) once the block has ended without an error, so a killed run leaves nothing that looks complete.

    InputError where another process is writing it."""
    partial, abandoned, lock = (target.with_name(f".{target.name}.{kind}") for kind in ("partial", "abandoned", "lock"))
    busy = f"{target}: another process is writing it. Wait until that has ended, or name another target."
    with _as_of(target, partial, lock), exclusive(lock, busy):
        remove(partial)
        remove(abandoned)
        try:
            yield partial
            if target.is_dir():
                target.rmdir()  # Windows puts nothing in the place of a folder
            os.replace(partial, target)
        finally:
            if partial.is_dir():  # at once, or a worker of a cluster that is still busy could write into it
                os.replace(partial, abandoned)
            remove(partial)
            remove(abandoned)


@contextmanager
def _as_of(target: Path, *scratch: Path) -> Iterator[None]:
    """Raise an OSError about a file below `scratch`, or about no named file, as one about `target`, which the user knows."""
    try:
        yield
    except OSError as error:
        named = filename(error)
        if named is None or any(Path(named).is_relative_to(path) for path in scratch):
            raise OSError(error.errno, error.strerror or str(error), str(target)) from error
        raise
    except RuntimeError as error:  # as HDF5 says what the system has told it
        if "errno = " not in str(error):
            raise
        raise OSError(None, str(error), str(target)) from error


def check_target(target: str | Path) -> None:
    """InputError, before any work is done for it, where a file `target` could not be written."""
    path = Path(target)
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise InputError(f"{path}: is a folder, or its folder does not exist. Name a file in an existing folder.")


def remove(path: Path) -> None:
    """A file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """The same bytes on every system: DVC hashes them."""
    with _as_of(path):
        path.write_text(text, encoding="utf-8", newline="\n")


def csv(table: pd.DataFrame, float_format: str | None = None) -> str:
    """A table as CSV for people. Text and column names that a spreadsheet would run as formulas get an apostrophe in front;
    numbers stay as they are, also as text."""

    def defused(texts: Any) -> Any:
        safe = texts.astype(str).str.replace(FORMULA, r"'\g<0>", regex=True)
        return safe.str.replace(RETURN, "\n", regex=True)

    safe_table = table.copy(deep=False)
    safe_table.columns = defused(safe_table.columns)
    for position, dtype in enumerate(safe_table.dtypes):
        if dtype.kind not in "iufb":
            column = safe_table.iloc[:, position]
            safe_table.isetitem(position, defused(column).where(column.notna(), None))
    return safe_table.to_csv(index=False, float_format=float_format, lineterminator="\n")
