"""The training loop: one graph call per chunk of rows; the weights with the lowest validation loss are kept.

All randomness comes from the seed and the epoch's number, and everything else that an epoch depends on is saved in a
checkpoint. A training that was killed continues after its last epoch and ends with bitwise the same weights.
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

MIN_STEPS = 10  # per epoch: with few rows, batches are smaller than batch_size
MAX_LOSS_GROWTH = 100  # a loss this many times that of the untrained networks is an error


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
    """Train an autoencoder to reconstruct the training rows.

    rows                   float32 (n, *shape), may be memory-mapped; NaN where a step of a sequence is missing
    training, validation   indices of the rows to learn from, and of the rows for early stopping
    kind                   vector, image or sequence
    unit_interval          whether all values lie in [0, 1]
    options                batch_size is lowered where an epoch would have fewer than MIN_STEPS steps; learning_rate falls
                           to zero along half a cosine
    seed                   of the initial weights, the order of rows, and all noise
    scratch                folder for a checkpoint, saved after each epoch; a training with the same rows, options, seed and
                           code continues from it

    The same arguments give the same weights on the same machine. InputError if the loss is not a number or explodes, if
    memory runs out, and if the options do not fit the rows.
    """
    shape = rows.shape[1:]
    options = options.resolved(kind, shape, unit_interval)
    batch_size = min(options.batch_size, max(1, len(training) // MIN_STEPS))
    replicas = devices().num_replicas_in_sync
    batch_size = max(replicas, batch_size - batch_size % replicas)  # the devices share each batch evenly
    checkpoint = scratch and scratch / checkpoints.file_name(
        rows, training, validation, options, seed, batch_size, replicas, best_precision()
    )
    batches, validation_batches = Batches(rows, training, batch_size), Batches(rows, validation, batch_size)
    # These networks are returned. The ones that are trained may be spread over devices, and of mixed precision.
    encoder, decoder = architectures.build(options, shape, unit_interval, seed)
    weights = encoder.trainable_variables + decoder.trainable_variables
    steps = _compiled_steps(options, shape, unit_interval, batches.steps, devices(), best_precision())
    steps.reset(weights)

    state = checkpoints.load(checkpoint, steps.variables)
    if state is None:
        state = checkpoints.State(untrained_loss=steps.mean_loss(validation_batches, seed))
    if state.epoch:
        progress(state.epoch, RESUMED)
    while state.epoch < options.epochs and state.epochs_since_best(options.warm_up or 0) < options.patience:
        note = _run_epoch(steps, batches, validation_batches, state, options, seed)
        checkpoints.save(checkpoint, steps.variables, state)
        progress(state.epoch, note)

    for weight, value in zip(weights, state.best_weights, strict=True):
        weight.assign(value)
    return Networks(encoder, decoder, pd.DataFrame(state.history, columns=["epoch", "loss", "validation_loss"]))


def _run_epoch(
    steps: Steps, batches: Batches, validation_batches: Batches, state: checkpoints.State, options: Options, seed: int
) -> str:
    """Train for an epoch and add it to the state; the losses and the speed, for a progress bar."""
    epoch, start = state.epoch + 1, time.perf_counter()
    loss = steps.train(batches, np.random.SeedSequence([seed, epoch]), warm_up_done(epoch, options))
    with steps.averaged():
        validation_loss = steps.mean_loss(validation_batches, seed)
        _check(loss, validation_loss, state, epoch, options)
        state.add(epoch, loss, validation_loss, steps.weights)
    speed = batches.steps * batches.batch_size / (time.perf_counter() - start)
    return f"loss {loss:.4f}, validation {validation_loss:.4f}, {speed:,.0f} rows/s"


@functools.lru_cache(maxsize=1)
def _compiled_steps(
    options: Options,
    shape: tuple[int, ...],
    unit_interval: bool,
    steps: int,
    strategy: tf.distribute.Strategy,
    dtype: str,
) -> Steps:
    """Cached, because compiling takes seconds and trainings with other seeds can share it."""
    with strategy.scope(), precision(dtype):
        encoder, decoder = architectures.build(options, shape, unit_interval, seed=0)
        loss = objectives.make_loss(options, encoder, decoder, unit_interval)
        weights = encoder.trainable_variables + decoder.trainable_variables
        return Steps(loss, weights, optimizer(options, steps), options, strategy)


def optimizer(options: Options, steps: int) -> keras.optimizers.Optimizer:
    """Adam; its learning rate rises during the warm-up epochs and falls to zero during the others. steps: per epoch."""
    warm_up = options.learning_rate_warm_up or 0
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else options.learning_rate,
        decay_steps=max(1, (options.epochs - warm_up) * steps),
        warmup_target=options.learning_rate if warm_up else None,
        warmup_steps=warm_up * steps,
    )
    return keras.optimizers.Adam(schedule, weight_decay=options.weight_decay, global_clipnorm=options.clip_norm)


def warm_up_done(epoch: int, options: Options) -> float:
    """The fraction of a variational autoencoder's beta that applies in this epoch."""
    return min(1.0, epoch / options.warm_up) if options.warm_up else 1.0


def _check(loss: float, validation_loss: float, state: checkpoints.State, epoch: int, options: Options) -> None:
    worst = np.maximum(loss, validation_loss)
    if worst <= MAX_LOSS_GROWTH * state.untrained_loss:  # False for NaN
        return
    problem = f"exploded to {worst:.3g}" if np.isfinite(worst) else "is no longer a number"
    raise InputError(
        f"training: the loss {problem} in epoch {epoch}, at a learning rate of {options.learning_rate:g}. "
        f"Try learning_rate: {options.learning_rate / 10:g}, or clip_norm: 1, or look for huge values in the data."
    )
