"""Rows placed on a map: how true they stay, how fast it goes, and which are called novel.

Hold out a tenth of the rows, draw a map of the others, place the tenth; beside it, a map drawn of all rows at once, judged on
the same tenth. Trustworthiness (5) among all rows on the map; accuracy of 5-NN by the labels of the others. Intervals: 95 %, over rows.
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
from pipeline.out_of_sample.transformer import Placer
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
    found = load_digits()
    return "digits", (found.data / 16).astype(np.float32), found.target


def mnist(rows: int) -> tuple[str, np.ndarray, np.ndarray]:
    import gzip

    name, points = pair.images(rows)
    parts = [
        gzip.decompress((pair.MNIST / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:] for part in ("train", "t10k")
    ]
    return name, points, np.frombuffer(b"".join(parts), np.uint8)[:rows].astype(int)


def truth(name: str, points: np.ndarray, labels: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    held = np.zeros(len(points), dtype=bool)
    held[rng.choice(len(points), len(points) // 10, replace=False)] = True
    print(f"{name}: {held.sum():,} of {len(points):,} rows of {points.shape[1]} columns held out", flush=True)
    known, everything = graph.make_space(points[~held], 90), graph.make_space(points, 90)
    for method, given in METHODS.items():
        if "epochs" in given:  # as many steps for few rows as for many
            given = given | {"epochs": max(given["epochs"], 300_000 // len(points))}
        options = method.Options(method=method.__name__.rpartition(".")[2], **{"space": "raw"} | given)
        drawn, mapper = method.embed(known, options, 0, CORES)
        placer = Placer({"scaling": {"rule": "none"}}, None, known, method, options, drawn, mapper, None)
        placer.place(points[held][:10])  # imports and compiled kernels
        start = time.perf_counter()
        placed = placer.place(points[held])[["x", "y"]].to_numpy(dtype=np.float32)
        seconds = time.perf_counter() - start
        with_placed = np.empty((len(points), 2), dtype=np.float32)
        with_placed[held], with_placed[~held] = placed, drawn
        at_once, _ = method.embed(everything, options, 0, CORES)
        found = metrics.evaluate(points, {"placed": with_placed, "at once": at_once}, k=5).points
        for way, of in (("placed", with_placed), ("at once", at_once)):
            trusted = found[found["name"] == way]["trustworthiness_5"].to_numpy()[held]
            nearest, _ = search.query(of[~held], of[held], 5)
            right = votes(nearest, labels[~held], 5) == labels[held]
            speed = f"{held.sum() / seconds:10,.0f} rows/s" if way == "placed" else ""
            print(
                f"  {options.method:<16} {way:<8} trustworthiness {said(trusted)}, 5-NN {said(right)} {speed}",
                flush=True,
            )


def speed(known_rows: int = 60_000, count: int = 10_000) -> None:
    """Seconds to place so many rows on a map of others, start-up apart, each beside `UMAP.transform` of the same rows."""
    import warnings

    from pipeline.autoencoders import training
    from pipeline.encoders import autoencoder
    from pipeline.layout.affinities import umap_learn

    _, points = pair.images(known_rows + count)
    known, new = points[:known_rows], points[known_rows:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = umap_learn().UMAP(n_neighbors=15, min_dist=0.1, random_state=0, n_jobs=1).fit(known)
        theirs.transform(new[:100])  # compiled kernels
        start = time.perf_counter()
        theirs.transform(new)
    reference = time.perf_counter() - start
    print(f"{count:,} rows of 784 columns onto a map of {known_rows:,}: UMAP.transform {reference:.2f} s", flush=True)
    short = NETWORK | {"epochs": 1}
    dense = autoencoder.Options(kind="autoencoder", architecture="dense", objective="plain", hidden=[128, 64], code_size=32,
                                code_activation="linear", epochs=1, batch_size=256, learning_rate=0.001, patience=1)  # fmt: skip
    deep = training.fit(known, np.arange(count), np.arange(count, 2 * count), "vector", True, dense, 0)
    codes = deep.encode(known)
    for what, encoder, of, hidden in (
        ("pixels", None, known, [512, 512, 512]),
        ("pixels", None, known, [128, 64]),
        ("32-number codes", deep, codes, [128, 64]),
    ):
        space = graph.make_space(of, 90)
        for method, given in {parametric_tsne: {"perplexity": 30} | short, pca: {}}.items():
            widths = "-".join(map(str, hidden)) if given else ""
            given = given | {"space": "raw"} | ({"hidden": hidden} if given else {})
            options = method.Options(method=method.__name__.rpartition(".")[2], **given)
            drawn, mapper = method.embed(space, options, 0, CORES)
            placer = Placer({"scaling": {"rule": "none"}}, encoder, space, method, options, drawn, mapper, None)
            placer.place(new)
            start = time.perf_counter()
            for _, _ in placer.batches(new):
                pass
            seconds = time.perf_counter() - start
            pair.keep(
                f"{count:,} rows placed by {options.method} {widths} of {what}", seconds, "UMAP.transform", reference
            )
            print(f"  {options.method:<16} {widths:<12} of {what:<16} {seconds:7.3f} s, {count / seconds:9,.0f} rows/s, {reference / seconds:6.0f}x",
                  flush=True)  # fmt: skip


def said(values: np.ndarray) -> str:
    found = intervals.over_rows(values.astype(float))
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="of MNIST; 0: digits alone")
    parser.add_argument("--speed", action="store_true", help="only how fast networks place, beside UMAP.transform")
    asked = parser.parse_args()
    rows = asked.rows
    if asked.speed:
        speed()
        return
    truth(*digits())
    if rows and Path(pair.MNIST).exists():
        truth(*mnist(rows))


if __name__ == "__main__":
    main()
