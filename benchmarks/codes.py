"""Errors of MNIST's codes, compared with published ones.

Trained as examples/mnist_codes.yaml says; measured on the 10,000 test images. Published, for 30 dimensions: squared
error of an image 3.00, of PCA 13.87 (Hinton and Salakhutdinov 2006); cross-entropy of a pixel for 32 dimensions about
0.08, for 128 of a convolutional code 0.094 ("Building Autoencoders in Keras", Chollet 2016). Also prints the images'
own entropy of a pixel, below which no cross-entropy can be.
"""

import argparse

import numpy as np
from scipy.special import xlogy

from benchmarks import example, pair
from pipeline import encoders, ragged

PUBLISHED = {
    "pca": ("squared error", 13.87),
    "squared": ("squared error", 3.00),
    "entropy": ("cross-entropy", 0.08),
    "convolutional": ("cross-entropy", 0.094),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PUBLISHED, help="train only this one")
    parser.add_argument("--epochs", type=int, help="instead of the example's own")
    arguments = parser.parse_args()
    params, dataset = example.load("mnist_codes")
    test = dataset.part("test")
    entropy = -(xlogy(test, test) + xlogy(1 - test, 1 - test)).mean()
    print(f"the images' own entropy: {entropy:.4f} a pixel")
    for name in [arguments.only] if arguments.only else PUBLISHED:
        if arguments.epochs:
            params.encoders[name]["epochs"] = arguments.epochs
        encoder, options, note = example.train(params, name, dataset)
        reconstructed = encoders.compress(encoder, test, np.ones(len(test), bool))[2]
        errors = {"squared error": float(ragged.squared_error(test, reconstructed).mean())}
        if options.kind == "autoencoder":
            errors["cross-entropy"] = float(example.cross_entropy(encoder, test, encoder.encode(test)))
        text = ", ".join(f"{what} {value:.4f}" for what, value in errors.items())
        what, published = PUBLISHED[name]
        size = f"{options.code_size} dimensions"
        print(f"  {name:<13} {size}: {text}   published: {what} {published:g}   {note}", flush=True)
        pair.keep(f"MNIST, {name}, {size}: {what}", errors[what], "published", published, "of 1")


if __name__ == "__main__":
    main()
