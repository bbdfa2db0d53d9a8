"""How arrays, tables and what is noted about them are written and read, with a format version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from pipeline.artifacts.paths import stage_of
from pipeline.runtime.atomic_io import write_json
from pipeline.runtime.errors import DamagedError, InputError, filename, short
from pipeline.types import Layer

FORMAT_VERSION = 4


def save_info(path: Path, info: dict[str, Any]) -> None:
    write_json(path, info | {"format_version": FORMAT_VERSION})


def load_info(path: Path) -> dict[str, Any]:
    """What `save_info` wrote; DamagedError for what another version of this program wrote."""
    info = load_json(path)
    version = info.get("format_version", 1)
    if version != FORMAT_VERSION:
        raise DamagedError(
            f"{path.parent}: format version {version}, this program reads {FORMAT_VERSION}."
            f" Renew it: dvc repro --force {stage_of(path)}"
        )
    return info


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """DamagedError for a file that is missing, and for one that cannot be read, since something else has changed it."""
    try:
        yield
    except (InputError, MemoryError, ImportError):
        raise
    except FileNotFoundError as error:
        raise DamagedError(
            f"{filename(error) or path}: missing. Run: dvc repro {stage_of(path)}, or dvc checkout for the last one."
        ) from error
    except Exception as error:  # what readers raise about broken files is of all kinds
        if isinstance(error, OSError) and error.errno:  # what the system says is not about what is in the file
            raise
        raise DamagedError(f"{path}: damaged ({short(error)}). Run: {renew(path)}") from error


def renew(path: Path) -> str:
    """The commands that bring a file below artifacts/ back as it was, or make it again."""
    return f"dvc checkout --force {path.as_posix()}, or dvc repro --force {stage_of(path)}"


class _Plain:
    """A file that NumPy takes for no file: what it writes through C's buffer may be lost on a full disk without an error."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write = file.write


def save_array(path: Path, array: np.ndarray) -> None:
    """As numpy.save does; OSError where not all of it could be written."""
    with path.open("wb") as file:
        np.save(_Plain(file), array, allow_pickle=False)


def load_json(path: Path) -> dict[str, Any]:
    with reading(path):
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError("not a JSON object")
    return values


def load_array(path: Path, mapped: bool = False) -> np.ndarray:
    """mapped: left in its file until it is used."""
    with reading(path):
        return np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """Of an .npz file, by name."""
    # Opened here: NumPy leaves a file open that it cannot make sense of.
    with reading(path), path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def load_table(path: Path) -> pd.DataFrame:
    with reading(path):
        return pd.read_parquet(path)


def digest(*arrays: np.ndarray) -> str:
    """Hash of arrays' bytes, to tell whether something was made from these very arrays."""
    hashed = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hashed.update(np.ascontiguousarray(array))
    return hashed.hexdigest()


def save_layers(folder: Path, networks: dict[str, list[Layer]] | None) -> None:
    """Dense networks by name; nothing for None."""
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
    arrays, networks = load_arrays(folder / "layers.npz"), {}
    with reading(folder / "layers.npz"):
        for name in arrays["names"].tolist():
            layers = sorted(
                key.removesuffix(" weights")
                for key in arrays
                if key.startswith(f"{name} ") and key.endswith(" weights")
            )
            networks[name] = [
                (arrays[f"{layer} weights"], arrays[f"{layer} bias"], str(arrays[f"{layer} activation"]))
                for layer in layers
            ]
    return networks
