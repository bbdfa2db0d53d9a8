"""Autoencoders: an encoder and a decoder, trained together to rebuild the rows from a small code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline import progress
from pipeline.autoencoders import options as autoencoder_options

if TYPE_CHECKING:
    from pipeline.autoencoders.networks import Networks


class Options(autoencoder_options.Options):
    kind: Literal["autoencoder"]


def fit(
    rows: np.ndarray, split: np.ndarray, unit_interval: bool, options: Options, seed: int, kind: str
) -> Networks:
    """Train on the training rows; the validation rows decide when to stop.

    rows           float32 (n, *shape)
    split          str (n,): train, validation or test
    unit_interval  all rows lie in [0, 1]: the loss is cross-entropy, else squared error
    """
    from pipeline.autoencoders import training

    parts = (np.asarray(rows[split == part]) for part in ("train", "validation"))
    with progress.bar("training", options.epochs, "epochs") as show:
        return training.fit(*parts, kind, unit_interval, options, seed, show)


def load(folder: Path) -> Networks:
    from pipeline.autoencoders import networks

    return networks.load(folder)
