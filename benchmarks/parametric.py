"""Maps learned from the 60,000 training images of MNIST, judged on the 10,000 test images that they place.

As examples/mnist_parametric.yaml says. Published, of all 70,000 images: parametric t-SNE trustworthiness 0.966 and 1-NN accuracy
0.912, parametric UMAP 0.957 and 0.940 (Sainburg et al. 2021). The accuracies here are by the training images' labels.
"""

import argparse
import os
import time

import numpy as np

from benchmarks import example
from pipeline import faithfulness, methods, padding
from pipeline.faithfulness import labels
from pipeline.nouns import Space

MAPS = ("parametric-tsne", "parametric-umap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MAPS)
    parser.add_argument("--epochs", type=int, help="instead of the example's own")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="other options, to try them")
    asked = parser.parse_args()
    given, dataset = example.load("mnist_parametric")
    points, split = padding.flat(dataset.rows), dataset.table["split"].to_numpy()
    codes = np.unique(dataset.table["label"], return_inverse=True)[1]
    none = np.empty((len(points), 0))
    space = Space(points, "euclidean", none, none, split == "train", shape=dataset.whole_shape)
    for name in [asked.only] if asked.only else MAPS:
        further = dict(pair.split("=") for pair in asked.set) | ({"epochs": asked.epochs} if asked.epochs else {})
        given.maps[name].update({key: eval(str(value)) for key, value in further.items()})
        method, options = methods.read(name, given)
        start = time.perf_counter()
        drawn, mapper = method.embed(space, options, given.seed, os.cpu_count() or 1, said(name))
        trained = time.perf_counter() - start
        test = split == "test"
        start = time.perf_counter()
        placed = method.place(points[test], None, drawn, mapper, options, os.cpu_count() or 1)
        seconds = time.perf_counter() - start
        assert np.array_equal(placed, drawn[test])
        found = faithfulness.evaluate(points[test], {name: placed}, k=5).measures.set_index(["measure", "k"])["value"]
        right = labels.placed(drawn, codes, split == "train", test)
        print(
            f"  {name:<16} trustworthiness (5) {found['trustworthiness', 5]:.4f}, area {found['area', 0]:.4f}, 5-NN"
            f" {right['test_accuracy', 5]:.4f}, 1-NN {right['test_accuracy', 1]:.4f}; {options.epochs} epochs in {trained:.0f} s,"
            f" placed {test.sum() / seconds:,.0f} rows/s",
            flush=True,
        )


def said(name: str):
    last = [0.0]

    def show(share: float) -> None:
        if share - last[0] >= 0.1:
            last[0] = share
            print(f"  {name}: {share:.0%}", flush=True)

    return show


if __name__ == "__main__":
    main()
