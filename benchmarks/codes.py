"""How much do codes of MNIST keep, beside the published ones?

Trained as examples/mnist_codes.yaml says; measured on the 10,000 test images. Published, of 30 numbers: squared error per
image 3.00, PCA 13.87 (Hinton and Salakhutdinov 2006); cross-entropy per pixel of 32 about 0.08, of a convolutional 128
0.094 ("Building Autoencoders in Keras", Chollet 2016). The images' own entropy per pixel, which no code can go below, is printed beside it.
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
    parser.add_argument("--only", choices=PUBLISHED, help="train this one alone")
    parser.add_argument("--epochs", type=int, help="instead of the example's own")
    asked = parser.parse_args()
    given, dataset = example.load("mnist_codes")
    test = dataset.part("test")
    floor = -(xlogy(test, test) + xlogy(1 - test, 1 - test)).mean()
    print(f"the images' own entropy: {floor:.4f} a pixel")
    for name in [asked.only] if asked.only else PUBLISHED:
        if asked.epochs:
            given.encoders[name]["epochs"] = asked.epochs
        encoder, options, took = example.train(given, name, dataset)
        rebuilt = encoders.compress(encoder, test, np.ones(len(test), bool))[2]
        found = {"squared error": float(ragged.squared_error(test, rebuilt).mean())}
        if options.kind == "autoencoder":
            found["cross-entropy"] = float(example.cross_entropy(encoder, test, encoder.encode(test)))
        said = ", ".join(f"{what} {value:.4f}" for what, value in found.items())
        what, published = PUBLISHED[name]
        print(
            f"  {name:<13} {options.code_size} numbers: {said}   published: {what} {published:g}   {took}", flush=True
        )
        pair.keep(f"MNIST, {name}, {options.code_size} numbers: {what}", found[what], "published", published, "of 1")


if __name__ == "__main__":
    main()
