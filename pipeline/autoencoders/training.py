"""The training loop: each epoch is one graph call a chunk of rows, and the best weights by the validation rows are kept.

Everything random is drawn from the seed and the epoch's number, and all else that an epoch depends on goes into a
checkpoint: a training that was killed goes on from its last epoch, and ends with the same weights to the bit.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.autoencoders import architectures, checkpoints, objectives
from pipeline.autoencoders.backend import best_precision, devices, enough_memory, keras, precision, tf
from pipeline.autoencoders.batches import Batches
from pipeline.autoencoders.networks import Networks
from pipeline.autoencoders.options import Options
from pipeline.autoencoders.steps import Steps
from pipeline.runtime.errors import InputError
from pipeline.runtime.progress import RESUMED

LEAST_STEPS = 10  # an epoch: a few hundred rows would hardly be trained in steps of a hundred
EXPLODED = 100  # times the loss of the first weights, which know nothing


@enough_memory()
def fit(
    rows: np.ndarray,
    training: np.ndarray,
    validation: np.ndarray,
    kind: str,
    unit_interval: bool,
    options: Options,
    seed: int,
    progress: Callable[[int, str], None] = lambda done, note: None,
    scratch: Path | None = None,
) -> Networks:
    """Train an autoencoder to rebuild the training rows.

    rows                   float32 (n, *shape), may be memory-mapped; NaN where a step of a series is missing
    training, validation   numbers of the rows to learn from, and of those that decide when to stop
    kind                   vector, image or sequence
    unit_interval          whether all rows lie in [0, 1]
    options                batch_size: fewer rows a step where an epoch would otherwise have less than LEAST_STEPS
                           steps; learning_rate: falls to zero over the epochs (half a cosine)
    seed                   of the first weights, the order of rows, and all noise
    scratch                a folder for a checkpoint, renewed after each epoch: a training of the same rows, options, seed
                           and code goes on from it

    The same rows, options and seed give the same weights on the same machine. Raises InputError when the loss is no
    longer a number, or explodes, where memory runs out, and where options and rows do not go together.
    """
    shape = rows.shape[1:]
    options = options.resolved(kind, shape, unit_interval)
    batch_size = min(options.batch_size, max(1, len(training) // LEAST_STEPS))
    replicas = devices().num_replicas_in_sync
    batch_size = max(replicas, batch_size - batch_size % replicas)  # the devices share each batch evenly
    checkpoint = scratch and scratch / checkpoints.name(
        rows, training, validation, options, seed, batch_size, replicas, best_precision()
    )
    feed, held_out = Batches(rows, training, batch_size), Batches(rows, validation, batch_size)
    # The networks that go out; those that are trained may be spread over devices, and of mixed precision.
    encoder, decoder = architectures.build(options, shape, unit_interval, seed)
    weights = encoder.trainable_variables + decoder.trainable_variables
    steps = _compiled(options, shape, unit_interval, feed.steps, devices(), best_precision())
    steps.begin(weights)

    state = checkpoints.load(checkpoint, steps.variables) or checkpoints.State(untrained=steps.measure(held_out, seed))
    if state.epoch:
        progress(state.epoch, RESUMED)
    for epoch in range(state.epoch + 1, options.epochs + 1):
        if state.since_best(options.warm_up or 0) >= options.patience:
            break
        start = time.perf_counter()
        trained = steps.train(feed, np.random.SeedSequence([seed, epoch]), warmed(epoch, options))
        with steps.averaged():
            judged = steps.measure(held_out, seed)
            _check(trained, judged, state, epoch, options)
            state.add(epoch, trained, judged, steps.weights)
        checkpoints.save(checkpoint, steps.variables, state)
        speed = feed.steps * batch_size / (time.perf_counter() - start)
        progress(epoch, f"loss {trained:.4f}, validation {judged:.4f}, {speed:,.0f} rows/s")

    for weight, value in zip(weights, state.best_weights, strict=True):
        weight.assign(value)
    return Networks(encoder, decoder, pd.DataFrame(state.history, columns=["epoch", "loss", "validation_loss"]))


@functools.lru_cache(maxsize=1)
def _compiled(
    options: Options,
    shape: tuple[int, ...],
    unit_interval: bool,
    steps: int,
    strategy: tf.distribute.Strategy,
    dtype: str,
) -> Steps:
    """Kept, since trainings from other seeds differ in nothing else, and compiling takes seconds."""
    with strategy.scope(), precision(dtype):
        encoder, decoder = architectures.build(options, shape, unit_interval, seed=0)
        loss = objectives.make(options, encoder, decoder, unit_interval)
        weights = encoder.trainable_variables + decoder.trainable_variables
        return Steps(loss, weights, optimizer(options, steps), options, strategy)


def optimizer(options: Options, steps: int) -> keras.optimizers.Optimizer:
    """Adam, its learning rate rising over the warm-up's epochs and falling to zero over the others; `steps` an epoch."""
    warm_up = options.learning_rate_warm_up or 0
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else options.learning_rate,
        decay_steps=max(1, (options.epochs - warm_up) * steps),
        warmup_target=options.learning_rate if warm_up else None,
        warmup_steps=warm_up * steps,
    )
    return keras.optimizers.Adam(schedule, weight_decay=options.weight_decay, global_clipnorm=options.clip_norm)


def warmed(epoch: int, options: Options) -> float:
    """The share of a variational code's price that this epoch asks."""
    return min(1.0, epoch / options.warm_up) if options.warm_up else 1.0


def _check(trained: float, judged: float, state: checkpoints.State, epoch: int, options: Options) -> None:
    worst = np.maximum(trained, judged)
    if worst <= EXPLODED * state.untrained:  # what is no number is neither more nor less
        return
    what = f"exploded to {worst:.3g}" if np.isfinite(worst) else "is no longer a number"
    raise InputError(
        f"training: the loss {what} in epoch {epoch}, at a learning rate of {options.learning_rate:g}. "
        f"Try learning_rate: {options.learning_rate / 10:g}, or clip_norm: 1, or look for huge values in the data."
    )
