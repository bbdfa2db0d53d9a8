"""Maps learned from the 60,000 training images of MNIST, measured on the 10,000 test images as new points.

Options are those of examples/mnist_parametric.yaml. `--peer` also trains umap-learn's ParametricUMAP, with the same
network and in the same time. Published, of all 70,000 images: parametric t-SNE
trustworthiness 0.966 and 1-NN accuracy 0.912, parametric UMAP 0.957 and 0.940 (Sainburg et al. 2021). The accuracies
here are by the training images' labels.
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

CORES = os.cpu_count() or 1
MAPS = ("parametric-tsne", "parametric-umap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MAPS)
    parser.add_argument("--epochs", type=int, help="instead of the example's own")
    parser.add_argument("--peer", action="store_true", help="also umap-learn's ParametricUMAP, in the same time")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="other options")
    arguments = parser.parse_args()
    params, dataset = example.load("mnist_parametric")
    points, split = ragged.flat(dataset.rows), dataset.table["split"].to_numpy()
    codes, test = np.unique(dataset.table["label"], return_inverse=True)[1], split == "test"
    no_neighbors = np.empty((len(points), 0))
    space = Space(points, "euclidean", no_neighbors, no_neighbors, split == "train", shape=dataset.image_shape)
    for name in [arguments.only] if arguments.only else MAPS:
        further = dict(setting.split("=") for setting in arguments.set)
        further |= {"epochs": arguments.epochs} if arguments.epochs else {}
        params.maps[name].update({key: ast.literal_eval(str(value)) for key, value in further.items()})
        method, options = methods.read(name, params)
        start = time.perf_counter()
        embedding, mapper = method.embed(space, options, params.seed, CORES, reporter(name))
        trained = time.perf_counter() - start
        start = time.perf_counter()
        new = method.transform(points[test], methods.Fitted(options, embedding, mapper, None), CORES)
        seconds = time.perf_counter() - start
        assert np.array_equal(new, embedding[test])
        speed = f"{options.epochs} epochs in {trained:.0f} s, transforms {test.sum() / seconds:,.0f} rows/s"
        ours = show(name, points, codes, split, embedding, speed)
        if arguments.peer and name == "parametric-umap":
            embedding, seconds = parametric_umap(points, split == "train", options, trained)
            theirs = show("ParametricUMAP", points, codes, split, embedding, f"{seconds:.0f} s")
            title = f"trustworthiness (5) of unseen test rows after {seconds:.0f} s"
            pair.keep(title, ours, "ParametricUMAP", theirs, "of 1")


def parametric_umap(points: np.ndarray, training: np.ndarray, options, budget: float) -> tuple[np.ndarray, float]:
    """umap-learn's embedding by the same network, and its seconds. Both include the search for neighbors."""
    import sys

    import keras

    sys.modules.pop("umap.parametric_umap", None)  # the pipeline blocks its import
    from umap.parametric_umap import ParametricUMAP

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if time.perf_counter() - start > budget:
                self.model.stop_training = True

    layers = [keras.layers.Dense(width, activation="gelu") for width in options.hidden]
    encoder = keras.Sequential([keras.Input((points.shape[1],)), *layers, keras.layers.Dense(2)])
    start = time.perf_counter()
    model = ParametricUMAP(
        encoder=encoder, dims=(points.shape[1],), n_neighbors=options.n_neighbors, min_dist=options.min_dist,
        batch_size=options.batch_size,
        keras_fit_kwargs={"callbacks": [Stop()], "verbose": 0},
    )  # fmt: skip
    model.n_training_epochs = 1000  # more than the budget has time for
    model.fit(points[training])
    seconds = time.perf_counter() - start
    return np.asarray(model.transform(points)), seconds


def show(
    name: str, points: np.ndarray, codes: np.ndarray, split: np.ndarray, embedding: np.ndarray, speed: str
) -> float:
    """Print the measures of the test rows; returns their trustworthiness."""
    test = split == "test"
    table = metrics.evaluate(points[test], {name: embedding[test]}, k=5).measures
    measures = table.set_index(["measure", "k"])["value"]
    accuracy = labels.accuracy_of_test_rows(embedding, codes, split == "train", test)
    print(
        f"  {name:<16} trustworthiness (5) {measures['trustworthiness', 5]:.4f}, R_NX AUC"
        f" {measures['r_nx_auc', 0]:.4f}, 5-NN {accuracy['test_accuracy', 5]:.4f}, 1-NN"
        f" {accuracy['test_accuracy', 1]:.4f}; {speed}",
        flush=True,
    )
    return measures["trustworthiness", 5]


def reporter(name: str):
    last = [0.0]

    def report(share: float) -> None:
        if share - last[0] >= 0.1:
            last[0] = share
            print(f"  {name}: {share:.0%}", flush=True)

    return report


if __name__ == "__main__":
    main()
