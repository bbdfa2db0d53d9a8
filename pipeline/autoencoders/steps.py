"""Compiled training steps: many steps in one graph call, and the loss of validation rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from pipeline.autoencoders import augmentation
from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.batches import Batches
from pipeline.autoencoders.objectives import Loss, StepSeeds
from pipeline.autoencoders.options import Options


class Steps:
    """Steps of an optimizer on weights. Several devices share each batch, with the same result as one.

    variables  all that a step changes, in a fixed order: the weights, the optimizer's variables, the averaged weights
    """

    def __init__(
        self,
        loss: Loss,
        weights: list[keras.Variable],
        optimizer: keras.optimizers.Optimizer,
        options: Options,
        strategy: tf.distribute.Strategy,
    ) -> None:
        optimizer.build(weights)
        self.loss, self.weights, self.optimizer, self.options = loss, weights, optimizer, options
        self.strategy = strategy
        self.averages = [keras.Variable(weight.numpy(), trainable=False) for weight in weights if options.averaging]
        self.variables = [*weights, *optimizer.variables, *self.averages]
        # XLA fuses the operations between matrix products, above all the optimizer's. Compiling the loop over all steps
        # is fastest, except for convolutions, which are three times slower in it on CPUs: there each step is compiled.
        one_device, whole_loop = strategy.num_replicas_in_sync == 1, options.architecture != "convolutional"
        self._step = tf.function(self._one_step, jit_compile=True) if one_device and not whole_loop else self._one_step
        self._all_steps = tf.function(self._loop, jit_compile=one_device and whole_loop)
        self._block_loss = tf.function(self._loss_of, reduce_retracing=True)

    def reset(self, weights: list[keras.Variable]) -> None:
        """Start again from these weights."""
        for variable in self.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        for variables in (self.weights, self.averages):
            for variable, first in zip(variables, weights, strict=False):
                variable.assign(first)

    def train(self, batches: Batches, entropy: np.random.SeedSequence, warm_up: float) -> float:
        """One epoch; the mean loss of its steps. warm_up: fraction of a variational warm-up that is done."""
        key = tf.constant(entropy.generate_state(1)[0], "uint32")
        total, done = 0.0, 0
        for chunk, positions in batches.epoch(np.random.default_rng(entropy), self.strategy):
            total += float(self._all_steps(chunk, positions, key, tf.constant(done), tf.constant(warm_up)))
            done += len(positions)
        return total / done

    def mean_loss(self, batches: Batches, seed: int) -> float:
        """The mean loss of all rows, with the same noise at each call."""
        key = tf.constant(seed % 2**32, "uint32")
        losses, counts = zip(
            *((float(self._block_loss(block, key)), len(block)) for block in batches.blocks()), strict=True
        )
        return float(np.average(losses, weights=counts))

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Use the averaged weights within the block, if there are any."""
        own = [weight.numpy() for weight in self.weights if self.averages]
        for weight, average in zip(self.weights, self.averages, strict=False):
            weight.assign(average)
        try:
            yield
        finally:
            for weight, value in zip(self.weights, own, strict=False):
                weight.assign(value)

    def _loop(
        self, chunk: tf.Tensor, positions: tf.Tensor, key: tf.Tensor, done: tf.Tensor, warm_up: tf.Tensor
    ) -> tf.Tensor:
        total = 0.0
        for step in tf.range(len(positions)):
            losses = self.strategy.run(self._step, args=(chunk, positions[step], key, done + step, warm_up))
            total += self.strategy.reduce("sum", losses, axis=None)
            self._update_averages(done + step)
        return total

    def _one_step(
        self, chunk: tf.Tensor, positions: tf.Tensor, key: tf.Tensor, step: tf.Tensor, warm_up: tf.Tensor
    ) -> tf.Tensor:
        """One device's share of a step; the optimizer sums the gradients over devices."""
        replicas, replica = self.strategy.num_replicas_in_sync, tf.distribute.get_replica_context()
        number = replica.replica_id_in_sync_group
        own = tf.reshape(positions, (replicas, -1))[number] if replicas > 1 else positions
        seeds = StepSeeds(key, step * replicas + number)
        with tf.GradientTape() as tape:
            rows = augmentation.augment(tf.gather(chunk, own), self.options, seeds)
            loss = self.loss(rows, seeds, warm_up) / replicas
        self.optimizer.apply(tape.gradient(loss, self.weights), self.weights)
        return loss

    def _update_averages(self, step: tf.Tensor) -> None:
        """Exponential averages. Early ones forget faster, so that the first weights soon stop counting."""
        keep = tf.minimum(
            self.options.averaging or 0.0, (1.0 + tf.cast(step, "float32")) / (10.0 + tf.cast(step, "float32"))
        )
        for average, weight in zip(self.averages, self.weights, strict=False):
            average.assign(keep * average + (1 - keep) * weight)

    def _loss_of(self, block: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        return self.loss(block, StepSeeds(key, tf.constant(0)), 1.0)
