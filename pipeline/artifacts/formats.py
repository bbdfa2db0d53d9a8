"""What is noted beside arrays: the version of their format, and what they were made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import InputError
from pipeline.writing import write_json

FORMAT_VERSION = 2


def save_info(path: Path, info: dict[str, Any]) -> None:
    write_json(path, info | {"format_version": FORMAT_VERSION})


def load_info(path: Path, stage: str) -> dict[str, Any]:
    """What `save_info` wrote; InputError for what another version of this program wrote."""
    info = json.loads(path.read_text())
    found = info.get("format_version", 1)
    if found != FORMAT_VERSION:
        raise InputError(
            f"{path.parent}: format version {found}, this program reads {FORMAT_VERSION}."
            f" Renew it: dvc repro --force {stage}"
        )
    return info


def digest(*arrays: np.ndarray) -> str:
    """Of arrays' bytes: what was made of others is told by it."""
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        found.update(np.ascontiguousarray(array))
    return found.hexdigest()
