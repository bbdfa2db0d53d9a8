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
OWN = {"id", "label"}  # columns of a table that have a place of their own
# Of each map: key, title, the worse end of its scale, which is painted as the salient one, and why a map may have none.
MEASURES = [
    ("lost", "neighbors lost", "high", ""),
    ("lost_in_the_code", "neighbors lost in the code", "high", "drawn of the data themselves, without a code"),
    ("lost_on_the_map", "neighbors lost on the map", "high", ""),
    ("trustworthiness", "trustworthiness", "low", ""),
    ("stability", "stability across drawings", "low", "drawn once"),
]

Scale = Callable[[str, np.ndarray, float, float, int], dict[str, Any]]


def keeper(rows: np.ndarray, arrays: dict[str, np.ndarray]) -> Scale:
    """What keeps values (n,) of these rows in `arrays`, in so many steps from low to high, and tells how."""

    def scale(name: str, values: np.ndarray, low: float, high: float, count: int) -> dict[str, Any]:
        arrays[name] = packing.steps(values[rows], low, high, count)
        return {"array": name, "low": low, "high": high, "steps": count, "missing": count + 1}

    return scale


def measures(results: Results, scale: Scale) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The scales of each map, by key, and the colorings; one scale has the same ends on all maps."""
    k = results.params.evaluate.k
    on_maps: list[dict[str, Any]] = [{} for _ in results.maps]
    colorings = []
    for key, title, worse, absent in MEASURES:
        found = {name: values for name in results.maps if (values := _measured(results, name, key)) is not None}
        if not found:
            continue
        shares = key.startswith("lost")
        low = 0.0 if shares else float(min(np.nanmin(values) for values in found.values()))
        high = 1.0 if shares else float(max(np.nanmax(values) for values in found.values()))
        count = k if shares and k < 255 else COARSE
        for number, name in enumerate(results.maps):
            if name in found:
                on_maps[number][key] = scale(f"{key} {number}", found[name], low, high, count)
        scales = {name: on_it[key] for name, on_it in zip(results.maps, on_maps, strict=True) if key in on_it}
        colorings.append(
            {"key": key, "title": title, "scales": scales, "worse": worse, "absent": absent, "share": True}
        )
    return on_maps, colorings


def _measured(results: Results, name: str, key: str) -> np.ndarray | None:
    """(n,), or None where a map has no such measure: what is drawn of raw data loses all on the map, what is drawn once has no
    stability."""
    k = results.params.evaluate.k
    if key == "lost":
        return results.share_lost(name)
    if key.startswith("lost"):
        counts = results.by_point_or_none(name, key)
        coded = key == "lost_on_the_map" or results.params.maps[name]["space"] != "raw"
        return counts / k if counts is not None and coded else None
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
    given, known = (
        results.params.report.columns,
        [*results.dataset.table, *(results.dataset.info["feature_names"] or [])],
    )
    own = [name for name in results.dataset.table if name not in OWN]
    if given == "all":
        return own
    for name in given:
        if name not in known:
            raise InputError(f'{config.PATH}: report.columns has "{name}"; {config.choose(name, known)}')
    return [name for name in own if name in given]


def features(results: Results, scale: Scale) -> list[dict[str, Any]]:
    """Colorings by columns of the data themselves, in the units of the data."""
    given, own = results.params.report.columns, results.dataset.info["feature_names"] or []
    if not results.params.report.inputs:
        return []
    chosen = [number for number, name in enumerate(own) if given == "all" or name in given][:FEATURES]
    scaling = results.dataset.info["scaling"]
    scaling = scaling | {key: np.array(scaling[key])[chosen] for key in ("center", "scale") if key in scaling}
    values = unscale(np.asarray(results.dataset.rows[:, chosen]), scaling) if chosen else []
    found = []
    for place, name in enumerate(own[number] for number in chosen):
        of_one = values[:, place]
        kept = scale(f"feature {place}", of_one, float(of_one.min()), float(of_one.max()), COARSE)
        found.append({"key": f"feature {name}", "title": name, "scale": kept})
    return found


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
        kept = scale(key, real, low, high, steps) | {"whole": whole}
        return {"title": name, "array": key, "scale": kept, "coloring": {"key": key, "title": name, "scale": kept}}
    words = values.astype(object).where(values.notna(), "").astype(str).to_numpy()[rows]
    known, codes = np.unique(words, return_inverse=True)
    arrays[key] = codes.astype(np.uint32)
    found: dict[str, Any] = {
        "title": name,
        "array": key,
        "names": [formatting.cut(word, 200) for word in known.tolist()],
    }
    if len(known) <= len(colors.CLASSES):
        classes = [{"name": word, "color": color} for word, color in colors.of_classes(words, known.tolist()).items()]
        found["coloring"] = {"key": key, "title": name, "array": key, "classes": classes}
    return found
