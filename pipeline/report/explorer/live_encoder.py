"""Networks in the page: what a new row becomes, computed by the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
from pandas._libs.parsers import STR_NA_VALUES

from pipeline.datasets import categories, csv
from pipeline.preprocessing.scaling import center_and_spread
from pipeline.report.explorer import packing
from pipeline.report.results import Results
from pipeline.types import Layer

ACTIVATIONS = ("linear", "relu", "gelu", "sigmoid", "tanh")  # that networks.js computes
SMALL = 300_000  # weights up to which each is kept in 16 bits, beyond in 8
MOST = 2_000_000  # weights; beyond, the page does without
# How datasets.csv and pandas read tables, for csv_reader.js.
CSV_RULES = {"missing": sorted(STR_NA_VALUES), "delimiters": csv.DELIMITERS, "sample": csv.SAMPLE}


def gather(results: Results, arrays: dict[str, np.ndarray]) -> dict[str, Any] | None:
    """The header's part on networks, and their weights into `arrays`; None where a page has none, or too many.

    Each map onto which a dense network (or the code itself) transforms new rows, and each dense encoder whose error tells
    whether they are out-of-distribution.
    """
    info = results.dataset.info
    if info["kind"] == "sequence":  # whose length may vary
        return None
    encoders = {name: layers for name, layers in results.encoder_layers.items() if layers and _computable(layers)}
    maps = {name: layers for name, layers in results.map_layers.items() if layers and _computable(layers)
            and results.params.maps[name]["space"] in ("raw", *encoders)}  # fmt: skip
    networks = [layers for parts in (*encoders.values(), *maps.values()) for layers in parts.values()]
    count = sum(weights.size for layers in networks for weights, _, _ in layers)
    if not maps or count > MOST:
        return None
    steps = 32_767 if count <= SMALL else 127

    def packed(name: str, parts: dict[str, list[Layer]]) -> dict[str, list[dict[str, Any]]]:
        return {
            part: [_layer(f"{part} {name} {number}", layer, steps, arrays) for number, layer in enumerate(layers)]
            for part, layers in parts.items()
        }

    header: dict[str, Any] = {
        "kind": info["kind"], "shape": list(results.dataset.rows.shape[1:]), "names": info["feature_names"],
        "columns": columns(info), "csv": CSV_RULES, "scaling": scaling(info["scaling"]), "encoders": {}, "maps": {},
        "alpha": results.params.transform.alpha,
    }  # fmt: skip
    for name, layers in encoders.items():
        errors = np.sort(np.asarray(results.errors[name])[results.is_test])
        arrays[f"test errors {name}"] = packing.steps(errors, 0, float(errors[-1]), 65_534)
        scale = {"array": f"test errors {name}", "low": 0, "high": float(errors[-1]), "steps": 65_534}
        header["encoders"][name] = packed(name, layers) | {"test_errors": scale}
    for name, layers in maps.items():
        matrix, offset = (np.asarray(part).tolist() for part in results.registration[name])
        space = results.params.maps[name]["space"]
        header["maps"][name] = packed(name, layers) | {"space": space, "matrix": matrix, "offset": offset}
    return header


def scaling(rule: dict[str, Any]) -> dict[str, Any]:
    """Scaled values are (value - center) / spread, after missing ones are replaced by `fill`: numbers, or flat lists of them, or
    null. range: of the data's own values where it is known, else null."""
    center, spread, fill = (
        None if part is None else np.ravel(part).tolist() if np.ndim(part) else float(part)
        for part in (*center_and_spread(rule), rule.get("fill"))
    )
    known = [rule["low"], rule["high"]] if rule["rule"] == "unit" else None
    return {"center": center, "spread": spread, "fill": fill, "range": known}


def columns(info: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The data's own columns, as a file of new rows has them: their names, and the features and values of categories."""
    if info["feature_names"] is None:
        return None
    sources = categories.source_columns(info["feature_names"], info["reading"]["levels"])
    return [{"name": name} | ({"features": list(values), "values": list(values.values())} if values else {})
            for name, values in sources.items()]  # fmt: skip


def _computable(parts: dict[str, list[Layer]]) -> bool:
    return all(activation in ACTIVATIONS for layers in parts.values() for _, _, activation in layers)


def _layer(name: str, layer: Layer, steps: int, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Each column of the weights in its own steps, the middle one being zero."""
    weights, bias, activation = layer
    largest = np.abs(weights).max(axis=0)
    scale = np.where(largest > 0, largest, 1) / steps
    arrays[name] = (np.rint(weights / scale) + steps).astype(np.uint8 if steps < 128 else np.uint16)
    return {"array": name, "in": weights.shape[0], "out": weights.shape[1], "middle": steps, "activation": activation,
            "scale": [float(f"{each:.6g}") for each in scale], "bias": [float(f"{each:.6g}") for each in bias]}  # fmt: skip
