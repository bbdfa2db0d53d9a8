"""What training and applying a network takes, by its layers.

Measured in November 2026: 64-256-128-64-10 1.5 ms a step of 128 rows, 784-256-128-64-10 4.6 ms, 784-32 1.0 ms, all in
processor time of one reference core (130 GFLOP/s); 784-1000-500-250-10 12.2 ms a step of 64 rows, 28.6 ms of 256; TensorFlow's
import 4 s, the first epoch 0.9 s (2 layers) to 2.9 s (8). Convolutions of 28 x 28 with 16 and 8 filters 44 ms a step of 128,
a GRU of 256 over 29 steps 53 ms a step of 32, one of 64 17 ms a step of 128.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from pipeline.forecast.work import MB, Work

IMPORT = Work(serial=4.0, memory=900 * MB)  # of TensorFlow and Keras
LEAST_STEPS = 10  # an epoch, as training has it
STEP, UNROLLED, PER_WEIGHT = 4.5e-4, 1e-4, 2.2e-9  # seconds: of a step, of each step of a series within it, of Adam
COMPILE, COMPILE_LAYER = 0.3, 0.3  # seconds
EFFICIENCY = {"dense": 1.15, "convolutional": 0.1, "sequence": 0.35}  # of products, beside large square ones
STATES = {"lstm": 4, "gru": 3}  # products of a recurrent cell


def values(shape: tuple[int, ...]) -> int:
    """Numbers in a row."""
    return math.prod(shape)


def architecture(options: dict[str, Any], kind: str) -> str:
    """Of an autoencoder's options, `auto` decided by the kind of data."""
    from pipeline.autoencoders.options import AUTO

    said = options.get("architecture") or "dense"
    return AUTO[kind] if said == "auto" else said


def products(options: dict[str, Any], shape: tuple[int, ...], kind: str) -> float:
    """Floating-point operations of one row's way through encoder and decoder, over the architecture's efficiency."""
    chosen, hidden = architecture(options, kind), [*(options.get("hidden") or ())]
    code = options.get("code_size") or 2
    if chosen == "convolutional":
        multiplied = _convolutional(shape, hidden, code, bool(options.get("code_maps")))
    elif chosen == "sequence":
        multiplied = _sequence(shape, hidden, code, options.get("cell") or "lstm")
    else:
        multiplied = _weights(options, shape)
    return 2 * multiplied / EFFICIENCY[chosen]


def training(options: dict[str, Any], shape: tuple[int, ...], kind: str, rows: float, epochs: int) -> Work:
    """So many epochs, once it is compiled; early stopping is not foreseen. Forward and backward are three times the products of
    one way."""
    steps = _steps(options, rows)
    chosen = architecture(options, kind)
    step = STEP + (UNROLLED * shape[0] if chosen == "sequence" else 0) + PER_WEIGHT * _weights(options, shape)
    each = Work(serial=steps * step, products=3 * rows * products(options, shape, kind))
    held = Work(memory=IMPORT.memory + 3 * 4 * rows * math.prod(shape))
    return each.times(epochs) + held


def compiled(options: dict[str, Any]) -> Work:
    """What comes before the first epoch; trainings that differ in their seeds alone share it."""
    return Work(serial=COMPILE + COMPILE_LAYER * 2 * (len(options.get("hidden") or ()) + 1))


def applying(options: dict[str, Any], shape: tuple[int, ...], kind: str, rows: float) -> Work:
    """Rows through encoder and decoder."""
    return Work(serial=rows * 1e-6, products=rows * products(options, shape, kind))


def _steps(options: dict[str, Any], rows: float) -> float:
    batch = min(options.get("batch_size") or 128, max(1, rows // LEAST_STEPS))
    return max(1.0, rows / batch)


def _weights(options: dict[str, Any], shape: tuple[int, ...]) -> float:
    """Of a dense network; those of others are few, or counted too high by little."""
    widths = [math.prod(shape), *(options.get("hidden") or ()), options.get("code_size") or 2]
    return 2 * sum(one * other for one, other in itertools.pairwise(widths))


def _convolutional(shape: tuple[int, ...], hidden: list[int], code: int, maps: bool) -> float:
    """3 x 3 filters; each block down halves the sides, each block up doubles them."""
    places, channels, total, sides = shape[0] * shape[1], math.prod(shape[2:]), 0.0, []
    for filters in hidden:
        total += 9 * places * channels * filters
        places, channels = -(-places // 4), filters
        sides.append(places)
    total += places * channels * (9 * code / -(-places // 4) if maps else 2 * code)
    for places, filters in zip(reversed(sides), reversed(hidden), strict=True):
        total += 9 * places * channels * filters
        channels = filters
    return total + 9 * shape[0] * shape[1] * channels * math.prod(shape[2:])


def _sequence(shape: tuple[int, ...], hidden: list[int], code: int, cell: str) -> float:
    states, each = STATES[cell], math.prod(shape[1:])
    down, up = [each, *hidden], [code, *reversed(hidden)]
    pairs = [*itertools.pairwise(down), *itertools.pairwise(up)]
    return shape[0] * (sum(states * width * (before + width) for before, width in pairs) + up[-1] * each)
