"""What drawing one map takes, by its method.

Measured in November 2026, in processor time of one reference core, of points of 10 numbers, at perplexity 30:

    rows             1,000   2,000   4,000   9,000  12,000  24,000
    tsne              1.44     3.8     9.7    30.0    23.3          (from 10,000 rows on another algorithm; 31.8 of 30,000)
    umap, 15          0.71    1.42    2.88    6.41    3.59    7.41  (from 10,000 rows on 200 epochs in place of 500)
    sklearn_tsne      2.31     6.2    14.9
    pacmap                    0.21            (0.96 of 8,000 rows)

Parametric t-SNE of 12,000 training rows of 20 numbers, 20-512-512-512-2: 0.9 s an epoch in steps of 1,024 edges, 0.7 s of 256;
parametric UMAP 0.5 s and 0.5 s.

Placing 4,096 further rows of 40 numbers: tsne 7.1 s among 3,000 and 8.7 s among 12,000, umap 1.0 s.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

from pipeline.forecast import networks
from pipeline.forecast.neighbors import among, nearest
from pipeline.forecast.work import MB, Work

PROCESSES_FROM = 5_000  # rows; the stage draws several at once from there on
Law = Callable[[dict[str, Any], float, tuple[int, ...]], tuple[Work, Work]]


def embedding(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """What a process needs before it can draw, and one drawing of n rows of this shape.

    options  the map's entry in params.yaml; a method without a law counts as t-SNE (see `known`)
    """
    return LAWS.get(options["method"], _tsne)(options, n, shape)


def known(method: str) -> bool:
    return method in LAWS


def embeddings(options: dict[str, Any], seeds: int) -> int:
    """One, of a method without a random start."""
    return seeds if importlib.import_module(f"pipeline.methods.{options['method']}").SEEDED else 1


def all_drawings(options: dict[str, Any], n: float, shape: tuple[int, ...], seeds: int, cores: int) -> Work:
    """As the stage does it: of many rows several at once, a process each."""
    count = embeddings(options, seeds)
    start, one = embedding(options, n, shape)
    if n < PROCESSES_FROM or options.get("unseeded"):
        return start + one.times(count)
    workers = min(count, cores)
    rounds = -(-count // workers)
    # Each worker has cores // workers threads; a drawing that cannot be shared takes a worker's whole time.
    return start.times(2 if workers > 1 else 1) + Work(
        serial=one.serial * rounds, shared=one.shared * count, products=one.products * count, memory=one.memory,
        disk=one.disk * count,
    )  # fmt: skip


def placing(options: dict[str, Any], m: float, n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """What a process needs before it can put rows onto a drawing of n rows of this shape, and putting m there. A method without a
    law counts as t-SNE."""
    method, start = options["method"], embedding(options, n, shape)[0]
    if method in ("pca", "code", "pacmap") or options.get("density"):  # a product, or nothing
        return start, Work()
    if method in ("parametric_tsne", "parametric_umap"):
        kind = "image" if len(shape) > 1 else "vector"
        return start, networks.applying({"code_size": 2} | options, shape, kind, m).times(0.5)  # there is no way back
    found = among(m, n, networks.values(shape))
    if method == "umap":
        return start, found + Work(serial=1.6e-5 * m * options.get("n_neighbors", 15))
    return start, found + Work(shared=1.5e-4 * m * math.log2(n))  # a tree over the n, in each of 250 steps


def _tsne(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """Barnes-Hut trees below 10,000 rows, interpolation on a grid from there on."""
    steps = 1.44 * (n / 1000) ** 1.38 if n < 10_000 else 18 + 0.65 * n / 1000
    pairs = n * 3 * (options.get("perplexity") or max(options.get("perplexities") or (30,)))
    return Work(serial=0.4, memory=250 * MB), Work(shared=steps, memory=250 * MB + 60 * pairs, disk=8 * n)


def _umap(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """Its imports and the compilation of its kernels come first; with a seed it works on one core."""
    epochs = 1.0 if n < 10_000 else 0.42
    one = epochs * n / 1000 * (0.325 + 0.0257 * options.get("n_neighbors", 15)) * (2.5 if options.get("density") else 1)
    took = Work(shared=one) if options.get("unseeded") else Work(serial=one)
    return Work(serial=6.0, memory=460 * MB), took + Work(memory=460 * MB + 400 * n * 2, disk=8 * n)


def _sklearn_tsne(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    steps = 2.31 * (n / 1000) ** 1.36
    return Work(serial=0.4, memory=250 * MB), Work(shared=steps, memory=250 * MB + 8000 * n, disk=8 * n)


def _pacmap(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    return Work(serial=2.0, memory=460 * MB), Work(shared=0.12 * n / 1000, memory=460 * MB + 1000 * n, disk=8 * n)


def _plane(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """The first two principal components, or a code as it is."""
    return Work(serial=0.4, memory=250 * MB), Work(memory=250 * MB, disk=8 * n)


def _parametric(options: dict[str, Any], n: float, shape: tuple[int, ...]) -> tuple[Work, Work]:
    """A network trained on both ends of as many edges as there are training rows, each end beside all others of its step."""
    kind, rows = "image" if len(shape) > 1 else "vector", 0.72 * n
    batch = min(options.get("batch_size") or 128, max(2, rows / networks.LEAST_STEPS))
    epochs, k = options.get("epochs") or 100, 3 * (options.get("perplexity") or options.get("n_neighbors", 15) / 3)
    network = {"code_size": 2} | options
    trained = networks.training(network, shape, kind, 2 * rows, epochs)
    trained = trained.times(1 if options.get("reconstruction") else 0.5)  # without, there is no decoder
    beside = Work(shared=epochs * rows * 4 * batch * 1.0e-9 * (8 if options["method"] == "parametric_tsne" else 0.1))
    one = trained + beside + nearest(rows, networks.values(shape), k) + Work(disk=8 * n + MB)
    return networks.IMPORT + networks.compiled(network) + Work(
        serial=6.0 if options["method"] == "parametric_umap" else 0.4
    ), one


LAWS: dict[str, Law] = {
    "tsne": _tsne,
    "umap": _umap,
    "sklearn_tsne": _sklearn_tsne,
    "pacmap": _pacmap,
    "pca": _plane,
    "code": _plane,
    "parametric_tsne": _parametric,
    "parametric_umap": _parametric,
}
