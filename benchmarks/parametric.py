"""Maps learned from the 60,000 training images of MNIST, judged on the 10,000 test images that they place.

As examples/mnist_parametric.yaml says; `--peer` also trains umap-learn's ParametricUMAP, the same network, for as many seconds as
parametric UMAP took here. Published, of all 70,000 images: parametric t-SNE trustworthiness 0.966 and 1-NN accuracy
0.912, parametric UMAP 0.957 and 0.940 (Sainburg et al. 2021). The accuracies here are by the training images' labels.
"""

import argparse
import ast
import os
import time

import numpy as np

from benchmarks import example, pair
from pipeline import methods, metrics, ragged
from pipeline.metrics import labels
from pipeline.types import Space

MAPS = ("parametric-tsne", "parametric-umap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MAPS)
    parser.add_argument("--epochs", type=int, help="instead of the example's own")
    parser.add_argument(
        "--peer", action="store_true", help="umap-learn's ParametricUMAP beside ours, at the same time budget"
    )
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="other options, to try them")
    asked = parser.parse_args()
    given, dataset = example.load("mnist_parametric")
    points, split = ragged.flat(dataset.rows), dataset.table["split"].to_numpy()
    codes = np.unique(dataset.table["label"], return_inverse=True)[1]
    none = np.empty((len(points), 0))
    space = Space(points, "euclidean", none, none, split == "train", shape=dataset.whole_shape)
    for name in [asked.only] if asked.only else MAPS:
        further = dict(pair.split("=") for pair in asked.set) | ({"epochs": asked.epochs} if asked.epochs else {})
        given.maps[name].update({key: ast.literal_eval(str(value)) for key, value in further.items()})
        method, options = methods.read(name, given)
        start = time.perf_counter()
        drawn, mapper = method.embed(space, options, given.seed, os.cpu_count() or 1, said(name))
        trained = time.perf_counter() - start
        test = split == "test"
        start = time.perf_counter()
        placed = method.place(points[test], None, drawn, mapper, options, os.cpu_count() or 1)
        seconds = time.perf_counter() - start
        assert np.array_equal(placed, drawn[test])
        how = f"{options.epochs} epochs in {trained:.0f} s, placed {test.sum() / seconds:,.0f} rows/s"
        trusted = show(name, points, codes, split, drawn, how)
        if asked.peer and name == "parametric-umap":
            drawn, took = theirs(points, split == "train", options, trained)
            other = show("ParametricUMAP", points, codes, split, drawn, f"{took:.0f} s")
            pair.keep(
                f"trustworthiness (5) of placed test rows after {took:.0f} s", trusted, "ParametricUMAP", other, "of 1"
            )


def theirs(points: np.ndarray, training: np.ndarray, options, budget: float) -> tuple[np.ndarray, float]:
    """umap-learn's, of the same network; its search for neighbors counts, as ours does."""
    import sys

    import keras

    sys.modules.pop("umap.parametric_umap", None)  # the pipeline itself keeps it out
    from umap.parametric_umap import ParametricUMAP

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if time.perf_counter() - start > budget:
                self.model.stop_training = True

    layers = [keras.layers.Dense(width, activation="gelu") for width in options.hidden]
    encoder = keras.Sequential([keras.Input((points.shape[1],)), *layers, keras.layers.Dense(2)])
    start = time.perf_counter()
    model = ParametricUMAP(
        encoder=encoder, dims=(points.shape[1],), n_neighbors=options.n_neighbors, min_dist=options.min_dist, batch_size=options.batch_size,
        keras_fit_kwargs={"callbacks": [Stop()], "verbose": 0},
    )  # fmt: skip
    model.n_training_epochs = 1000  # more than the budget has time for
    model.fit(points[training])
    took = time.perf_counter() - start
    return np.asarray(model.transform(points)), took


def show(name: str, points: np.ndarray, codes: np.ndarray, split: np.ndarray, drawn: np.ndarray, how: str) -> float:
    """Print the measures of the placed test rows; returns their trustworthiness."""
    test = split == "test"
    found = metrics.evaluate(points[test], {name: drawn[test]}, k=5).measures.set_index(["measure", "k"])["value"]
    right = labels.accuracy_of_test_rows(drawn, codes, split == "train", test)
    print(
        f"  {name:<16} trustworthiness (5) {found['trustworthiness', 5]:.4f}, area {found['r_nx_auc', 0]:.4f}, 5-NN"
        f" {right['test_accuracy', 5]:.4f}, 1-NN {right['test_accuracy', 1]:.4f}; {how}",
        flush=True,
    )
    return found["trustworthiness", 5]


def said(name: str):
    last = [0.0]

    def show(share: float) -> None:
        if share - last[0] >= 0.1:
            last[0] = share
            print(f"  {name}: {share:.0%}", flush=True)

    return show


if __name__ == "__main__":
    main()
