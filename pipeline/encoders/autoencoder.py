"""Autoencoders: an encoder and a decoder, trained together to rebuild the rows from a small code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import PositiveInt

from pipeline.autoencoders import options as autoencoder_options
from pipeline.runtime import progress
from pipeline.types import Dataset

if TYPE_CHECKING:
    from pipeline.autoencoders.networks import Networks


class Options(autoencoder_options.Options):
    """trainings: how often it is trained, from different seeds; None: once."""

    kind: Literal["autoencoder"]
    trainings: PositiveInt | None = None


def fit(
    dataset: Dataset, options: Options, seed: int, scratch: Path | None = None, label: str | None = "training"
) -> Networks:
    """Train on the training rows; the validation rows decide when to stop."""
    from pipeline.autoencoders import training

    info, split = dataset.info, dataset.table["split"].to_numpy()
    numbers = (np.flatnonzero(split == part) for part in ("train", "validation"))
    with progress.bar(label, options.epochs, "epochs") as show:
        return training.fit(dataset.rows, *numbers, info["kind"], info["unit_interval"], options, seed, show, scratch)


def diagnostics(encoder: Networks, dataset: Dataset, options: Options, seed: int) -> dict[str, np.ndarray]:
    """What the pictures of an architecture or an objective show; see autoencoders.diagnostics."""
    from pipeline.autoencoders import diagnostics

    info = dataset.info
    found = options.resolved(info["kind"], dataset.rows.shape[1:], info["unit_interval"])
    return diagnostics.diagnostics(encoder, dataset.rows, dataset.part("test"), info["unit_interval"], found, seed)


def load(folder: Path) -> Networks:
    from pipeline.autoencoders import networks

    return networks.load(folder)
