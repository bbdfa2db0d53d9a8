"""t-SNE of MNIST from data to map: openTSNE of the raw images, ours of them, and ours of their 32-dimensional codes.

The autoencoder (784-512-256-32) is trained on the first 60,000 images beforehand; encoding, neighbors and t-SNE are
timed. The objective is the Kullback-Leibler divergence of a map from the exact affinities of the raw images; R_NX AUC
is also computed for the raw images. The verdict on our two maps is over several seeds of each.
"""

import argparse
import os
import time

import numpy as np

from benchmarks import example, pair
from pipeline import config, encoders, metrics, ragged
from pipeline.layout import affinities
from pipeline.methods import tsne
from pipeline.neighbors import graph
from pipeline.statistics import intervals

OPTIONS = tsne.Options(method="tsne", space="raw", perplexity=30)
ENCODER = {
    "kind": "autoencoder", "architecture": "dense", "objective": "plain", "hidden": [512, 256], "code_size": 32,
    "code_activation": "linear", "epochs": 20, "batch_size": 128, "learning_rate": 0.002, "patience": 20,
}  # fmt: skip
CORES = os.cpu_count() or 1


def theirs(points: np.ndarray) -> np.ndarray:
    from openTSNE import TSNE

    return np.asarray(TSNE(perplexity=30, n_jobs=CORES, random_state=0).fit(points), dtype=np.float32)


def objective(points: np.ndarray, space: graph.Space) -> float:
    """KL(P | Q) of a map, with the sum over all pairs by openTSNE."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    joint = affinities.tsne(space.indices, space.distances, [30], CORES)
    fixed = TSNEEmbedding(points, PrecomputedAffinities(joint, normalize=False), n_jobs=CORES, learning_rate=1e-9)
    return float(
        fixed.optimize(1, callbacks=lambda *_: None, callbacks_every_iters=1, use_callbacks=True).kl_divergence
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="embeddings of each of our maps; 1: no verdict")
    seeds = parser.parse_args().seeds
    params, dataset = example.load("mnist_parametric")
    rows = ragged.flat(dataset.rows)
    kind, options = config.plugin(encoders, "kind", ENCODER, "encoders", "deep")
    encoder = kind.fit(dataset, options, params.seed)
    encoder.encode(dataset.rows[:10])  # imports and compiled kernels
    print(f"{len(rows):,} rows, perplexity 30, {CORES} cores, one run each", flush=True)

    start = time.perf_counter()
    reference = theirs(rows)
    their_seconds = time.perf_counter() - start
    raw = graph.make_space(rows, 90)
    print(f"  openTSNE, raw         {their_seconds:6.1f} s   {quality(reference, raw)}", flush=True)

    def codes() -> np.ndarray:
        return encoders.compress(encoder, dataset.rows)[0]

    r_nx_aucs = {}
    for name, points in {"raw": lambda: rows, "codes": codes}.items():
        start = time.perf_counter()
        space = graph.make_space(points(), 90)
        searched = time.perf_counter() - start
        first, _ = tsne.embed(space, OPTIONS, 0, CORES)
        seconds = time.perf_counter() - start
        share = f"{seconds / their_seconds:.2f} of openTSNE's time, {searched:.1f} s of it for codes and neighbors"
        print(f"  ours, {name:<15} {seconds:6.1f} s   {quality(first, raw)}; {share}", flush=True)
        further = (tsne.embed(space, OPTIONS, seed, CORES)[0] for seed in range(1, seeds))
        pair.keep(f"t-SNE of {len(rows):,} images, {name}: from data to map", seconds, "openTSNE of raw", their_seconds)
        if name == "raw":
            pair.keep(
                "objective of the map of raw images",
                objective(first, raw),
                "openTSNE of raw",
                objective(reference, raw),
                "nats",
            )
        r_nx_aucs[name] = [metrics.r_nx_auc(rows, points) for points in (first, *further)]
    if seeds > 1:
        gain = intervals.difference(r_nx_aucs["codes"], r_nx_aucs["raw"])
        verdict = intervals.verdict(gain, params.evaluate.equivalent_within)
        print(
            f"  R_NX AUC of codes - raw: {gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f}): {verdict};"
            f" covers {gain.covers}",
            flush=True,
        )


def quality(embedding: np.ndarray, raw: graph.Space) -> str:
    return f"objective {objective(embedding, raw):.4f}, R_NX AUC {metrics.r_nx_auc(raw.points, embedding):.4f}"


if __name__ == "__main__":
    main()
