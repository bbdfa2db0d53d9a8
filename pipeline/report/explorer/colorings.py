"""What maps can be colored by: measures of each map, columns of the table and of the data, and errors of encoders."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pipeline import config
from pipeline.preprocessing.scaling import unscale
from pipeline.report import colors, formatting
from pipeline.report.explorer import packing
from pipeline.report.results import Results
from pipeline.runtime.errors import InputError

FINE, COARSE = 65_534, 254  # steps
FEATURES = 30  # of the data's own columns, that maps can be colored by
OWN = {"id", "label"}  # columns of a table that the page shows separately
# Of each map: key, title, the worse end of its scale, which is painted as the salient one, and why a map may have none.
MEASURES = [
    ("lost", "neighbors lost", "high", ""),
    ("lost_in_the_code", "neighbors lost in the code", "high", "maps of the data themselves, without a code"),
    ("lost_on_the_map", "neighbors lost on the map", "high", ""),
    ("trustworthiness", "trustworthiness", "low", ""),
    ("stability", "stability across seeds", "low", "one embedding"),
]

Scale = Callable[[str, np.ndarray, float, float, int], dict[str, Any]]


def packer(rows: np.ndarray, arrays: dict[str, np.ndarray]) -> Scale:
    """A function that puts values (n,) of these rows into `arrays`, in `count` steps from low to high, and describes that."""

    def scale(name: str, values: np.ndarray, low: float, high: float, count: int) -> dict[str, Any]:
        arrays[name] = packing.steps(values[rows], low, high, count)
        return {"array": name, "low": low, "high": high, "steps": count, "missing": count + 1}

    return scale


def measures(results: Results, scale: Scale) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The scales of each map, by key, and the colorings; one scale has the same ends on all maps."""
    k = results.params.evaluate.k
    scales_of_maps: dict[str, dict[str, Any]] = {name: {} for name in results.maps}
    colorings = []
    for key, title, worse, absent in MEASURES:
        by_map = {name: values for name in results.maps if (values := _measured(results, name, key)) is not None}
        if not by_map:
            continue
        share = key.startswith("lost")
        low = 0.0 if share else float(min(np.nanmin(values) for values in by_map.values()))
        high = 1.0 if share else float(max(np.nanmax(values) for values in by_map.values()))
        count = k if share and k < 255 else COARSE
        for number, name in enumerate(results.maps):
            if name in by_map:
                scales_of_maps[name][key] = scale(f"{key} {number}", by_map[name], low, high, count)
        scales = {name: scales_of_maps[name][key] for name in by_map}
        colorings.append(
            {"key": key, "title": title, "scales": scales, "worse": worse, "absent": absent, "share": True}
        )
    return [*scales_of_maps.values()], colorings


def _measured(results: Results, name: str, key: str) -> np.ndarray | None:
    """(n,), or None where a map has no such measure: a map of raw data loses all on the map, one of a single seed has no
    stability."""
    k = results.params.evaluate.k
    if key == "lost":
        return results.share_lost(name)
    if key.startswith("lost"):
        counts = results.by_point_or_none(name, key)
        of_code = key == "lost_on_the_map" or results.params.maps[name]["space"] != "raw"
        return counts / k if counts is not None and of_code else None
    values = results.by_point_or_none(name, f"{key}_{k}")
    return values if values is not None and np.isfinite(values).any() else None


def errors(results: Results, scale: Scale) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of each encoder its scale, and a coloring."""
    encoders = [
        {"name": name, "error": scale(f"error {name}", error, 0, float(error.max()), FINE)}
        for name, error in results.errors.items()
    ]
    colorings = [
        {"key": f"error-{each['name']}", "title": f"reconstruction error, {each['name']}", "scale": each["error"], "worse": "high"}
        for each in encoders
    ]  # fmt: skip
    return encoders, colorings


def columns(results: Results) -> list[str]:
    """The columns of the table that the page shows; InputError where params.yaml names one that is not there."""
    table, shown = results.dataset.table, results.params.report.columns
    columns, known = (
        [name for name in table if name not in OWN],
        [*table, *(results.dataset.info["feature_names"] or [])],
    )
    if shown == "all":
        return columns
    for name in shown:
        if name not in known:
            raise InputError(f'{config.PATH}: report.columns has "{name}"; {config.choose(name, known)}')
    return [name for name in columns if name in shown]


def features(results: Results, scale: Scale) -> list[dict[str, Any]]:
    """Colorings by columns of the data themselves, in the units of the data."""
    shown, names = results.params.report.columns, results.dataset.info["feature_names"] or []
    if not results.params.report.inputs:
        return []
    chosen = [number for number, name in enumerate(names) if shown == "all" or name in shown][:FEATURES]
    scaling = results.dataset.info["scaling"]
    scaling = scaling | {key: np.array(scaling[key])[chosen] for key in ("center", "scale") if key in scaling}
    values = unscale(np.asarray(results.dataset.rows[:, chosen]), scaling) if chosen else np.empty((0, 0))
    colorings = []
    for column, (name, own) in enumerate(zip([names[number] for number in chosen], values.T, strict=True)):
        packed = scale(f"feature {column}", own, float(own.min()), float(own.max()), COARSE)
        colorings.append({"key": f"feature {name}", "title": name, "scale": packed})
    return colorings


def column(
    results: Results, name: str, rows: np.ndarray, scale: Scale, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """A column of the table that is no feature: numbers by steps, all else by name."""
    values, key = results.dataset.table[name], f"column {name}"
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        real = values.to_numpy(dtype=float, na_value=math.nan)
        known = real[np.isfinite(real)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        whole = bool(np.all(known == np.round(known)))
        steps = int(high - low) if whole and 0 < high - low <= FINE else FINE
        packed = scale(key, real, low, high, steps) | {"whole": whole}
        return {"title": name, "array": key, "scale": packed, "coloring": {"key": key, "title": name, "scale": packed}}
    texts = values.astype(object).where(values.notna(), "").astype(str).to_numpy()[rows]
    known, codes = np.unique(texts, return_inverse=True)
    arrays[key] = codes.astype(np.uint32)
    column: dict[str, Any] = {
        "title": name,
        "array": key,
        "names": [formatting.cut(text, 200) for text in known.tolist()],
    }
    if len(known) <= len(colors.CLASSES):
        classes = [{"name": text, "color": color} for text, color in colors.of_classes(texts, known.tolist()).items()]
        column["coloring"] = {"key": key, "title": name, "array": key, "classes": classes}
    return column
