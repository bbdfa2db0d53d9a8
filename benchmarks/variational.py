"""The negative evidence lower bound of a two-dimensional variational code of MNIST, in nats.

Of an image (Kingma and Welling 2014, eq. 10): Bernoulli cross-entropy summed over the pixels, the mean of several codes
from the posterior, and the posterior's divergence from the prior; the mean over the 10,000 test images. The encoder is
`variational` of examples/mnist_seven.yaml. `--grid FILE` saves a picture of what it decodes.

Published: Keras's code example "Variational AutoEncoder" (Chollet 2020, examples/generative/vae), convolutional with a
two-dimensional code, whose log ends with 146.95 after 30 epochs, on the 70,000 images that it was trained on.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import example, pair
from pipeline.encoders import autoencoder

SAMPLES = 16  # codes of an image
PUBLISHED, PUBLISHED_PARTS = 146.95, "140.15 reconstruction, 6.80 divergence"


def bound(networks: Any, rows: np.ndarray, seed: int) -> tuple[float, float]:
    """Nats of an image: its reconstruction from codes sampled from its posterior, and that posterior's divergence."""
    from pipeline.autoencoders import objectives
    from pipeline.autoencoders.networks import apply

    rng = np.random.default_rng(seed)
    mean, log_variance = apply(networks.encoder, rows)
    samples = (mean + np.exp(log_variance / 2) * rng.standard_normal(mean.shape, np.float32) for _ in range(SAMPLES))
    reconstruction = np.mean([example.cross_entropy(networks, rows, codes) for codes in samples]) * rows[0].size
    divergence = np.asarray(objectives.kl_divergence(mean, log_variance)).sum(axis=1).mean()
    return float(reconstruction), float(divergence)


def save_picture(file: Path, grid: np.ndarray) -> None:
    """Decoded images (side, side, height, width) as one picture."""
    from PIL import Image

    side, _, height, width = grid.shape
    Image.fromarray(np.uint8(255 * grid.swapaxes(1, 2).reshape(side * height, side * width).clip(0, 1))).save(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", type=Path, metavar="FILE", help="a PNG of digits decoded from a grid over the plane")
    file = parser.parse_args().grid
    params, dataset = example.load("mnist_seven")
    encoder, options, note = example.train(params, "variational", dataset)
    reconstruction, divergence = bound(encoder, dataset.part("test"), params.seed)
    ours = reconstruction + divergence
    print(f"Negative evidence lower bound of an image, nats, {SAMPLES} codes sampled for each")
    print(f"  ours        {ours:.2f}: {reconstruction:.2f} reconstruction, {divergence:.2f} divergence   {note}")
    print(f"  published   {PUBLISHED}: {PUBLISHED_PARTS} (Keras's example; on images it has learned from)")
    title = "two-dimensional code of MNIST, negative evidence lower bound"
    pair.keep(title, ours, "Keras's example", PUBLISHED, "nats")
    if file:
        save_picture(file, autoencoder.diagnostics(encoder, dataset, options, params.seed)["grid"])


if __name__ == "__main__":
    main()
