"""What a stage takes: constants measured on the reference machine, times the size of its work, which follows the algorithm: n^2 for
exact neighbors, n log n for embeddings, epochs x rows x weights for networks."""

import math
from collections import namedtuple
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.config import Params

MB = 2**20
# Stage -> seconds of its start, and of numba's compilation, once; MB of memory, and bytes for each value and for each row of the
# data; bytes of results for each value and for each row.
Stage = namedtuple("Stage", "start compilation memory value_memory row_memory value_results row_results")
STAGES = {
    "prepare": Stage(1.0, 8.0, 430, 20, 2200, 8, 1100), "train": Stage(0.9, 0.0, 240, 12, 0, 0, 0),
    "encode": Stage(0.9, 0.0, 330, 12, 2200, 1, 1200), "embed": Stage(0.9, 0.0, 240, 0, 5400, 0, 40),
    "subsampling": Stage(1.0, 5.0, 430, 8, 3000, 0, 0), "null_maps": Stage(1.0, 0.0, 430, 16, 5400, 0, 40),
    "code_size_sweep": Stage(1.5, 0.0, 240, 12, 0, 0, 0), "transform": Stage(1.5, 0.0, 430, 20, 1000, 0, 12),
    "evaluate": Stage(2.0, 14.0, 560, 16, 10_000, 0, 600), "report": Stage(7.0, 0.0, 260, 4, 2000, 0, 300),
}  # fmt: skip
# Kind of encoder or method -> seconds of its imports, MB with them; core-seconds of an embedding of n rows over n log2 n, and the
# factor on them from 10,000 rows on, where t-SNE uses a grid in place of trees and UMAP fewer epochs.
Plugin = namedtuple("Plugin", "imports memory seconds factor", defaults=(0.0, 1))
PLUGINS = {
    "pca": Plugin(0.0, 240), "code": Plugin(0.0, 240), "autoencoder": Plugin(4.0, 960), "pacmap": Plugin(2.0, 470, 1e-5),
    "tsne": Plugin(0.4, 250, 2.4e-4, 0.42), "sklearn_tsne": Plugin(0.4, 250, 3.8e-4), "umap": Plugin(6.0, 470, 1.5e-4, 0.42),
    "parametric_tsne": Plugin(5.0, 960), "parametric_umap": Plugin(11.0, 960),
}  # fmt: skip
MULTIPLICATION = {"dense": 4e-11, "convolutional": 4.6e-10, "sequence": 1.3e-10}  # core-seconds in training


@dataclass(frozen=True)
class Sizes:
    """Mapped rows, their shape and kind (vector, image or sequence); training rows; rows that data.rows leaves out; cores to use."""

    params: Params
    rows: int
    shape: tuple[int, ...]
    kind: str
    training: int
    remaining: int = 0
    cores: int = 1

    @property
    def values(self) -> int:
        return math.prod(self.shape)


def plugins(stage: str, s: Sizes) -> list[str]:
    """The kinds of encoder and the methods that a stage runs."""
    name, _, item = stage.partition("@")
    if name in ("train", "encode", "code_size_sweep"):
        return [s.params.encoders[item]["kind"]]
    maps = [s.params.maps[item]] if item else [*s.params.maps.values()] if name == "subsampling" else []
    spaces = [each["space"] for each in maps if each["space"] != "raw" and name in ("null_maps", "transform")]
    return [*dict.fromkeys([each["method"] for each in maps] + [s.params.encoders[each]["kind"] for each in spaces])]


def kind(stage: str, s: Sizes) -> str:
    """What a stage has in common with the past runs that correct its estimate: "embed tsne" of embed@tsne-deep."""
    name, _, item = stage.partition("@")
    architecture = s.params.encoders.get(item, {}).get("architecture") or ""
    return " ".join(filter(None, [name, *plugins(stage, s), architecture, "idle" * is_idle(name, s)]))


def is_idle(name: str, s: Sizes) -> bool:
    return {"subsampling": s.rows > s.params.subsampling.max_rows, "transform": not s.remaining}.get(name, False)


def is_known(stage: str, s: Sizes) -> bool:
    return stage.partition("@")[0] in STAGES and {*plugins(stage, s)} <= {*PLUGINS}


def cost(stage: str, s: Sizes, compiled: bool = True) -> tuple[float, float, float]:
    """Seconds on the reference machine, peak bytes of memory, bytes of results; not `is_known`: only good to scale a past run."""
    name, _, item = stage.partition("@")
    own = STAGES.get(name, STAGES["embed"])
    if is_idle(name, s):
        return own.start, 330 * MB, 1e4
    used = [PLUGINS.get(plugin, PLUGINS["tsne"]) for plugin in plugins(stage, s)]
    seconds = own.start + own.compilation * (not compiled) + sum(each.imports for each in used) + _work(name, item, s)
    memory = max(each.memory for each in [own, *used]) * MB + s.rows * (own.value_memory * s.values + own.row_memory)
    return seconds, memory, MB + s.rows * (own.value_results * s.values + own.row_results)


def _work(stage: str, item: str, s: Sizes) -> float:
    """Seconds after the start."""
    n, params, encoder = s.rows, s.params, s.params.encoders.get(item, {})
    trainings = encoder.get("trainings") or 1
    match stage:
        case "prepare":
            return n * (1e-5 + 2e-8 * s.values) + _neighbors(s, n, s.values)
        case "train":
            return _train(s, encoder, s.training) * trainings
        case "encode":  # there and back takes a third of an epoch
            return _train(s, encoder, n, (trainings + 1) / 3) + _neighbors(s, n, 10)
        case "null_maps":
            space, draws = params.maps[item]["space"], params.null_maps[item].draws
            trained = 0 if space == "raw" else _train(s, params.encoders[space], s.training)
            return draws * (trained + _neighbors(s, n, s.values) + _embed(s, params.maps[item], n))
        case "code_size_sweep":
            sweep, batch = params.code_size_sweep[item], encoder.get("batch_size") or 128
            epochs = max(1, min(encoder.get("epochs") or 100, sweep.steps * batch / s.training))
            return sweep.trainings * len(sweep.sizes) * _train(s, encoder, s.training, epochs)
    from pipeline.methods import expand  # stages without maps must not load their methods

    maps = expand(params, item if item in params.maps else None).maps.values()
    seeds = [1 if each["method"] in ("pca", "code") else params.seeds for each in maps]
    match stage:
        case "subsampling":
            n, count = n * params.subsampling.share, params.subsampling.subsamples
            return count * sum(_neighbors(s, n, s.values) + _embed(s, each, n) + _compare(s, n, 1) for each in maps)
        case "transform":  # a row finds its nearest and its position
            each = 5e-5 + 2e-8 * s.values + (n * (2.1e-9 + 1.4e-11 * s.values) + 1e-4 * math.log2(n)) / s.cores
            return (s.remaining * each + _compare(s, n, 1)) * len(maps)
        case "evaluate":  # each embedding is compared with the raw data and with its own space, and clustered
            clustering = 0.05 + 4e-5 * min(n, 20_000) + 2.5e-9 * min(n, 20_000) ** 2
            return _compare(s, n, 2 * sum(seeds)) + clustering * sum(seeds)
        case "report":
            return (0.5 + 5e-5 * min(n, params.report.points)) * len(maps)
    return sum(count * _embed(s, each, n) for count, each in zip(seeds, maps, strict=True))


def _neighbors(s: Sizes, n: float, d: float) -> float:
    """The k nearest of each of n points of d values; approximate ones take about as long as exact ones of exact_up_to rows."""
    return n * (3e-7 * s.params.neighbors.k + min(n, s.params.neighbors.exact_up_to) * (2.1e-9 + 1.4e-11 * d)) / s.cores


def _compare(s: Sizes, n: float, embeddings: int) -> float:
    """Neighborhoods in embeddings with those among n rows."""
    each = 3.5e-8 if n <= s.params.evaluate.exact_up_to else 1.5e-8
    return (n**2 * (1e-10 * s.values + each * (embeddings + 1)) + 1.2e-4 * n * (embeddings + 1)) / s.cores


def _embed(s: Sizes, options: dict[str, Any], n: float) -> float:
    """One embedding of n rows."""
    method, plugin = options["method"], PLUGINS.get(options["method"], PLUGINS["tsne"])
    if method.startswith("parametric"):  # both ends of an edge for each training row
        return _train(s, options, 1.44 * n)
    cores = 1 if method == "umap" and n < 5000 else s.cores  # from there on, several embeddings at once
    return plugin.seconds * n * math.log2(n) * (plugin.factor if n >= 10_000 else 1) / cores


def _train(s: Sizes, options: dict[str, Any], rows: float, epochs: float | None = None) -> float:
    """One training, without early stopping."""
    if options.get("kind") == "pca":
        return 0.3 + 6e-10 * s.values**3
    from pipeline.autoencoders.options import AUTO  # stages without networks must not load their options

    architecture, hidden, shape = options.get("architecture") or "dense", options.get("hidden") or (), s.shape
    architecture, step = AUTO[s.kind] if architecture == "auto" else architecture, 4.5e-4
    weights = sum(a * b for a, b in pairwise([math.prod(shape), *hidden, options.get("code_size") or 2]))
    if architecture == "convolutional":  # filters of 3 x 3 on each pixel; each block halves height and width
        blocks = enumerate(pairwise([math.prod(shape[2:]), *hidden]))
        weights = sum(9 * a * b * shape[0] * shape[1] / 4**block for block, (a, b) in blocks)
    if architecture == "sequence":  # four gates, in each time step
        weights = 4 * shape[0] * sum(b * (a + b) for a, b in pairwise([math.prod(shape[1:]), *hidden]))
        step += 1e-4 * shape[0]
    batch = min(options.get("batch_size") or 128, max(1, rows // 10))
    seconds = (step + 4.4e-9 * weights) / batch + 2 * weights * MULTIPLICATION[architecture] / s.cores
    return 0.4 + 0.4 * len(hidden) + (epochs or options.get("epochs") or 100) * rows * seconds
