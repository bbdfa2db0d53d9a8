"""Do the autoencoders of "Building Autoencoders in Keras" (Chollet 2016) reach that text's losses on MNIST?

Each is trained to its end in the text's sizes, as examples/mnist_seven.yaml says. The loss is the cross-entropy of a
pixel, the mean over the 10,000 test images; the text's figures are of the same images, and rounded.
"""

import argparse

from benchmarks import example, pair

PUBLISHED = {"simple": 0.09, "sparse": 0.10, "deep": 0.08, "convolutional": 0.094}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PUBLISHED, help="train only this one")
    only = parser.parse_args().only
    params, dataset = example.load("mnist_seven")
    test = dataset.part("test")
    for name in [only] if only else PUBLISHED:
        encoder, _, note = example.train(params, name, dataset)
        codes = encoder.encode(test)
        ours = example.cross_entropy(encoder, test, codes)
        zeros = f"{(codes == 0).mean():4.0%} of the codes' values are 0"
        print(f"  {name:<14} ours {ours:.4f}   published {PUBLISHED[name]:<6g} {zeros}   {note}", flush=True)
        pair.keep(f"cross-entropy of a pixel of MNIST, {name}", ours, "the Keras text", PUBLISHED[name], "nats")


if __name__ == "__main__":
    main()
