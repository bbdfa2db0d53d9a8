"""Encoder and decoder networks. Each function returns (encoder, decoder), two Keras models that mirror each other."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers


def dense(
    shape: tuple[int, ...], hidden: Sequence[int], code_size: int, unit_interval: bool, seed: int
) -> tuple[keras.Model, keras.Model]:
    """Fully connected layers down to a linear code and back (Hinton and Salakhutdinov 2006).

    shape          of one row; it is flattened on the way in and restored on the way out
    hidden         widths from the input towards the code; the decoder has them in reverse
    unit_interval  the rows lie in [0, 1], and so do the rebuilt ones: a sigmoid ends the decoder
    seed           of the first weights
    returns        encoder (n, *shape) -> (n, code_size), decoder (n, code_size) -> (n, *shape)

    The layer "logits" of the decoder is what a loss on logits needs.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(2 * len(hidden) + 2).tolist())

    def layer(width: int, activation: str | None, name: str) -> layers.Dense:
        start = keras.initializers.GlorotUniform(seed=next(seeds))
        return layers.Dense(width, activation=activation, kernel_initializer=start, name=name)

    values = inputs = keras.Input(shape, name="rows")
    values = layers.Flatten(name="flat")(values)
    for depth, width in enumerate(hidden):
        values = layer(width, "gelu", f"down_{depth}")(values)
    encoder = keras.Model(inputs, layer(code_size, None, "code")(values), name="encoder")

    values = inputs = keras.Input((code_size,), name="code")
    for depth, width in reversed(list(enumerate(hidden))):
        values = layer(width, "gelu", f"up_{depth}")(values)
    values = layer(int(np.prod(shape)), None, "flat_logits")(values)
    values = layers.Reshape(shape, name="logits")(values)
    values = layers.Activation("sigmoid" if unit_interval else "linear", name="rows")(values)
    return encoder, keras.Model(inputs, values, name="decoder")
