"""One file an encoder kind, named as the kind is in params.yaml.

Each has `Options`, `fit(dataset, options, seed, scratch, label)` and `load(folder)`; both return an encoder with
`encode(rows) -> codes`, `decode(codes) -> rows` and `save(folder)`. scratch is a folder for what a killed fit can go on
from; label, what progress calls it. `diagnostics(encoder, dataset, options, seed)` returns
arrays by name: what the report's pictures of this kind show.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from pipeline import config, ragged
from pipeline.runtime.parallel import in_turn
from pipeline.types import Dataset

BLOCK = 4096  # rows in memory at a time


def read(name: str, params: config.Params) -> tuple[ModuleType, Any]:
    """The kind and the options of the encoder `name`."""
    return config.plugin(sys.modules[__name__], "kind", params.encoders[name], "encoders", name)


def trainings(options: Any) -> int:
    """How often an encoder is trained; PCA, which is not random, once."""
    return getattr(options, "trainings", None) or 1


def seeds(seed: int, count: int) -> list[int]:
    """One for each training; the first is `seed` itself."""
    return [seed, *(int(word) for word in np.random.SeedSequence(seed).generate_state(count - 1))]


def fit(kind: ModuleType, dataset: Dataset, options: Any, seed: int, scratch: Path | None = None) -> list[Any]:
    """An encoder for each training."""
    count = trainings(options)
    labels = ["training", *(f"training {number} of {count}" for number in range(2, count + 1))]
    return [
        kind.fit(dataset, options, *each) for each in zip(seeds(seed, count), [scratch] * count, labels, strict=True)
    ]


def compress(
    encoder: Any, rows: np.ndarray, keep: np.ndarray, progress: Callable[[int], None] = lambda done: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Send rows through an encoder and back.

    rows     float32 (n, *shape), may be memory-mapped
    keep     bool (n,): the rows whose reconstructions are wanted
    returns  codes float32 (n, code size); squared reconstruction error of each row over what is not missing,
             float32 (n,);
             reconstructions float32 (kept rows, *shape)
    """
    found, done = [], 0
    spans = (slice(start, start + BLOCK) for start in range(0, len(rows), BLOCK))
    for block in in_turn(partial(_there_and_back, encoder), ((np.asarray(rows[span]), keep[span]) for span in spans)):
        found.append(block)
        done += len(block[0])
        progress(done)
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _there_and_back(encoder: Any, rows: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = encoder.encode(rows)
    rebuilt = encoder.decode(codes)
    errors = ragged.squared_error(rows, rebuilt)
    return codes.astype(np.float32), errors.astype(np.float32), rebuilt[keep].astype(np.float32)
