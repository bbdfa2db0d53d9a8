"""New points on a map: how faithful they are, and how long they take.

A tenth of the rows is held out, the others are embedded, and the tenth is transformed onto their map. It is compared
with the same tenth on a map of all rows at once: trustworthiness (5) among all rows, and 5-NN accuracy by the labels of
the others, with 95 % intervals over rows. `--speed`: seconds, compared with `UMAP.transform`.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from benchmarks import pair
from pipeline import metrics
from pipeline.methods import parametric_tsne, parametric_umap, pca, tsne, umap
from pipeline.metrics.labels import votes
from pipeline.neighbors import graph, search
from pipeline.out_of_sample.transformer import Transformer
from pipeline.statistics import intervals

CORES = os.cpu_count() or 1
NETWORK = {"space": "raw", "hidden": [512, 512, 512], "epochs": 30, "batch_size": 1024, "learning_rate": 0.001}
METHODS = {
    pca: {},
    tsne: {"perplexity": 30},
    umap: {"n_neighbors": 15, "min_dist": 0.1},
    parametric_tsne: {"perplexity": 30} | NETWORK,
    parametric_umap: {"n_neighbors": 15, "min_dist": 0.1} | NETWORK,
}


def digits() -> tuple[str, np.ndarray, np.ndarray]:
    bunch = load_digits()
    return "digits", (bunch.data / 16).astype(np.float32), bunch.target


def mnist(rows: int) -> tuple[str, np.ndarray, np.ndarray]:
    import gzip

    name, points = pair.images(rows)
    parts = [
        gzip.decompress((pair.MNIST / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:] for part in ("train", "t10k")
    ]
    return name, points, np.frombuffer(b"".join(parts), np.uint8)[:rows].astype(int)


def faithfulness(data: str, points: np.ndarray, labels: np.ndarray) -> None:
    """Print the measures of held-out rows, transformed and embedded with the others, for each method."""
    rng = np.random.default_rng(0)
    held_out = np.zeros(len(points), dtype=bool)
    held_out[rng.choice(len(points), len(points) // 10, replace=False)] = True
    print(f"{data}: {held_out.sum():,} of {len(points):,} rows of {points.shape[1]} columns held out", flush=True)
    others, everything = graph.make_space(points[~held_out], 90), graph.make_space(points, 90)
    for method, values in METHODS.items():
        if "epochs" in values:  # as many steps for few rows as for many
            values = values | {"epochs": max(values["epochs"], 300_000 // len(points))}
        options = method.Options(method=method.__name__.rpartition(".")[2], **{"space": "raw"} | values)
        embedding, mapper = method.embed(others, options, 0, CORES)
        transformer = Transformer({"scaling": {"rule": "none"}}, None, others, method, options, embedding, mapper, None)
        transformer.transform(points[held_out][:10])  # imports and compiled kernels
        start = time.perf_counter()
        new = transformer.transform(points[held_out])[["x", "y"]].to_numpy(dtype=np.float32)
        seconds = time.perf_counter() - start
        both = np.empty((len(points), 2), dtype=np.float32)
        both[held_out], both[~held_out] = new, embedding
        maps = {"transformed": both, "at once": method.embed(everything, options, 0, CORES)[0]}
        by_point = metrics.evaluate(points, maps, k=5).points
        for name, xy in maps.items():
            trustworthiness = by_point[by_point["name"] == name]["trustworthiness_5"].to_numpy()[held_out]
            nearest, _ = search.query(xy[~held_out], xy[held_out], 5)
            correct = votes(nearest, labels[~held_out], 5) == labels[held_out]
            rate = f"{held_out.sum() / seconds:10,.0f} rows/s" if name == "transformed" else ""
            measured = f"trustworthiness {interval(trustworthiness)}, 5-NN {interval(correct)}"
            print(f"  {options.method:<16} {name:<12} {measured} {rate}", flush=True)


def speed(known_rows: int = 60_000, count: int = 10_000) -> None:
    """Seconds to transform `count` rows onto a map of `known_rows` others, and those of `UMAP.transform`."""
    import warnings

    from pipeline.autoencoders import training
    from pipeline.encoders import autoencoder
    from pipeline.layout.affinities import umap_learn

    _, points = pair.images(known_rows + count)
    known, new = points[:known_rows], points[known_rows:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = umap_learn().UMAP(n_neighbors=15, min_dist=0.1, random_state=0, n_jobs=1).fit(known)
        fitted.transform(new[:100])  # compiled kernels
        start = time.perf_counter()
        fitted.transform(new)
    reference = time.perf_counter() - start
    print(f"{count:,} rows of 784 columns onto a map of {known_rows:,}: UMAP.transform {reference:.2f} s", flush=True)
    short = NETWORK | {"epochs": 1}
    dense = autoencoder.Options(
        kind="autoencoder", architecture="dense", objective="plain", hidden=[128, 64], code_size=32,
        code_activation="linear", epochs=1, batch_size=256, learning_rate=0.001, patience=1,
    )  # fmt: skip
    deep = training.fit(known, np.arange(count), np.arange(count, 2 * count), "vector", True, dense, 0)
    codes = deep.encode(known)
    for what, encoder, rows, hidden in (
        ("pixels", None, known, [512, 512, 512]),
        ("pixels", None, known, [128, 64]),
        ("32-dimensional codes", deep, codes, [128, 64]),
    ):
        space = graph.make_space(rows, 90)
        for method, values in {parametric_tsne: {"perplexity": 30} | short, pca: {}}.items():
            widths = "-".join(map(str, hidden)) if values else ""
            values = values | {"space": "raw"} | ({"hidden": hidden} if values else {})
            options = method.Options(method=method.__name__.rpartition(".")[2], **values)
            title = f"{options.method} {widths}".strip()
            embedding, mapper = method.embed(space, options, 0, CORES)
            transformer = Transformer(
                {"scaling": {"rule": "none"}}, encoder, space, method, options, embedding, mapper, None
            )
            transformer.transform(new)
            start = time.perf_counter()
            for _, _ in transformer.batches(new):
                pass
            seconds = time.perf_counter() - start
            pair.keep(
                f"{count:,} points transformed by {title} of {what}",
                seconds,
                "UMAP.transform",
                reference,
            )
            print(
                f"  {title:<28} of {what:<20} {seconds:7.3f} s, {count / seconds:9,.0f} rows/s,"
                f" {reference / seconds:6.0f}x",
                flush=True,
            )


def interval(values: np.ndarray) -> str:
    mean = intervals.over_rows(values.astype(float))
    return f"{mean.value:.4f} ({mean.low:.4f} to {mean.high:.4f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="of MNIST; 0: only digits")
    parser.add_argument("--speed", action="store_true", help="only the seconds, compared with UMAP.transform")
    arguments = parser.parse_args()
    if arguments.speed:
        speed()
        return
    faithfulness(*digits())
    if arguments.rows and Path(pair.MNIST).exists():
        faithfulness(*mnist(arguments.rows))


if __name__ == "__main__":
    main()
