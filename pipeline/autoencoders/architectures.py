"""Encoder and decoder networks that mirror each other: dense, convolutional, sequence.

They consist of Keras's own layers and operations only, so a saved network loads without this package.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.options import Options, sides

layers, ops = keras.layers, keras.ops


def build(options: Options, shape: tuple[int, ...], unit_interval: bool, seed: int) -> tuple[keras.Model, keras.Model]:
    """Encoder and decoder with their initial weights.

    options        resolved for these rows
    shape          of one row
    unit_interval  whether the rows lie in [0, 1]; if so, the decoder ends in a sigmoid
    seed           of the initial weights
    returns        encoder (n, *shape) -> codes (n, code size), or, if variational, two such arrays: the means and the log
                   variances of the codes; decoder (n, code size) -> (n, *shape)

    The decoder's layer "logits" is its output before the last activation. Outputs are float32, whatever the precision of
    the layers.
    """
    seeds = iter(int(word) for word in np.random.SeedSequence(seed).generate_state(1000))
    add_encoder, add_decoder = {
        "dense": (_dense_encoder, _dense_decoder),
        "convolutional": (_convolutional_encoder, _convolutional_decoder),
        "sequence": (_sequence_encoder, _sequence_decoder),
    }[options.architecture]

    rows = keras.Input(shape, name="rows")
    head = add_encoder(rows, options, seeds)
    code = head(options.code_activation, "code")
    outputs = [code, head("linear", "log_variance")] if options.objective == "variational" else code
    encoder = keras.Model(rows, outputs, name="encoder")

    code = keras.Input((options.code_size,), name="code")
    values = layers.Reshape(shape, name="logits", dtype="float32")(add_decoder(code, shape, options, seeds))
    values = layers.Activation("sigmoid" if unit_interval else "linear", name="rows", dtype="float32")(values)
    return encoder, keras.Model(code, values, name="decoder")


Head = Callable[[str, str], keras.KerasTensor]  # the encoder's last layer: (activation, name) -> (n, code size)


def _dense_encoder(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    values = layers.Flatten(name="flat")(_mask_missing(rows)[0])
    for depth, width in enumerate(options.hidden):
        values = _dense(width, "gelu", f"down_{depth}", seeds)(values)
    return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(values)


def _dense_decoder(
    code: keras.KerasTensor, shape: tuple[int, ...], options: Options, seeds: Iterator[int]
) -> keras.KerasTensor:
    values = code
    for depth, width in reversed(list(enumerate(options.hidden))):
        values = _dense(width, "gelu", f"up_{depth}", seeds)(values)
    return _dense(math.prod(shape), "linear", "flat_logits", seeds)(values)


def _convolutional_encoder(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    """Blocks of a convolution and a pooling that halves each side, rounded up. The layer "maps" holds the last feature maps."""
    height, width, *channels = rows.shape[1:]
    values = layers.Reshape((height, width, *(channels or [1])), name="pixels")(rows)
    for depth, filters in enumerate(options.hidden):
        values = _convolution(filters, "gelu", f"down_{depth}", seeds)(values)
        values = layers.MaxPooling2D(2, padding="same", name=f"pool_{depth}")(values)
    if not options.code_maps:
        flat = layers.Flatten(name="flat")(layers.Identity(name="maps")(values))
        return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(flat)
    *_, (tall, wide) = sides((height, width), len(options.hidden) + 1)

    def head(activation: str, name: str) -> keras.KerasTensor:
        maps = _convolution(options.code_size // (tall * wide), activation, f"{name}_block", seeds)(values)
        maps = layers.MaxPooling2D(2, padding="same", name="maps" if name == "code" else f"{name}_maps")(maps)
        return layers.Flatten(name=name, dtype="float32")(maps)

    return head


def _convolutional_decoder(
    code: keras.KerasTensor, shape: tuple[int, ...], options: Options, seeds: Iterator[int]
) -> keras.KerasTensor:
    levels = sides(shape[:2], len(options.hidden) + bool(options.code_maps))
    tall, wide = levels[-1]
    filters = list(reversed(options.hidden))
    if options.code_maps:
        values = layers.Reshape((tall, wide, options.code_size // (tall * wide)), name="code_maps")(code)
        filters = [filters[0] if filters else values.shape[-1], *filters]
    else:
        first = filters[0] if filters else 1
        values = layers.Reshape((tall, wide, first))(_dense(tall * wide * first, "gelu", "expand", seeds)(code))
    for depth, (width, (tall, wide)) in enumerate(zip(filters, levels[-2::-1], strict=True)):
        values = _convolution(width, "gelu", f"up_{depth}", seeds)(values)
        values = layers.UpSampling2D(2, name=f"upsample_{depth}")(values)
        extra = ((0, values.shape[1] - tall), (0, values.shape[2] - wide))  # odd sides were rounded up
        values = layers.Cropping2D(extra, name=f"crop_{depth}")(values)
    return _convolution(math.prod(shape[2:]), "linear", "pixels_logits", seeds)(values)


def _sequence_encoder(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    """Recurrent layers that skip missing steps; the code comes from the last state of the last layer."""
    steps, *channels = rows.shape[1:]
    values, present = _mask_missing(layers.Reshape((steps, math.prod(channels)), name="steps")(rows))
    for depth, width in enumerate(options.hidden):
        last = depth == len(options.hidden) - 1
        values = _recurrent(options.cell, width, not last, f"down_{depth}", seeds)(values, mask=present)
    return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(values)


def _sequence_decoder(
    code: keras.KerasTensor, shape: tuple[int, ...], options: Options, seeds: Iterator[int]
) -> keras.KerasTensor:
    values = layers.RepeatVector(shape[0], name="repeated")(code)
    for depth, width in reversed(list(enumerate(options.hidden))):
        values = _recurrent(options.cell, width, True, f"up_{depth}", seeds)(values)
    return _dense(math.prod(shape[1:]), "linear", "step_logits", seeds)(values)


def _mask_missing(rows: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Values with 0 for missing ones (NaN), and which steps have any value, bool (n, steps)."""
    missing = ops.isnan(rows)
    return ops.where(missing, 0.0, rows), ops.logical_not(ops.all(missing, axis=-1))


def _dense(width: int, activation: str, name: str, seeds: Iterator[int], dtype: str | None = None) -> layers.Dense:
    return layers.Dense(width, activation=activation, kernel_initializer=_initializer(seeds), name=name, dtype=dtype)


def _convolution(filters: int, activation: str, name: str, seeds: Iterator[int]) -> layers.Conv2D:
    return layers.Conv2D(
        filters, 3, padding="same", activation=activation, kernel_initializer=_initializer(seeds), name=name
    )


def _recurrent(cell: str, width: int, every_step: bool, name: str, seeds: Iterator[int]) -> layers.Layer:
    layer = {"lstm": layers.LSTM, "gru": layers.GRU}[cell]
    recurrent = keras.initializers.Orthogonal(seed=next(seeds))
    return layer(
        width,
        return_sequences=every_step,
        kernel_initializer=_initializer(seeds),
        recurrent_initializer=recurrent,
        name=name,
        use_cudnn=False,  # cuDNN's cells cannot be compiled together with the other layers, and are hardly faster
    )


def _initializer(seeds: Iterator[int]) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=next(seeds))
