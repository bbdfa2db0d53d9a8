"""Encoders, one file per kind, named as in params.yaml. `Kind` says what such a file defines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline import config, ragged
from pipeline.runtime.parallel import in_turn
from pipeline.types import Dataset, Layer

BLOCK = 4096  # rows in memory at a time


class Options(Protocol):
    """What the options of every kind have. trainings: from different seeds; 1 where nothing is random."""

    kind: str
    code_size: int
    trainings: int


class Encoder(Protocol):
    """A fitted encoder with its decoder."""

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, *shape) -> float32 (n, code size)."""

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, code size) -> float32 (n, *shape)."""

    def layers(self) -> dict[str, list[Layer]] | None:
        """`encoder` and `decoder` as dense layers on flattened rows; None if they have other layers."""

    def save(self, folder: Path) -> None:
        """Write the files that the kind's `load` reads."""


class Kind(Protocol):
    """A module of this package."""

    Options: type[Options]

    def check(self, options: Any, dataset: Dataset) -> None:
        """InputError if the options do not fit the dataset."""

    def fit(
        self, dataset: Dataset, options: Any, seed: int, scratch: Path | None = None, label: str | None = None
    ) -> Encoder:
        """Fit to the training rows.

        scratch  folder for checkpoints, from which a fit that was killed continues
        label    of the progress bar; None: no bar
        """

    def load(self, folder: Path) -> Encoder:
        """What the encoder's `save` wrote."""

    def diagnostics(self, encoder: Any, dataset: Dataset, options: Any, seed: int) -> dict[str, np.ndarray]:
        """Arrays by name, for the report's figures of this kind."""


def read(name: str, params: config.Params) -> tuple[Kind, Any]:
    """The kind and the options of the encoder `name`."""
    return config.plugin(sys.modules[__name__], "kind", params.encoders[name], "encoders", name)


def seeds(seed: int, count: int) -> list[int]:
    """A seed for each training; the first is `seed` itself."""
    return [seed, *(int(word) for word in np.random.SeedSequence(seed).generate_state(count - 1))]


def fit(kind: Kind, dataset: Dataset, options: Any, seed: int, scratch: Path | None = None) -> list[Encoder]:
    """An encoder for each training."""
    count = options.trainings
    labels = ["training", *(f"training {number} of {count}" for number in range(2, count + 1))]
    return [
        kind.fit(dataset, options, own_seed, scratch, label)
        for own_seed, label in zip(seeds(seed, count), labels, strict=True)
    ]


def compress(
    encoder: Encoder,
    rows: np.ndarray,
    keep: np.ndarray | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Encode and decode rows, block by block.

    rows     float32 (n, *shape), may be memory-mapped
    keep     bool (n,), the rows whose reconstructions are returned; None: no rows
    returns  codes float32 (n, code size); squared reconstruction error of each row over its values that are not missing,
             float32 (n,); reconstructions float32 (kept rows, *shape)
    """
    if keep is None:
        keep = np.zeros(len(rows), dtype=bool)
    blocks, done = [], 0
    spans = (slice(start, start + BLOCK) for start in range(0, len(rows), BLOCK))
    for block in in_turn(partial(_compress_block, encoder), ((np.asarray(rows[span]), keep[span]) for span in spans)):
        blocks.append(block)
        done += len(block[0])
        progress(done)
    return tuple(np.concatenate(arrays) for arrays in zip(*blocks, strict=True))


def _compress_block(encoder: Encoder, rows: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = encoder.encode(rows)
    reconstructions = encoder.decode(codes)
    errors = ragged.squared_error(rows, reconstructions)
    return codes.astype(np.float32), errors.astype(np.float32), reconstructions[keep].astype(np.float32)
