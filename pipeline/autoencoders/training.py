"""The training loop: every epoch is one graph call, and the best weights by the validation rows are kept."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import ops

from pipeline.errors import InputError

LEAST_STEPS = 10  # an epoch: a few hundred rows would hardly be trained in steps of a hundred


def fit(
    encoder: keras.Model,
    decoder: keras.Model,
    training: np.ndarray,
    validation: np.ndarray,
    *,
    unit_interval: bool,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    seed: int,
    progress: Callable[..., None] = lambda done, note: None,
) -> pd.DataFrame:
    """Train encoder and decoder in place, to rebuild the training rows.

    training, validation   float32 (rows, *shape)
    unit_interval          the loss is cross-entropy on logits for rows in [0, 1], else squared error; a mean over
                           values in either case
    batch_size             rows a step; fewer where an epoch would otherwise have less than LEAST_STEPS steps
    epochs                 at most so many; the learning rate falls to zero over them (half a cosine)
    patience               epochs without a better validation loss before training stops
    seed                   of the order of rows
    returns                history, one line an epoch: epoch, loss, validation_loss

    The same rows, options and seed give the same weights on the same machine. Raises InputError when the loss is
    no longer a number.
    """
    batch_size = min(batch_size, max(1, len(training) // LEAST_STEPS))
    steps = len(training) // batch_size  # the rows left over differ from epoch to epoch
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)
    optimizer = keras.optimizers.Adam(schedule)
    run_epoch, measure = _graphs(encoder, decoder, optimizer, training, validation, unit_interval)

    order = np.random.default_rng(seed)
    best, best_epoch, kept, history = np.inf, 0, [], []
    for epoch in range(1, epochs + 1):
        batches = order.permutation(len(training))[: steps * batch_size].reshape(steps, batch_size)
        loss = float(run_epoch(ops.convert_to_tensor(batches, "int32")))
        validation_loss = float(measure())
        if not np.isfinite(loss + validation_loss):
            raise InputError(
                f"training: the loss is {loss} in epoch {epoch}, at a learning rate of {learning_rate}."
                f" Try learning_rate: {learning_rate / 10:g}, or look for huge values in the data."
            )
        history.append((epoch, loss, validation_loss))
        if validation_loss < best:
            best, best_epoch, kept = validation_loss, epoch, [encoder.get_weights(), decoder.get_weights()]
        progress(epoch, f"loss {loss:.4f}, validation {validation_loss:.4f}")
        if epoch - best_epoch >= patience:
            break
    encoder.set_weights(kept[0])
    decoder.set_weights(kept[1])
    return pd.DataFrame(history, columns=["epoch", "loss", "validation_loss"])


def _graphs(encoder, decoder, optimizer, training, validation, unit_interval):
    """Two graph calls: one epoch of steps, and the loss on the validation rows. The rows go to the device once."""
    rebuild = keras.Model(decoder.input, decoder.get_layer("logits").output)  # shares the decoder's layers
    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer.build(weights)
    rows, held_out = tf.constant(training), tf.constant(validation)

    def mean_loss(batch, training):
        rebuilt = rebuild(encoder(batch, training=training), training=training)
        if unit_interval:
            return ops.mean(ops.binary_crossentropy(batch, rebuilt, from_logits=True))
        return ops.mean(ops.square(batch - rebuilt))

    @tf.function
    def run_epoch(batches):
        total = 0.0
        for step in tf.range(len(batches)):
            with tf.GradientTape() as tape:
                loss = mean_loss(tf.gather(rows, batches[step]), training=True)
            optimizer.apply(tape.gradient(loss, weights), weights)
            total += loss
        return total / tf.cast(len(batches), "float32")

    @tf.function
    def measure():
        return mean_loss(held_out, training=False)

    return run_epoch, measure
