"""Do the autoencoders of "Building Autoencoders in Keras" (Chollet 2016) reach that text's losses on MNIST?

Each is trained to its end in the text's own sizes, as examples/mnist_seven.yaml says. The loss is the cross-entropy of
a pixel, the mean over the 10,000 test images; the text's figures are of the same images, with its own rounding.
"""

import argparse

from benchmarks import example, pair

TEXT = {"simple": 0.09, "sparse": 0.10, "deep": 0.08, "convolutional": 0.094}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TEXT, help="train this one alone")
    only = parser.parse_args().only
    given, dataset = example.load("mnist_seven")
    test = dataset.part("test")
    for name in [only] if only else TEXT:
        encoder, _, took = example.train(given, name, dataset)
        codes = encoder.encode(test)
        ours = example.cross_entropy(encoder, test, codes)
        said = f"{(codes == 0).mean():4.0%} of the codes 0   {took}"
        print(f"  {name:<14} ours {ours:.4f}   text {TEXT[name]:<6g} {said}", flush=True)
        pair.keep(f"cross-entropy of a pixel of MNIST, {name}", ours, "the Keras text", TEXT[name], "nats")


if __name__ == "__main__":
    main()
