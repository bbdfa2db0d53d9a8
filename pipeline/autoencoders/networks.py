"""A trained autoencoder: two Keras networks, applied in fixed blocks and kept as standard .keras files."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import ragged
from pipeline.autoencoders.backend import keras
from pipeline.types import Layer


@dataclass(frozen=True)
class Networks:
    """encoder, decoder as architectures.build makes them; history, one line an epoch: epoch, loss, validation_loss."""

    encoder: keras.Model
    decoder: keras.Model
    history: pd.DataFrame

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, *shape) -> float32 (n, code size); of a variational encoder the posterior's mean."""
        return apply(self.encoder, rows)[0]

    def spread(self, rows: np.ndarray) -> np.ndarray | None:
        """float32 (n, *shape) -> float32 (n, code size), the posterior's standard deviations; None if not variational."""
        _, *log_variance = apply(self.encoder, rows)
        return np.exp(log_variance[0] / 2) if log_variance else None

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, code size) -> float32 (n, *shape)."""
        return apply(self.decoder, codes)[0]

    def layers(self) -> dict[str, list[Layer]] | None:
        """Both networks as dense layers, of flat rows; None where they have others."""
        found = {"encoder": dense_layers(self.encoder), "decoder": dense_layers(self.decoder)}
        return None if None in found.values() else found

    def save(self, folder: Path) -> None:
        _save(self.encoder, folder / "encoder.keras")
        _save(self.decoder, folder / "decoder.keras")
        self.history.to_csv(folder / "history.csv", index=False, lineterminator="\n")

    def __reduce__(self) -> tuple[Callable[..., Networks], tuple[dict[str, bytes]]]:
        """Pickled by way of the Keras format: Keras's own objects hold graphs that no pickle can."""
        with tempfile.TemporaryDirectory() as folder:
            self.save(Path(folder))
            return _unpickled, ({path.name: path.read_bytes() for path in Path(folder).iterdir()},)


def load(folder: Path) -> Networks:
    """What `save` wrote; code that a .keras file may hold is refused, not run."""
    encoder, decoder = (
        keras.models.load_model(folder / name, compile=False, safe_mode=True)
        for name in ("encoder.keras", "decoder.keras")
    )
    for layer in encoder.layers + decoder.layers:
        if hasattr(layer, "use_cudnn"):  # which a .keras file does not say: see architectures
            layer.use_cudnn = False
    return Networks(encoder, decoder, pd.read_csv(folder / "history.csv"))


def _unpickled(files: dict[str, bytes]) -> Networks:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return load(Path(folder))


# Layers that leave flat rows as they are, where no value is missing.
PASSING = ("InputLayer", "Flatten", "Reshape", "Isnan", "Where", "LogicalNot", "All", "Any")


def dense_layers(network: keras.Model) -> list[Layer] | None:
    """The layers of a network to its first output; None where one is not dense."""
    found: list[Layer] = []
    for layer in network.layers:
        kind = type(layer).__name__
        if kind == "Dense" and layer.name != "log_variance":
            found.append((*layer.get_weights(), layer.activation.__name__))
        elif kind == "Activation":
            weights, bias, _ = found[-1]
            found[-1] = (weights, bias, layer.activation.__name__)
        elif kind not in PASSING and kind != "Dense":
            return None
    return found


def apply(network: keras.Model, rows: np.ndarray) -> list[np.ndarray]:
    """Each output of a network, float32 (n, ...), for rows (n, ...)."""

    def outputs(block: np.ndarray) -> list[np.ndarray]:
        found = network.predict_on_batch(block)
        return found if isinstance(found, list) else [found]

    return ragged.blockwise(outputs, rows)


def _save(network: keras.Model, path: Path) -> None:
    """A .keras file without dates and addresses: equal networks are equal bytes, so nothing reruns for nothing."""
    network.save(path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata = json.loads(contents["metadata.json"]) | {"date_saved": ""}
    contents["metadata.json"] = json.dumps(metadata).encode()
    contents["config.json"] = _numbered(contents["config.json"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _numbered(config: bytes) -> bytes:
    """Keras marks objects that layers share by their address in memory; here they are counted."""
    known: dict[bytes, int] = {}

    def count(found: re.Match[bytes]) -> bytes:
        return found[1] + str(known.setdefault(found[2], len(known) + 1)).encode()

    return re.sub(rb'("shared_object_id": )(\d+)', count, config)
