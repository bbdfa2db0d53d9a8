"""Keras 3 on TensorFlow, imported without the messages about the processor that TensorFlow prints."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from collections.abc import Iterator

from pipeline.runtime.errors import InputError

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors are still raised
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # otherwise the first process takes all of a GPU's memory


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


with _silent_stderr():
    import keras
    import tensorflow as tf

tf.config.experimental.enable_tensor_float_32_execution(False)  # GPUs would keep 10 bits of each float32, CPUs 23
tf.get_logger().setLevel("ERROR")  # no warning about many small networks in one process


def devices() -> tf.distribute.Strategy:
    """All GPUs at once if there are several, otherwise the one device that TensorFlow picks."""
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return _mirrored() if several else tf.distribute.get_strategy()


@functools.cache
def _mirrored() -> tf.distribute.Strategy:
    return tf.distribute.MirroredStrategy()


@contextlib.contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Layers built within the block compute in this precision; their weights are always float32."""
    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)


@contextlib.contextmanager
def enough_memory() -> Iterator[None]:
    """InputError where TensorFlow runs out of memory, on a GPU or on the machine."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        array = re.search(r"tensor with shape ?\[[\d,]+\]", str(error))
        raise InputError(
            f"training: memory ran out{f' (for a {array[0]})' if array else ''}."
            " Try half the batch_size, or smaller layers (hidden), or close other programs."
        ) from error


def best_precision() -> str:
    """Precision of layers in training: bfloat16 where the GPUs compute it faster (since Ampere), otherwise float32."""
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    fast = bool(gpus) and all(gpu.get("compute_capability", (0, 0)) >= (8, 0) for gpu in gpus)
    return "mixed_bfloat16" if fast else "float32"


__all__ = ["best_precision", "devices", "enough_memory", "keras", "precision", "tf"]
