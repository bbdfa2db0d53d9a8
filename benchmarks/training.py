"""Seconds of an epoch of our training loop, compared with Keras's own `fit` and with the machine's speed.

Both have the same network, initial weights, rows, batch size, optimizer, loss and validation rows, and run in turn. The
first epoch of each is left out, because it includes tracing. Operations are those of the matrix products alone, forward
and backward; the machine's speed is that of one large product.
"""

import argparse
import itertools
import statistics
import time

import numpy as np

from benchmarks import pair
from pipeline.autoencoders import architectures, training
from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.options import Options

NETWORKS = {
    "784-128-64-32": ([128, 64], 32, 256),
    "784-32": ([], 32, 256),
    "784-1000-500-250-30": ([1000, 500, 250], 30, 512),
}
ROWS, HELD_OUT = 60_000, 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=NETWORKS)
    parser.add_argument("--epochs", type=int, default=5, help="of each, after the first")
    arguments = parser.parse_args()
    name, rows = pair.images(ROWS + HELD_OUT)
    rows = np.clip(rows, 0, 1)
    peak = gemm()
    print(f"{ROWS:,} rows of {name}; a product of 2,048 x 2,048 matrices: {peak:.0f} GFLOP/s, float32")
    for network in [arguments.only] if arguments.only else NETWORKS:
        hidden, size, batch = NETWORKS[network]
        options = Options(
            architecture="dense", objective="plain", hidden=hidden, code_size=size, code_activation="linear",
            epochs=arguments.epochs + 1, batch_size=batch, learning_rate=0.001, patience=99,
        )  # fmt: skip
        ours, theirs = seconds(rows, options)
        speed = operations(hidden, size) * (ROWS // batch * batch) / ours / 1e9
        print(f"{network}, batch {batch}, median of {arguments.epochs} epochs")
        print(f"  ours       {ours:7.2f} s   {speed:4.0f} GFLOP/s, {speed / peak:.0%} of the product's")
        pair.keep(f"an epoch of {network}, batch {batch}", ours, "Keras fit", theirs)
        print(f"  Keras fit  {theirs:7.2f} s   {theirs / ours:.1f}x", flush=True)


def seconds(rows: np.ndarray, options: Options) -> tuple[float, float]:
    """Of an epoch, our loop's and Keras's."""
    indices = np.arange(len(rows))
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(2):  # in turn, half of the epochs each time
        half = options.model_copy(update={"epochs": (options.epochs + 1) // 2 + 1})
        ends: list[float] = []
        progress = lambda epoch, note, ends=ends: ends.append(time.perf_counter())  # noqa: E731
        training.fit(rows, indices[:ROWS], indices[ROWS:], "vector", True, half, 0, progress)
        times["ours"] += np.diff(ends).tolist()
        ends.clear()
        theirs(rows, half, lambda ends=ends: ends.append(time.perf_counter()))
        times["theirs"] += np.diff(ends).tolist()
    return statistics.median(times["ours"]), statistics.median(times["theirs"])


def theirs(rows: np.ndarray, options: Options, note_end) -> None:
    encoder, decoder = architectures.build(options, rows.shape[1:], True, seed=0)
    logits = keras.Model(decoder.input, decoder.get_layer("logits").output)
    model = keras.Model(encoder.input, logits(encoder.output))
    steps = options.epochs * (ROWS // options.batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(options.learning_rate, steps)
    model.compile(keras.optimizers.Adam(schedule), keras.losses.BinaryCrossentropy(from_logits=True))
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: note_end())
    learned, held_out = rows[:ROWS], rows[ROWS:]
    model.fit(learned, learned, options.batch_size, options.epochs, verbose=0, callbacks=[callback],
              validation_data=(held_out, held_out), validation_batch_size=1024)  # fmt: skip


def operations(hidden: list[int], size: int, width: int = 784) -> int:
    """Of one row: two for each weight forward and four backward, without the gradient of the input."""
    widths = [width, *hidden, size, *reversed(hidden), width]
    products = [before * after for before, after in itertools.pairwise(widths)]
    return 6 * sum(products) - 2 * products[0]


def gemm(side: int = 2048, repeats: int = 9) -> float:
    """GFLOP/s of TensorFlow's product of two square matrices."""
    one = tf.random.normal((side, side))
    product = tf.function(lambda: tf.reduce_sum(one @ one))
    speeds = []
    for _ in range(repeats):
        start = time.perf_counter()
        float(product())
        speeds.append(2 * side**3 / (time.perf_counter() - start) / 1e9)
    return statistics.median(speeds)


if __name__ == "__main__":
    main()
