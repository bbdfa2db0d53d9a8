"""Encoder and decoder networks that mirror each other: dense, convolutional, sequence.

Everything is made of Keras's own layers and operations, so a saved network loads wherever Keras does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.options import Options
from pipeline.runtime.errors import InputError

layers, ops = keras.layers, keras.ops


def build(options: Options, shape: tuple[int, ...], unit_interval: bool, seed: int) -> tuple[keras.Model, keras.Model]:
    """Two networks with fresh weights.

    options        resolved for these rows
    shape          of one row
    unit_interval  the rows lie in [0, 1], and so do the rebuilt ones: a sigmoid ends the decoder
    seed           of the weights
    returns        encoder (n, *shape) -> codes (n, code size); a variational one gives two such arrays, the means and
                   the log variances of the codes; decoder (n, code size) -> (n, *shape)

    The layer "logits" of the decoder is what a loss on logits needs. What leaves a network is float32, whatever the
    precision of its layers.
    """
    seeds = iter(int(word) for word in np.random.SeedSequence(seed).generate_state(1000))
    down, up = {
        "dense": (_dense_down, _dense_up),
        "convolutional": (_convolutional_down, _convolutional_up),
        "sequence": (_sequence_down, _sequence_up),
    }[options.architecture]

    rows = keras.Input(shape, name="rows")
    head = down(rows, options, seeds)
    code = head(options.code_activation, "code")
    outputs = [code, head("linear", "log_variance")] if options.objective == "variational" else code
    encoder = keras.Model(rows, outputs, name="encoder")

    code = keras.Input((options.code_size,), name="code")
    values = layers.Reshape(shape, name="logits", dtype="float32")(up(code, shape, options, seeds))
    values = layers.Activation("sigmoid" if unit_interval else "linear", name="rows", dtype="float32")(values)
    return encoder, keras.Model(code, values, name="decoder")


Head = Callable[[str, str], keras.KerasTensor]  # (activation, name) -> (n, code size)


def _dense_down(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    values = layers.Flatten(name="flat")(_known(rows)[0])
    for depth, width in enumerate(options.hidden):
        values = _dense(width, "gelu", f"down_{depth}", seeds)(values)
    return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(values)


def _dense_up(
    code: keras.KerasTensor, shape: tuple[int, ...], options: Options, seeds: Iterator[int]
) -> keras.KerasTensor:
    values = code
    for depth, width in reversed(list(enumerate(options.hidden))):
        values = _dense(width, "gelu", f"up_{depth}", seeds)(values)
    return _dense(math.prod(shape), "linear", "flat_logits", seeds)(values)


def _convolutional_down(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    """Blocks of a convolution and a pooling that halves each side, rounded up. The layer "maps" is the last one."""
    height, width, *channels = rows.shape[1:]
    values = layers.Reshape((height, width, *(channels or [1])), name="pixels")(rows)
    for depth, filters in enumerate(options.hidden):
        values = _convolution(filters, "gelu", f"down_{depth}", seeds)(values)
        values = layers.MaxPooling2D(2, padding="same", name=f"halved_{depth}")(values)
    if not options.code_maps:
        flat = layers.Flatten(name="flat")(layers.Identity(name="maps")(values))
        return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(flat)
    *_, (tall, wide) = sides((height, width), len(options.hidden) + 1)
    if options.code_size % (tall * wide):
        raise InputError(
            f"code_size is {options.code_size}; with code_maps it must be a multiple of {tall} x {wide} = {tall * wide}, "
            f"the places of a map after {len(options.hidden)} hidden blocks and the code's own. Use "
            f"{max(1, round(options.code_size / (tall * wide))) * tall * wide}, or other hidden blocks."
        )

    def head(activation: str, name: str) -> keras.KerasTensor:
        maps = _convolution(options.code_size // (tall * wide), activation, f"{name}_block", seeds)(values)
        maps = layers.MaxPooling2D(2, padding="same", name="maps" if name == "code" else f"{name}_maps")(maps)
        return layers.Flatten(name=name, dtype="float32")(maps)

    return head


def _convolutional_up(
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
        values = layers.Reshape((tall, wide, first))(_dense(tall * wide * first, "gelu", "spread", seeds)(code))
    for depth, (width, (tall, wide)) in enumerate(zip(filters, levels[-2::-1], strict=True)):
        values = _convolution(width, "gelu", f"up_{depth}", seeds)(values)
        values = layers.UpSampling2D(2, name=f"doubled_{depth}")(values)
        extra = ((0, values.shape[1] - tall), (0, values.shape[2] - wide))  # a side that was odd has a line too many
        values = layers.Cropping2D(extra, name=f"cut_{depth}")(values)
    return _convolution(math.prod(shape[2:]), "linear", "pixels_logits", seeds)(values)


def sides(size: tuple[int, ...], halvings: int) -> list[tuple[int, ...]]:
    """(height, width) before and after each halving, which rounds up."""
    found = [size]
    for _ in range(halvings):
        found.append(tuple(-(-side // 2) for side in found[-1]))
    return found


def _sequence_down(rows: keras.KerasTensor, options: Options, seeds: Iterator[int]) -> Head:
    """Recurrent layers that pass over missing steps; the last state of the last one is what the code is made of."""
    steps, *each = rows.shape[1:]
    values, known = _known(layers.Reshape((steps, math.prod(each)), name="steps")(rows))
    for depth, width in enumerate(options.hidden):
        last = depth == len(options.hidden) - 1
        values = _recurrent(options.cell, width, not last, f"down_{depth}", seeds)(values, mask=known)
    return lambda activation, name: _dense(options.code_size, activation, name, seeds, "float32")(values)


def _sequence_up(
    code: keras.KerasTensor, shape: tuple[int, ...], options: Options, seeds: Iterator[int]
) -> keras.KerasTensor:
    values = layers.RepeatVector(shape[0], name="repeated")(code)
    for depth, width in reversed(list(enumerate(options.hidden))):
        values = _recurrent(options.cell, width, True, f"up_{depth}", seeds)(values)
    return _dense(math.prod(shape[1:]), "linear", "step_logits", seeds)(values)


def _known(rows: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The values with 0 for what is missing (NaN), and which steps are there, bool (n, steps)."""
    missing = ops.isnan(rows)
    return ops.where(missing, 0.0, rows), ops.logical_not(ops.all(missing, axis=-1))


def _dense(width: int, activation: str, name: str, seeds: Iterator[int], dtype: str | None = None) -> layers.Dense:
    return layers.Dense(width, activation=activation, kernel_initializer=_start(seeds), name=name, dtype=dtype)


def _convolution(filters: int, activation: str, name: str, seeds: Iterator[int]) -> layers.Conv2D:
    return layers.Conv2D(filters, 3, padding="same", activation=activation, kernel_initializer=_start(seeds), name=name)


def _recurrent(cell: str, width: int, every_step: bool, name: str, seeds: Iterator[int]) -> layers.Layer:
    kind = {"lstm": layers.LSTM, "gru": layers.GRU}[cell]
    states = keras.initializers.Orthogonal(seed=next(seeds))
    return kind(
        width,
        return_sequences=every_step,
        kernel_initializer=_start(seeds),
        recurrent_initializer=states,
        name=name,
        use_cudnn=False,  # NVIDIA's own cells cannot be compiled together with the other layers, and gain little
    )


def _start(seeds: Iterator[int]) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=next(seeds))
