"""What is noted beside arrays: the version of their format, and what they were made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import InputError
from pipeline.nouns import Layer
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


def save_layers(folder: Path, networks: dict[str, list[Layer]] | None) -> None:
    """Dense networks by name, beside what they belong to; nothing for None."""
    if networks is None:
        return
    arrays = {
        f"{name} {number:02d} {part}": value
        for name, layers in networks.items()
        for number, layer in enumerate(layers)
        for part, value in zip(("weights", "bias", "activation"), layer, strict=True)
    }
    np.savez(folder / "layers.npz", names=np.array(list(networks)), **arrays)


def load_layers(folder: Path) -> dict[str, list[Layer]] | None:
    if not (folder / "layers.npz").exists():
        return None
    found: dict[str, list[Layer]] = {}
    with np.load(folder / "layers.npz") as kept:
        for name in kept["names"].tolist():
            starts = sorted(
                key.removesuffix(" weights")
                for key in kept.files
                if key.startswith(f"{name} ") and key.endswith(" weights")
            )
            found[name] = [
                (kept[f"{each} weights"], kept[f"{each} bias"], str(kept[f"{each} activation"])) for each in starts
            ]
    return found
