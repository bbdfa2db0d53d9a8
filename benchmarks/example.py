"""The data and the encoders of a file in examples/, prepared and trained as the pipeline does it."""

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import config, datasets, encoders
from pipeline.preprocessing import prepare
from pipeline.types import Dataset

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> tuple[config.Params, Dataset]:
    """An example's parameters and its dataset; without its data, prints a line and ends with status 2."""
    params = config.load(EXAMPLES / f"{name}.yaml")
    options = params.data
    if not Path(options.path).exists():
        print(f"{options.path}: not there, so nothing can be measured. Put the data there.", file=sys.stderr)
        sys.exit(2)
    dataset = prepare.prepare(datasets.read(Path(options.path), options.label), options, params.seed)
    parts = ", ".join(f"{len(dataset.part(split)):,} {split}" for split in prepare.SPLITS)
    print(f"{dataset.info['title']}: {parts} rows of {' x '.join(map(str, dataset.info['shape']))}", flush=True)
    return params, dataset


def train(params: config.Params, name: str, dataset: Dataset, seed: int | None = None) -> tuple[Any, Any, str]:
    """A fitted encoder, its options, and a text with its epochs and seconds."""
    kind, options = config.plugin(encoders, "kind", params.encoders[name], "encoders", name)
    start = time.perf_counter()
    encoder = kind.fit(dataset, options, params.seed if seed is None else seed)
    note = f"{time.perf_counter() - start:.0f} s"
    if options.kind == "autoencoder":
        epochs = f"{len(encoder.history)} epochs of {options.batch_size} a step"
        note = f"{epochs}, learning rate {options.learning_rate:g}, {note}"
    return encoder, options, note


def cross_entropy(networks: Any, rows: np.ndarray, codes: np.ndarray) -> float:
    """Of rows in [0, 1] (n, *shape) reconstructed from codes (n, code size): the mean over all values, in nats."""
    from pipeline.autoencoders import objectives
    from pipeline.autoencoders.backend import keras
    from pipeline.autoencoders.networks import apply

    logits = keras.Model(networks.decoder.input, networks.decoder.get_layer("logits").output)
    return float(objectives.reconstruction_loss(rows, apply(logits, codes)[0], "cross_entropy", unit_interval=True))
