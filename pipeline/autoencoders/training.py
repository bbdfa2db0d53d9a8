"""The training loop: every epoch is one graph call, and the best weights by the validation rows are kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.autoencoders import architectures, objectives
from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.networks import BLOCK, Networks
from pipeline.autoencoders.options import Options
from pipeline.errors import InputError

LEAST_STEPS = 10  # an epoch: a few hundred rows would hardly be trained in steps of a hundred


def fit(
    training: np.ndarray,
    validation: np.ndarray,
    kind: str,
    unit_interval: bool,
    options: Options,
    seed: int,
    progress: Callable[..., None] = lambda done, note: None,
) -> Networks:
    """Train an autoencoder to rebuild the training rows.

    training, validation   float32 (rows, *shape), NaN where a step of a series is missing
    kind                   vector, image or sequence
    unit_interval          the loss is cross-entropy on logits for rows in [0, 1], else squared error; a mean over
                           the true values in either case
    options                batch_size: fewer rows a step where an epoch would otherwise have less than LEAST_STEPS
                           steps; learning_rate: falls to zero over the epochs (half a cosine)
    seed                   of the first weights, the order of rows, and all noise

    The same rows, options and seed give the same weights on the same machine. Raises InputError when the loss is
    no longer a number, and where options and rows do not go together.
    """
    options = options.resolved(kind, training.shape[1:], unit_interval)
    encoder, decoder = architectures.build(options, training.shape[1:], unit_interval, seed)
    loss = objectives.make(options, encoder, decoder, unit_interval)
    batch_size = min(options.batch_size, max(1, len(training) // LEAST_STEPS))
    steps = len(training) // batch_size  # the rows left over differ from epoch to epoch
    schedule = keras.optimizers.schedules.CosineDecay(options.learning_rate, options.epochs * steps)
    weights = encoder.trainable_variables + decoder.trainable_variables
    run_epoch, measure = _graphs(loss, weights, keras.optimizers.Adam(schedule), training, validation, seed)

    order = np.random.default_rng(seed)
    best, best_epoch, kept, history = np.inf, 0, [], []
    for epoch in range(1, options.epochs + 1):
        batches = order.permutation(len(training))[: steps * batch_size].reshape(steps, batch_size)
        warm = min(1.0, epoch / options.warm_up) if options.warm_up else 1.0
        trained = float(run_epoch(tf.constant(batches, "int32"), tf.constant(warm, "float32")))
        judged = float(measure())
        if not np.isfinite(trained + judged):
            raise InputError(
                f"training: the loss is {trained} in epoch {epoch}, at a learning rate of {options.learning_rate}."
                f" Try learning_rate: {options.learning_rate / 10:g}, or look for huge values in the data."
            )
        history.append((epoch, trained, judged))
        if judged < best:
            best, best_epoch, kept = judged, epoch, [encoder.get_weights(), decoder.get_weights()]
        progress(epoch, f"loss {trained:.4f}, validation {judged:.4f}")
        if epoch - max(best_epoch, options.warm_up or 0) >= options.patience:
            break
    encoder.set_weights(kept[0])
    decoder.set_weights(kept[1])
    return Networks(encoder, decoder, pd.DataFrame(history, columns=["epoch", "loss", "validation_loss"]))


def _graphs(
    loss: objectives.Loss,
    weights: list[keras.Variable],
    optimizer: keras.optimizers.Optimizer,
    training: np.ndarray,
    validation: np.ndarray,
    seed: int,
) -> tuple[Callable[..., tf.Tensor], Callable[[], tf.Tensor]]:
    """Two graph calls: one epoch of steps, and the loss on the validation rows, whose noise is always the same.

    The rows go to the device once.
    """
    optimizer.build(weights)
    rows, held_out = tf.constant(training), tf.constant(validation)
    noise = keras.random.SeedGenerator(seed)

    @tf.function
    def run_epoch(batches: tf.Tensor, warm: tf.Tensor) -> tf.Tensor:
        total = 0.0
        for step in tf.range(len(batches)):
            with tf.GradientTape() as tape:
                found = loss(tf.gather(rows, batches[step]), noise, warm)
            optimizer.apply(tape.gradient(found, weights), weights)
            total += found
        return total / tf.cast(len(batches), "float32")

    @tf.function
    def measure() -> tf.Tensor:
        total = 0.0
        for start in tf.range(0, len(held_out), BLOCK):
            block = held_out[start : start + BLOCK]
            total += loss(block, seed, 1.0) * tf.cast(len(block), "float32")
        return total / len(held_out)

    return run_epoch, measure
