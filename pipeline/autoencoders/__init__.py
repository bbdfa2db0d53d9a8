"""Autoencoders in Keras 3: architectures, and the loop that trains them. TensorFlow is imported only in here."""

import contextlib
import os
import tempfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # errors still come as exceptions


@contextlib.contextmanager
def _quietly():
    """Keep from the screen what TensorFlow's libraries write about the processor while they load."""
    known = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(known, 2)
            os.close(known)


with _quietly():
    import tensorflow  # noqa: F401
