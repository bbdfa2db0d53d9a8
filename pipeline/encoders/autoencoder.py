"""Autoencoders: an encoder and a decoder, trained together to reconstruct the rows from a short code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import PositiveInt

from pipeline.autoencoders import options as autoencoder_options
from pipeline.runtime import progress
from pipeline.types import Dataset

if TYPE_CHECKING:  # the functions import TensorFlow only when they are called
    from pipeline.autoencoders.networks import Networks


class Options(autoencoder_options.Options):
    kind: Literal["autoencoder"]
    trainings: PositiveInt = 1


def check(options: Options, dataset: Dataset) -> None:
    """InputError if the architecture or the training does not fit the data."""
    _resolved(options, dataset)


def fit(
    dataset: Dataset, options: Options, seed: int, scratch: Path | None = None, label: str | None = "training"
) -> Networks:
    """Train on the training rows, with early stopping by the validation rows."""
    from pipeline.autoencoders import training

    info = dataset.info
    indices = (np.flatnonzero(dataset.is_in(part)) for part in ("train", "validation"))
    with progress.bar(label, options.epochs, "epochs") as show:
        return training.fit(dataset.rows, *indices, info["kind"], info["unit_interval"], options, seed, show, scratch)


def diagnostics(encoder: Networks, dataset: Dataset, options: Options, seed: int) -> dict[str, np.ndarray]:
    """Arrays for the figures of an architecture or an objective; see autoencoders.diagnostics."""
    from pipeline.autoencoders import diagnostics

    resolved = _resolved(options, dataset)
    return diagnostics.compute(
        encoder, dataset.rows, dataset.part("test"), dataset.info["unit_interval"], resolved, seed
    )


def load(folder: Path) -> Networks:
    from pipeline.autoencoders import networks

    return networks.load(folder)


def _resolved(options: Options, dataset: Dataset) -> autoencoder_options.Options:
    return options.resolved(dataset.info["kind"], dataset.rows.shape[1:], dataset.info["unit_interval"])
