"""Autoencoders in Keras 3: options, architectures, objectives, and the loop that trains them.

`Autoencoder` is the scikit-learn estimator. Only this package imports TensorFlow, in the modules that use it.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "Autoencoder":  # not at the top, because reading options must not import TensorFlow
        from pipeline.autoencoders.estimator import Autoencoder

        return Autoencoder
    raise AttributeError(f"module {__name__} has no attribute {name}")
