"""What a training was after an epoch, in one file: all that the next epoch depends on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.batches import read
from pipeline.autoencoders.options import Options

READ = 2**24  # bytes of rows


@dataclass
class State:
    """untrained: the validation loss of the first weights; history: (epoch, loss, validation loss) of each epoch;
    best_weights: those of the epoch with the least validation loss."""

    untrained: float
    history: list[tuple[float, ...]] = field(default_factory=list)
    best_weights: list[np.ndarray] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        return len(self.history)

    def add(self, epoch: int, trained: float, judged: float, weights: list[keras.Variable]) -> None:
        if not self.history or judged < min(line[2] for line in self.history):
            self.best_weights = [weight.numpy() for weight in weights]
        self.history.append((epoch, trained, judged))

    def since_best(self, earliest: int) -> int:
        """Epochs since the best one; none before `earliest` counts."""
        if not self.history:
            return 0
        best = min(self.history, key=lambda line: line[2])[0]
        return self.epoch - max(int(best), earliest)


def name(
    rows: np.ndarray, training: np.ndarray, validation: np.ndarray, options: Options, seed: int, *further: str | int
) -> str:
    """A file's name that stands for everything training depends on: another one for other rows, options, code, or what further
    decides."""
    found = hashlib.sha256(repr((options, seed, rows.shape, further)).encode())
    for library in ("tensorflow", "keras", "numpy"):
        found.update(importlib.metadata.version(library).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    for numbers in (training, validation):
        found.update(np.ascontiguousarray(numbers, "int64"))
    together = max(1, READ // max(1, rows[:1].nbytes))
    for start in range(0, len(rows), together):
        found.update(np.ascontiguousarray(read(rows, slice(start, start + together))))
    return f"{found.hexdigest()[:32]}.npz"


def save(path: Path | None, variables: list[keras.Variable], state: State) -> None:
    """Written beside the file and renamed into its place: killed at any moment, there is the old one or the new one."""
    if path is None:
        return
    arrays = {f"variable_{number}": variable.numpy() for number, variable in enumerate(variables)}
    arrays |= {f"best_{number}": value for number, value in enumerate(state.best_weights)}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        np.savez(file, untrained=state.untrained, history=np.array(state.history), **arrays)
    os.replace(fresh, path)


def load(path: Path | None, variables: list[keras.Variable]) -> State | None:
    """Sets the variables to what `save` was given. None where there is no file, or half of one, as a power cut leaves."""
    if path is None or not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            known = dict(arrays)
    except (zipfile.BadZipFile, EOFError, ValueError):
        return None
    for number, variable in enumerate(variables):
        variable.assign(known[f"variable_{number}"])
    best = sorted((int(name.removeprefix("best_")), name) for name in known if name.startswith("best_"))
    history = [(int(line[0]), *line[1:].tolist()) for line in known["history"]]
    return State(float(known["untrained"]), history, [known[name] for _, name in best])
