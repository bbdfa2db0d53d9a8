"""Networks in the page: what a new row would become, computed by the browser."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.datasets import categories
from pipeline.report.explorer import packing
from pipeline.report.results import Results
from pipeline.types import Layer

KNOWN = ("linear", "relu", "gelu", "sigmoid", "tanh")  # activations that living.js computes
SMALL = 300_000  # weights up to which each is kept in 16 bits, beyond in 8
MOST = 2_000_000  # weights; beyond, the page does without


def gather(results: Results, arrays: dict[str, np.ndarray]) -> dict[str, Any] | None:
    """The header's part on networks, and their weights into `arrays`; None where a page has none, or too many.

    Each map that a dense network (or the code itself) places new rows on, and each dense encoder that judges them.
    """
    if results.dataset.info["kind"] == "sequence":  # whose length may vary
        return None
    encoders = {name: layers for name, layers in results.encoder_layers.items() if layers and _computable(layers)}
    maps = {name: layers for name, layers in results.map_layers.items() if layers and _computable(layers)
            and results.params.maps[name]["space"] in ("raw", *encoders)}  # fmt: skip
    networks = [layers for found in (*encoders.values(), *maps.values()) for layers in found.values()]
    count = sum(weights.size for layers in networks for weights, _, _ in layers)
    if not maps or count > MOST:
        return None
    steps = 32_767 if count <= SMALL else 127

    def kept(name: str, layers: list[Layer]) -> list[dict[str, Any]]:
        return [_layer(f"{name} {number}", layer, steps, arrays) for number, layer in enumerate(layers)]

    info = results.dataset.info
    told: dict[str, Any] = {
        "scaling": info["scaling"], "kind": info["kind"], "shape": list(results.dataset.rows.shape[1:]),
        "names": info["feature_names"], "columns": _columns(info), "encoders": {}, "maps": {}, "level": results.params.place.level,
    }  # fmt: skip
    for name, layers in encoders.items():
        errors = np.sort(np.asarray(results.errors[name])[results.is_test])
        arrays[f"judge {name}"] = packing.steps(errors, 0, float(errors[-1]), 65_534)
        told["encoders"][name] = {part: kept(f"{part} {name}", each) for part, each in layers.items()} | {
            "known": {"array": f"judge {name}", "low": 0, "high": float(errors[-1]), "steps": 65_534}
        }
    for name, layers in maps.items():
        matrix, offset = results.registration[name]
        told["maps"][name] = {part: kept(f"{part} {name}", each) for part, each in layers.items()} | {
            "space": results.params.maps[name]["space"],
            "matrix": np.asarray(matrix).tolist(),
            "offset": np.asarray(offset).tolist(),
        }
    return told


def _columns(info: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The data's own columns, in which a file of new rows comes: their names, and what becomes of the values of categories."""
    if info["feature_names"] is None:
        return None
    found = categories.source_columns(info["feature_names"], info["reading"]["levels"])
    return [{"name": name} | ({"features": list(made), "values": list(made.values())} if made else {})
            for name, made in found.items()]  # fmt: skip


def _computable(layers: dict[str, list[Layer]]) -> bool:
    return all(activation in KNOWN for found in layers.values() for _, _, activation in found)


def _layer(name: str, layer: Layer, steps: int, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Each column of the weights in its own steps, the middle one being zero."""
    weights, bias, activation = layer
    largest = np.abs(weights).max(axis=0)
    scale = np.where(largest > 0, largest, 1) / steps
    arrays[name] = (np.rint(weights / scale) + steps).astype(np.uint8 if steps < 128 else np.uint16)
    return {"array": name, "in": weights.shape[0], "out": weights.shape[1], "middle": steps, "activation": activation,
            "scale": [float(f"{each:.6g}") for each in scale], "bias": [float(f"{each:.6g}") for each in bias]}  # fmt: skip
