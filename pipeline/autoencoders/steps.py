"""The graphs that training runs: many steps in one call, and the loss of rows that are only judged."""

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
    """Steps of an optimizer on weights by a loss, alike on one device and on several, which share each batch.

    variables   all that a step changes, in a fixed order: weights, the optimizer's own, and the weights' averages
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
        self.averages = [keras.Variable(weight.value, trainable=False) for weight in weights if options.averaging]
        self.variables = [*weights, *optimizer.variables, *self.averages]
        # XLA fuses what lies between the products, the optimizer's arithmetic above all; one compiled loop over all steps
        # is fastest, but for convolutions, which it slows down threefold on processors: of those each step is compiled.
        alone, looped = self.strategy.num_replicas_in_sync == 1, options.architecture != "convolutional"
        self._step = tf.function(self._one, jit_compile=True) if alone and not looped else self._one
        self._train = tf.function(self._many, jit_compile=alone and looped)
        self._measure = tf.function(self._judge, reduce_retracing=True)

    def begin(self, weights: list[keras.Variable]) -> None:
        """As new, with these first weights."""
        for variable in self.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        for own in (self.weights, self.averages):
            for variable, first in zip(own, weights, strict=False):
                variable.assign(first)

    def train(self, feed: Batches, entropy: np.random.SeedSequence, warm: float) -> float:
        """One epoch; the mean loss of its steps."""
        key = tf.constant(entropy.generate_state(1)[0], "uint32")
        total, done = 0.0, 0
        for chunk, batches in feed.epoch(np.random.default_rng(entropy), self.strategy):
            total += float(self._train(chunk, batches, key, tf.constant(done), tf.constant(warm)))
            done += len(batches)
        return total / done

    def measure(self, feed: Batches, seed: int) -> float:
        """The mean loss of a feed's rows, whose noise is always the same."""
        key = tf.constant(seed % 2**32, "uint32")
        found = [(float(self._measure(block, key)), len(block)) for block in feed.blocks()]
        losses, counts = zip(*found, strict=True)
        return float(np.average(losses, weights=counts))

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Puts the averages in the weights' place meanwhile, where averages are kept."""
        own = [weight.numpy() for weight in self.weights if self.averages]
        for weight, average in zip(self.weights, self.averages, strict=False):
            weight.assign(average)
        try:
            yield
        finally:
            for weight, value in zip(self.weights, own, strict=False):
                weight.assign(value)

    def _many(
        self, chunk: tf.Tensor, batches: tf.Tensor, key: tf.Tensor, done: tf.Tensor, warm: tf.Tensor
    ) -> tf.Tensor:
        total = 0.0
        for step in tf.range(len(batches)):
            each = self.strategy.run(self._step, args=(chunk, batches[step], key, done + step, warm))
            total += self.strategy.reduce("sum", each, axis=None)
            self._average(done + step)
        return total

    def _one(self, chunk: tf.Tensor, batch: tf.Tensor, key: tf.Tensor, step: tf.Tensor, warm: tf.Tensor) -> tf.Tensor:
        """One device's share of a step; the optimizer adds the devices' gradients up."""
        replica, replicas = (
            tf.distribute.get_replica_context().replica_id_in_sync_group,
            self.strategy.num_replicas_in_sync,
        )
        own = tf.reshape(batch, (replicas, -1))[replica] if replicas > 1 else batch
        draws = StepSeeds(key, step * replicas + replica)
        with tf.GradientTape() as tape:
            rows = augmentation.augment(tf.gather(chunk, own), self.options, draws)
            found = self.loss(rows, draws, warm) / replicas
        self.optimizer.apply(tape.gradient(found, self.weights), self.weights)
        return found

    def _average(self, step: tf.Tensor) -> None:
        """The first steps count for little: of the weights so far, the average is that of the last tenth at most."""
        keep = tf.minimum(
            self.options.averaging or 0.0, (1.0 + tf.cast(step, "float32")) / (10.0 + tf.cast(step, "float32"))
        )
        for average, weight in zip(self.averages, self.weights, strict=False):
            average.assign(keep * average + (1 - keep) * weight)

    def _judge(self, block: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        return self.loss(block, StepSeeds(key, tf.constant(0)), 1.0)
