"""Keras 3 on TensorFlow, loaded without what TensorFlow's libraries say about the processor meanwhile."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from collections.abc import Iterator

from pipeline.runtime.errors import InputError

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors still come as exceptions
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # else the first process takes all of a GPU's memory


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    known = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(known, 2)
            os.close(known)


with _quietly():
    import keras
    import tensorflow as tf

tf.config.experimental.enable_tensor_float_32_execution(False)  # GPUs would keep 10 bits of a float32, processors 23
tf.get_logger().setLevel("ERROR")  # many small networks in one process are no mistake here


def devices() -> tf.distribute.Strategy:
    """Where to train: on all GPUs at once where there are several, else on the one device that TensorFlow picks."""
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return _mirrored() if several else tf.distribute.get_strategy()


@functools.cache
def _mirrored() -> tf.distribute.Strategy:
    return tf.distribute.MirroredStrategy()


@contextlib.contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Layers built meanwhile compute in this precision; their weights are float32 in any case."""
    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)


@contextlib.contextmanager
def enough_memory() -> Iterator[None]:
    """InputError where TensorFlow finds no room for an array, on a GPU or in the machine's own memory."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        array = re.search(r"tensor with shape ?\[[\d,]+\]", str(error))
        raise InputError(
            f"training: memory ran out{f' (for a {array[0]})' if array else ''}."
            " Try half the batch_size, or smaller layers (hidden), or close other programs."
        ) from error


def best_precision() -> str:
    """Of layers in training: bfloat16 where the GPUs compute that faster (since Ampere), else float32."""
    found = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    fast = bool(found) and all(details.get("compute_capability", (0, 0)) >= (8, 0) for details in found)
    return "mixed_bfloat16" if fast else "float32"


__all__ = ["best_precision", "devices", "enough_memory", "keras", "precision", "tf"]
