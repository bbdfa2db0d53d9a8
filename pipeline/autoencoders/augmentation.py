"""Rows like the training rows, made from them anew in each step: more data than there are."""

from __future__ import annotations

from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.objectives import StepSeeds
from pipeline.autoencoders.options import Options

random = keras.random


def augment(rows: tf.Tensor, options: Options, draws: StepSeeds) -> tf.Tensor:
    """Rows (b, *shape) as the options' `shift` (images) or `jitter` (others) change them; the loss asks for what it is
    shown, unlike with objective: denoising."""
    if options.shift:
        return shifted(rows, options.shift, draws)
    if options.jitter:
        return rows + options.jitter * random.normal(tf.shape(rows), seed=draws)
    return rows


def shifted(images: tf.Tensor, most: int, draws: StepSeeds) -> tf.Tensor:
    """Images (b, height, width, ...), half of them moved by up to `most` pixels down or up and right or left, each way
    as likely; pixels at the border are repeated."""
    count, height, width = tf.unstack(tf.shape(images)[:3])
    moves = random.randint((2, count), -most, most + 1, seed=draws)
    moved = random.uniform((count,), seed=draws) < 0.5
    down, right = tf.unstack(tf.where(moved, moves, 0)[:, :, None])
    images = tf.gather(images, tf.clip_by_value(tf.range(height) - down, 0, height - 1), axis=1, batch_dims=1)
    return tf.gather(images, tf.clip_by_value(tf.range(width) - right, 0, width - 1), axis=2, batch_dims=1)
