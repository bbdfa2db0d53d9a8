"""Random changes of training rows, new ones in each step, that stand in for more data."""

from __future__ import annotations

from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.objectives import StepSeeds
from pipeline.autoencoders.options import Options

random = keras.random


def augment(rows: tf.Tensor, options: Options, seeds: StepSeeds) -> tf.Tensor:
    """Rows (b, *shape) changed by the options' `shift` (images) or `jitter` (other data).

    The changed rows are also the target of the reconstruction; objective: denoising reconstructs the unchanged ones.
    """
    if options.shift:
        return shift_images(rows, options.shift, seeds)
    if options.jitter:
        return rows + options.jitter * random.normal(tf.shape(rows), seed=seeds)
    return rows


def shift_images(images: tf.Tensor, pixels: int, seeds: StepSeeds) -> tf.Tensor:
    """Images (b, height, width, ...), half of them moved by up to `pixels` vertically and horizontally, all moves equally
    likely; the pixels at the border are repeated."""
    count, height, width = tf.unstack(tf.shape(images)[:3])
    moves = random.randint((2, count), -pixels, pixels + 1, seed=seeds)
    moved = random.uniform((count,), seed=seeds) < 0.5
    down, right = tf.unstack(tf.where(moved, moves, 0)[:, :, None])
    images = tf.gather(images, tf.clip_by_value(tf.range(height) - down, 0, height - 1), axis=1, batch_dims=1)
    return tf.gather(images, tf.clip_by_value(tf.range(width) - right, 0, width - 1), axis=2, batch_dims=1)
