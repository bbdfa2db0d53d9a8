"""A trained autoencoder: two Keras networks, applied in blocks of a fixed size and saved as standard .keras files."""

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
    """encoder, decoder from architectures.build; history: a row per epoch with epoch, loss, validation_loss."""

    encoder: keras.Model
    decoder: keras.Model
    history: pd.DataFrame

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, *shape) -> float32 (n, code size); of a variational autoencoder, the posterior's mean."""
        return apply(self.encoder, rows)[0]

    def posterior_std(self, rows: np.ndarray) -> np.ndarray | None:
        """float32 (n, *shape) -> float32 (n, code size), standard deviations of the posterior; None if not variational."""
        _, *log_variance = apply(self.encoder, rows)
        return np.exp(log_variance[0] / 2) if log_variance else None

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, code size) -> float32 (n, *shape)."""
        return apply(self.decoder, codes)[0]

    def layers(self) -> dict[str, list[Layer]] | None:
        """Both networks as dense layers on flattened rows; None if they have other layers."""
        networks = {"encoder": dense_layers(self.encoder), "decoder": dense_layers(self.decoder)}
        return None if None in networks.values() else networks

    def save(self, folder: Path) -> None:
        _save(self.encoder, folder / "encoder.keras")
        _save(self.decoder, folder / "decoder.keras")
        self.history.to_csv(folder / "history.csv", index=False, lineterminator="\n")

    def __reduce__(self) -> tuple[Callable[..., Networks], tuple[dict[str, bytes]]]:
        """Pickled in the Keras format, because Keras's own objects cannot be pickled."""
        with tempfile.TemporaryDirectory() as folder:
            self.save(Path(folder))
            return _from_files, ({path.name: path.read_bytes() for path in Path(folder).iterdir()},)


def load(folder: Path) -> Networks:
    """What `save` wrote; a .keras file that contains code is refused."""
    encoder, decoder = (
        keras.models.load_model(folder / name, compile=False, safe_mode=True)
        for name in ("encoder.keras", "decoder.keras")
    )
    for layer in encoder.layers + decoder.layers:
        if hasattr(layer, "use_cudnn"):  # not saved in a .keras file; see architectures
            layer.use_cudnn = False
    return Networks(encoder, decoder, pd.read_csv(folder / "history.csv"))


def _from_files(files: dict[str, bytes]) -> Networks:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return load(Path(folder))


# Layers that change nothing in flattened rows without missing values.
IDENTITY_LAYERS = ("InputLayer", "Flatten", "Reshape", "Isnan", "Where", "LogicalNot", "All", "Any")


def dense_layers(network: keras.Model) -> list[Layer] | None:
    """The layers up to the first output; None if one is not dense."""
    dense: list[Layer] = []
    for layer in network.layers:
        kind = type(layer).__name__
        if kind == "Dense" and layer.name != "log_variance":
            dense.append((*layer.get_weights(), layer.activation.__name__))
        elif kind == "Activation":
            weights, bias, _ = dense[-1]
            dense[-1] = (weights, bias, layer.activation.__name__)
        elif kind not in IDENTITY_LAYERS and kind != "Dense":
            return None
    return dense


def apply(network: keras.Model, rows: np.ndarray) -> list[np.ndarray]:
    """Each output of a network, float32 (n, ...), for rows (n, ...)."""

    def outputs(block: np.ndarray) -> list[np.ndarray]:
        arrays = network.predict_on_batch(block)
        return arrays if isinstance(arrays, list) else [arrays]

    return ragged.blockwise(outputs, rows)


def _save(network: keras.Model, path: Path) -> None:
    """A .keras file without dates and memory addresses: equal networks give equal bytes, so DVC reruns nothing."""
    network.save(path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata = json.loads(contents["metadata.json"]) | {"date_saved": ""}
    contents["metadata.json"] = json.dumps(metadata).encode()
    contents["config.json"] = _number_shared_objects(contents["config.json"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def _number_shared_objects(config: bytes) -> bytes:
    """Keras identifies objects that layers share by their memory address; here they are numbered."""
    numbers: dict[bytes, int] = {}

    def number(match: re.Match[bytes]) -> bytes:
        return match[1] + str(numbers.setdefault(match[2], len(numbers) + 1)).encode()

    return re.sub(rb'("shared_object_id": )(\d+)', number, config)
