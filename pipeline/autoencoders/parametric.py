"""Parametric maps: a network learns a map by pulling the ends of edges together and pushing other rows apart.

Edges are sampled by their affinity among all training rows; the other rows of the same step are the noise samples. This is the
contrastive view of neighbor embeddings (NCVis, Artemenkov and Panov 2020; InfoNC-t-SNE, Damrich et al. 2022).
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
from pipeline.autoencoders.training import MIN_STEPS, optimizer
from pipeline.runtime.errors import InputError
from pipeline.types import Space

ops, random = keras.ops, keras.random
# (points (2 b, 2), in which rows 2 i and 2 i + 1 are the ends of an edge; seeds) -> scalar
PointLoss = Callable[[tf.Tensor, objectives.StepSeeds], tf.Tensor]
_last_restored: list = []  # a mapper and its encoder, kept because new points come batch by batch
EPSILON = 1e-4  # added to squared distances in UMAP's curve, whose slope is infinite at 0


@enough_memory()
def embed(
    space: Space,
    edges: sp.csr_matrix,
    options: ParametricOptions,
    point_loss: PointLoss,
    seed: int,
    progress: Callable[[float], None],
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Train a network on the training rows, and apply it to all rows.

    edges    affinities of the training rows, symmetric (training rows, training rows)
    returns  the map, float32 (n, 2), and the mapper for `transform` and the options' `layers`: the networks' weights in
             Keras's order, and the scaling of their input

    The same arguments give the same weights on the same machine. InputError if the loss is not a number, or memory runs out.
    """
    rows = space.shaped(space.points)
    scaling = _scaling(rows[space.training])
    networks = _fit(_scaled(rows[space.training], scaling), edges, options, point_loss, seed, progress)
    mapper = scaling | {
        f"{network.name}_{number:02d}": value
        for network in networks
        for number, value in enumerate(network.get_weights())
    }
    return apply(networks[0], _scaled(rows, scaling))[0], mapper


def transform(queries: np.ndarray, options: ParametricOptions, mapper: dict[str, np.ndarray]) -> np.ndarray:
    """New points: flat rows float32 (m, d) -> float32 (m, 2)."""
    rows = queries.reshape(len(queries), *mapper["center"].shape)
    return apply(_restored(options, mapper), _scaled(rows, mapper))[0]


def tsne_loss(points: tf.Tensor, seeds: objectives.StepSeeds) -> tf.Tensor:
    """InfoNC-t-SNE (Damrich et al. 2022, eq. 8): for each end of an edge, which of all other points is the other end?"""
    similarities = -ops.log1p(_squared_distance(points[:, None], points[None]))
    partners = -ops.log1p(_squared_distance(points[0::2], points[1::2]))
    others = ops.logsumexp(similarities - 1e9 * ops.eye(ops.shape(points)[0]), axis=1)
    return ops.mean(others) - ops.mean(partners)


def umap_loss(a: float, b: float, negatives: int = 5) -> PointLoss:
    """UMAP's cross-entropy (McInnes, Healy and Melville 2018, section 3.2; Sainburg et al. 2021), with `negatives` random
    other points for each end of an edge."""

    def loss(points: tf.Tensor, seeds: objectives.StepSeeds) -> tf.Tensor:
        count = ops.shape(points)[0]
        attraction = a * (_squared_distance(points[0::2], points[1::2]) + EPSILON) ** b
        others = ops.take(points, random.randint((negatives, count), 0, count, seed=seeds), axis=0)
        repulsion = a * (_squared_distance(points[None], others) + EPSILON) ** b
        return ops.mean(ops.log1p(attraction)) + negatives * ops.mean(ops.log1p(1 / repulsion))

    return loss


class EdgeBatches:
    """Batches of edges, drawn with replacement in proportion to their weight; an epoch has about as many edges as rows."""

    def __init__(self, rows: np.ndarray, edges: sp.csr_matrix, batch_size: int) -> None:
        upper = sp.triu(edges, 1).tocoo()
        self.ends = np.stack([upper.row, upper.col], axis=1).astype(np.int32)
        self.cumulated = np.cumsum(upper.data, dtype=np.float64)
        self.rows, self.batch_size = tf.constant(rows), batch_size
        self.steps = max(1, len(rows) // batch_size)

    def epoch(
        self, rng: np.random.Generator, strategy: tf.distribute.Strategy
    ) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """All rows, and the positions of each step's rows, int32 (steps, 2 x batch size), both ends of an edge together."""
        draws = rng.random(self.steps * self.batch_size) * self.cumulated[-1]
        drawn = np.searchsorted(self.cumulated, draws, side="right").clip(max=len(self.ends) - 1)
        yield self.rows, tf.constant(self.ends[drawn].reshape(self.steps, -1))


def _fit(
    rows: np.ndarray,
    edges: sp.csr_matrix,
    options: ParametricOptions,
    point_loss: PointLoss,
    seed: int,
    progress: Callable[[float], None],
) -> list[keras.Model]:
    """The encoder, and the decoder if there is one."""
    shape = rows.shape[1:]
    network = _network(options, shape)
    batch_size, replicas = min(options.batch_size, max(2, len(rows) // MIN_STEPS)), devices().num_replicas_in_sync
    batches = EdgeBatches(rows, edges, max(replicas, batch_size - batch_size % replicas))  # whole edges for each device
    with devices().scope(), precision(best_precision()):
        encoder, decoder = architectures.build(network, shape, False, seed)
        logits = keras.Model(decoder.input, decoder.get_layer("logits").output)

        def loss(rows: tf.Tensor, seeds: objectives.StepSeeds, warm_up: tf.Tensor) -> tf.Tensor:
            points = encoder(rows)
            total = point_loss(points, seeds)
            if options.reconstruction:
                error = objectives.reconstruction_loss(rows, logits(points), "squared_error", False)
                total += options.reconstruction * error
            return total

        weights = encoder.trainable_variables + (decoder.trainable_variables if options.reconstruction else [])
        steps = Steps(loss, weights, optimizer(network, batches.steps), network, devices())
    for epoch in range(1, options.epochs + 1):
        mean_loss = steps.train(batches, np.random.SeedSequence([seed, epoch]), 1.0)
        if not np.isfinite(mean_loss):
            raise InputError(
                f"training: the loss is no longer a number in epoch {epoch}, at a learning rate of {options.learning_rate:g}."
                f" Try learning_rate: {options.learning_rate / 10:g}."
            )
        progress(epoch / options.epochs)
    with steps.averaged():
        values = [model.get_weights() for model in (encoder, decoder)]
    networks = architectures.build(network, shape, False, seed)  # on one device, in full precision
    for model, weights in zip(networks, values, strict=True):
        model.set_weights(weights)
    return list(networks if options.reconstruction else networks[:1])


def _restored(options: ParametricOptions, mapper: dict[str, np.ndarray]) -> keras.Model:
    """The encoder with a mapper's weights."""
    if _last_restored and _last_restored[0] is mapper:
        return _last_restored[1]
    shape = mapper["center"].shape
    encoder, _ = architectures.build(_network(options, shape), shape, False, seed=0)
    encoder.set_weights([mapper[name] for name in sorted(mapper) if name.startswith(f"{encoder.name}_")])
    _last_restored[:] = mapper, encoder
    return encoder


def _network(options: ParametricOptions, shape: tuple[int, ...]) -> Options:
    return options.network.resolved("vector" if len(shape) == 1 else "image", shape, False)


def _squared_distance(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return ops.square(a[..., 0] - b[..., 0]) + ops.square(a[..., 1] - b[..., 1])


def _scaling(rows: np.ndarray) -> dict[str, np.ndarray]:
    """The mean of each value, and one standard deviation for all, so that distances keep their proportions."""
    center = rows.mean(axis=0, dtype=np.float64)
    scale = np.sqrt(np.square(rows - center, dtype=np.float64).mean())
    return {"center": center.astype(np.float32), "scale": np.float32(scale or 1)}


def _scaled(rows: np.ndarray, scaling: dict[str, np.ndarray]) -> np.ndarray:
    return (rows - scaling["center"]) / scaling["scale"]
