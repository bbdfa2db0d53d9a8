"""Checkpoints: all that the next epoch of a training depends on, in one file."""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.batches import read
from pipeline.autoencoders.options import Options
from pipeline.runtime import libraries

BLOCK_BYTES = 2**24  # of rows that are hashed at a time


@dataclass
class State:
    """Progress of a training.

    untrained_loss  validation loss of the initial weights
    history         (epoch, loss, validation loss) of each epoch
    best_weights    of the epoch with the lowest validation loss
    """

    untrained_loss: float
    history: list[tuple[float, ...]] = field(default_factory=list)
    best_weights: list[np.ndarray] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        return len(self.history)

    def add(self, epoch: int, loss: float, validation_loss: float, weights: list[keras.Variable]) -> None:
        if not self.history or validation_loss < min(past[2] for past in self.history):
            self.best_weights = [weight.numpy() for weight in weights]
        self.history.append((epoch, loss, validation_loss))

    def epochs_since_best(self, earliest: int) -> int:
        """Epochs since the best one, or since epoch `earliest` if that is later."""
        if not self.history:
            return 0
        best = min(self.history, key=lambda past: past[2])[0]
        return self.epoch - max(int(best), earliest)


def file_name(
    rows: np.ndarray, training: np.ndarray, validation: np.ndarray, options: Options, seed: int, *settings: str | int
) -> str:
    """A hash of all that a training depends on: rows, options, seed, further settings, code and library versions."""
    digest = hashlib.sha256(repr((options, seed, rows.shape, settings)).encode())
    for version in libraries.versions(("tensorflow", "keras", "numpy")).values():
        digest.update(version.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for indices in (training, validation):
        digest.update(np.ascontiguousarray(indices, "int64"))
    block = max(1, BLOCK_BYTES // max(1, rows[:1].nbytes))
    for start in range(0, len(rows), block):
        digest.update(np.ascontiguousarray(read(rows, slice(start, start + block))))
    return f"{digest.hexdigest()[:32]}.npz"


def save(path: Path | None, variables: list[keras.Variable], state: State) -> None:
    """Replaces the file in one step: after a kill there is the old checkpoint or the new one. Nothing for None."""
    if path is None:
        return
    arrays = {f"variable_{number}": variable.numpy() for number, variable in enumerate(variables)}
    arrays |= {f"best_{number}": value for number, value in enumerate(state.best_weights)}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        np.savez(file, untrained_loss=state.untrained_loss, history=np.array(state.history), **arrays)
    os.replace(fresh, path)


def load(path: Path | None, variables: list[keras.Variable]) -> State | None:
    """Assigns the saved variables; None where there is no file, or an incomplete one, as after a power cut."""
    if path is None or not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
    except (zipfile.BadZipFile, EOFError, ValueError):
        return None
    for number, variable in enumerate(variables):
        variable.assign(arrays[f"variable_{number}"])
    best = sorted((int(name.removeprefix("best_")), name) for name in arrays if name.startswith("best_"))
    history = [(int(epoch), *losses) for epoch, *losses in arrays["history"].tolist()]
    return State(float(arrays["untrained_loss"]), history, [arrays[name] for _, name in best])
