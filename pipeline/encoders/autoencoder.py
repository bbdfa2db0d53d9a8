"""Autoencoders: an encoder and a decoder, trained together to rebuild the rows from a small code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from pipeline import progress
from pipeline.params import Strict

if TYPE_CHECKING:
    from pipeline.autoencoders.networks import Autoencoder


class Options(Strict):
    kind: Literal["autoencoder"]
    architecture: Literal["auto", "dense"]
    objective: Literal["plain"]
    hidden: list[PositiveInt]
    code_size: PositiveInt
    epochs: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    patience: PositiveInt


def fit(rows: np.ndarray, split: np.ndarray, unit_interval: bool, options: Options, seed: int) -> Autoencoder:
    """Train on the training rows; the validation rows decide when to stop.

    rows           float32 (n, *shape)
    split          str (n,): train, validation or test
    unit_interval  all rows lie in [0, 1]: the loss is cross-entropy, else squared error
    """
    from pipeline.autoencoders import architectures, networks, training

    shape, hidden, size = rows.shape[1:], options.hidden, options.code_size
    encoder, decoder = architectures.dense(shape, hidden, size, unit_interval, seed)
    with progress.bar("training", options.epochs, "epochs") as show:
        history = training.fit(
            encoder,
            decoder,
            np.asarray(rows[split == "train"]),
            np.asarray(rows[split == "validation"]),
            unit_interval=unit_interval,
            epochs=options.epochs,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            patience=options.patience,
            seed=seed,
            progress=show,
        )
    return networks.Autoencoder(encoder, decoder, history)


def load(folder: Path) -> Autoencoder:
    from pipeline.autoencoders import networks

    return networks.load(folder)
