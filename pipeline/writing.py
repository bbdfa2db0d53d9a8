"""Files and folders that take the place of former ones whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRATCH = Path("artifacts/scratch")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write a file or a folder to, which takes the place of `target` once the block has ended well."""
    scratch = SCRATCH / "-".join(target.parts)
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
    """A path beside `target`, which lies anywhere, to write a file or a folder to; it becomes `target` (in the place of a file,
    or of an empty folder) once the block has ended well, so that a killed run leaves nothing that looks whole."""
    partial = target.with_name(f".{target.name}.partial")
    remove(partial)
    try:
        yield partial
        os.replace(partial, target)
    finally:
        remove(partial)


def remove(path: Path) -> None:
    """A file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
