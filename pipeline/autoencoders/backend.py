"""Keras 3 on TensorFlow, loaded without what TensorFlow's libraries say about the processor meanwhile."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors still come as exceptions


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

tf.get_logger().setLevel("ERROR")  # many small networks in one process are no mistake here

__all__ = ["keras", "tf"]
