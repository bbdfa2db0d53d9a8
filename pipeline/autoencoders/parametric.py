"""Networks that learn a map: rows joined by an edge are drawn together, others in the same step are pushed apart.

Edges are sampled by their affinity among all training rows, and noise is whatever else a step holds: the contrastive view of
neighbor embeddings (NCVis, Artemenkov and Panov 2020; InfoNC-t-SNE, Damrich et al. 2022). One engine, two losses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp

from pipeline.autoencoders import architectures, objectives
from pipeline.autoencoders.backend import best_precision, devices, enough_memory, keras, precision, tf
from pipeline.autoencoders.networks import apply
from pipeline.autoencoders.options import Options
from pipeline.autoencoders.parametric_options import ParametricOptions
from pipeline.autoencoders.steps import Steps
from pipeline.autoencoders.training import LEAST_STEPS, optimizer
from pipeline.runtime.errors import InputError

ops, random = keras.ops, keras.random
Attract = Callable[[tf.Tensor, objectives.StepSeeds], tf.Tensor]  # points (2 b, 2), both ends of b edges in turn -> scalar
_latest: list = []  # the mapper restored last, and its networks: rows are placed batch by batch
NEAR = 1e-4  # squared distance below which UMAP's curve is not steeper any more


@enough_memory()
def embed(
    rows: np.ndarray,
    training: np.ndarray,
    edges: sp.csr_matrix,
    options: ParametricOptions,
    attract: Attract,
    seed: int,
    progress: Callable[[float], None],
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Train a network on the training rows, and send all rows through it.

    rows      float32 (n, *shape)
    training  bool (n,)
    edges     affinities of the training rows, symmetric (training rows, training rows)
    returns   the map float32 (n, 2); what `place` and, with options.reconstruction, `rebuild` need: the networks' weights in
              Keras's order, and the scaling of their rows

    The same rows, options and seed give the same weights on the same machine. InputError where the loss is no number,
    or memory runs out.
    """
    scaling = _scaling(rows[training])
    networks = _fit(_scaled(rows[training], scaling), edges, options, attract, seed, progress)
    mapper = scaling | {
        f"{network.name}_{number:02d}": value
        for network in networks
        for number, value in enumerate(network.get_weights())
    }
    return apply(networks[0], _scaled(rows, scaling))[0], mapper


def place(rows: np.ndarray, options: ParametricOptions, mapper: dict[str, np.ndarray]) -> np.ndarray:
    """Rows float32 (m, *shape) through the trained network: float32 (m, 2)."""
    encoder, _ = _restored(options, mapper)
    return apply(encoder, _scaled(rows, mapper))[0]


def rebuild(points: np.ndarray, options: ParametricOptions, mapper: dict[str, np.ndarray]) -> np.ndarray:
    """What would live at points float32 (m, 2) of the plane: rows float32 (m, *shape).

    InputError for a map that was drawn without `reconstruction`.
    """
    if not options.reconstruction:
        raise InputError("this plane cannot be decoded: draw the map with `reconstruction: 1`, say.")
    _, decoder = _restored(options, mapper)
    return apply(decoder, points)[0] * mapper["spread"] + mapper["center"]


def tsne(points: tf.Tensor, draws: objectives.StepSeeds) -> tf.Tensor:
    """InfoNC-t-SNE (Damrich et al. 2022, eq. 8): for each end of an edge, which of all other points is the other end?"""
    nearness = -ops.log1p(_squared(points[:, None], points[None]))
    partners = -ops.log1p(_squared(points[0::2], points[1::2]))
    others = ops.logsumexp(nearness - 1e9 * ops.eye(ops.shape(points)[0]), axis=1)
    return ops.mean(others) - ops.mean(partners)


def umap(a: float, b: float, negatives: int = 5) -> Attract:
    """UMAP's cross-entropy (McInnes, Healy and Melville 2018, section 3.2; Sainburg et al. 2021): so many other points are
    pushed away for each end of an edge."""

    def attract(points: tf.Tensor, draws: objectives.StepSeeds) -> tf.Tensor:
        count = ops.shape(points)[0]
        apart = a * (_squared(points[0::2], points[1::2]) + NEAR) ** b
        others = ops.take(points, random.randint((negatives, count), 0, count, seed=draws), axis=0)
        away = a * (_squared(points[None], others) + NEAR) ** b
        return ops.mean(ops.log1p(apart)) + negatives * ops.mean(ops.log1p(1 / away))

    return attract


class Edges:
    """A feed of both ends of edges, drawn with replacement by their weights; as many edges an epoch as there are rows."""

    def __init__(self, rows: np.ndarray, edges: sp.csr_matrix, batch_size: int) -> None:
        found = sp.triu(edges, 1).tocoo()
        self.ends = np.stack([found.row, found.col], axis=1).astype(np.int32)
        self.sums = np.cumsum(found.data, dtype=np.float64)
        self.rows, self.batch_size = tf.constant(rows), batch_size
        self.steps = max(1, len(rows) // batch_size)

    def epoch(
        self, rng: np.random.Generator, strategy: tf.distribute.Strategy
    ) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """The rows, and the numbers of each step's: int32 (steps, 2 x batch size), the ends of an edge side by side."""
        drawn = rng.random(self.steps * self.batch_size) * self.sums[-1]
        picked = np.searchsorted(self.sums, drawn, side="right").clip(max=len(self.ends) - 1)
        yield self.rows, tf.constant(self.ends[picked].reshape(self.steps, -1))


def _fit(
    rows: np.ndarray,
    edges: sp.csr_matrix,
    options: ParametricOptions,
    attract: Attract,
    seed: int,
    progress: Callable[[float], None],
) -> list[keras.Model]:
    """The encoder, and the decoder where there is one."""
    shape = rows.shape[1:]
    network = _network(options, shape)
    batch_size, replicas = min(options.batch_size, max(2, len(rows) // LEAST_STEPS)), devices().num_replicas_in_sync
    feed = Edges(rows, edges, max(replicas, batch_size - batch_size % replicas))  # whole edges to each device
    with devices().scope(), precision(best_precision()):
        encoder, decoder = architectures.build(network, shape, False, seed)
        rebuild = keras.Model(decoder.input, decoder.get_layer("logits").output)

        def loss(rows: tf.Tensor, draws: objectives.StepSeeds, warm: tf.Tensor) -> tf.Tensor:
            points = encoder(rows)
            found = attract(points, draws)
            if options.reconstruction:
                found += options.reconstruction * objectives.error(rows, rebuild(points), "squared_error", False)
            return found

        weights = encoder.trainable_variables + (decoder.trainable_variables if options.reconstruction else [])
        steps = Steps(loss, weights, optimizer(network, feed.steps), network, devices())
    for epoch in range(1, options.epochs + 1):
        trained = steps.train(feed, np.random.SeedSequence([seed, epoch]), 1.0)
        if not np.isfinite(trained):
            raise InputError(
                f"training: the loss is no longer a number in epoch {epoch}, at a learning rate of {options.learning_rate:g}."
                f" Try learning_rate: {options.learning_rate / 10:g}."
            )
        progress(epoch / options.epochs)
    with steps.averaged():
        values = [model.get_weights() for model in (encoder, decoder)]
    plain = architectures.build(network, shape, False, seed)  # on one device, in full precision
    for model, found in zip(plain, values, strict=True):
        model.set_weights(found)
    return list(plain if options.reconstruction else plain[:1])


def _restored(options: ParametricOptions, mapper: dict[str, np.ndarray]) -> tuple[keras.Model, keras.Model]:
    """Encoder and decoder with the weights that were kept; a decoder of which none were stays as it was made."""
    if _latest and _latest[0] is mapper:
        return _latest[1]
    shape = mapper["center"].shape
    networks = architectures.build(_network(options, shape), shape, False, seed=0)
    for network in networks:
        kept = [mapper[name] for name in sorted(mapper) if name.startswith(f"{network.name}_")]
        if kept:
            network.set_weights(kept)
    _latest[:] = mapper, networks
    return networks


def _network(options: ParametricOptions, shape: tuple[int, ...]) -> Options:
    """What the engine is told: an autoencoder whose code is the plane."""
    kind = "vector" if len(shape) == 1 else "image"
    return options.network.resolved(kind, shape, False)


def _squared(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    return ops.square(one[..., 0] - other[..., 0]) + ops.square(one[..., 1] - other[..., 1])


def _scaling(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Each value's mean, and one spread for all, so that distances keep their proportions."""
    center = rows.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.square(rows - center, dtype=np.float64).mean())
    return {"center": center.astype(np.float32), "spread": np.float32(spread or 1)}


def _scaled(rows: np.ndarray, scaling: dict[str, np.ndarray]) -> np.ndarray:
    return (rows - scaling["center"]) / scaling["spread"]
