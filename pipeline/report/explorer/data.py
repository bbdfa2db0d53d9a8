"""Results -> the data of the explorer: a header, and arrays of small whole numbers. data.js reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

from pipeline import config
from pipeline.preprocessing import quantize, sampling
from pipeline.report import caveats, colors, formatting
from pipeline.report.explorer import colorings, live_encoder, packing
from pipeline.report.results import Results

LINES = 8  # true neighbors to which lines lead
MARGIN = 1.06  # of a map's square around its points
RAMP = 32  # colors


@dataclass(frozen=True)
class Contents:
    """text: the packed data; rows: how many are shown; inputs: of how many of these it has the data themselves; networks:
    whether it has weights."""

    text: str
    rows: int
    inputs: int
    networks: bool = False


def gather(results: Results, class_colors: dict[str, str], budget: int) -> Contents:
    """At most `budget` bytes of text, if need be with fewer rows: first without inputs, then without the rows themselves."""
    n, params = len(results.dataset.table), results.params
    strata = np.unique(results.labels, return_inverse=True)[1] if results.labels is not None else np.zeros(n, dtype=int)
    count = min(n, params.report.points)
    while True:
        rows = in_map_order(results, sampling.sample(strata, count, params.seed))
        header, arrays = header_and_arrays(results, class_colors, rows)
        without_inputs = packing.pack(header, arrays)
        if len(without_inputs) <= budget or count <= 1000:
            break
        count = max(1000, int(0.9 * count * budget / len(without_inputs)))
    if not params.report.inputs:
        return Contents(without_inputs, len(rows), 0, header["live_encoder"] is not None)
    known = _with_inputs(results, rows)
    while len(known):
        description, data = _inputs(results, rows, known)
        text = packing.pack(header | {"inputs": description}, arrays | data)
        if len(text) <= budget:
            return Contents(text, len(rows), len(known))
        share = 0.95 * (budget - len(without_inputs)) / (len(text) - len(without_inputs))
        some = np.random.default_rng(params.seed).permutation(len(known))[: max(0, int(share * len(known)))]
        known = known[np.sort(some)]
    return Contents(without_inputs, len(rows), 0)


def in_map_order(results: Results, rows: np.ndarray) -> np.ndarray:
    """Rows that are near each other on the best map one after the other (along Morton's curve), which packs better."""
    positions, _, _ = _square(results.maps[results.best])
    x, y = (sum(((bits.astype(int) >> at) & 1) << (2 * at) for at in range(16)) for bits in positions[rows].T)
    return rows[np.argsort(x | (y << 1), kind="stable")]


def header_and_arrays(
    results: Results, class_colors: dict[str, str], rows: np.ndarray
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All but the inputs, of these rows."""
    arrays: dict[str, np.ndarray] = {}
    columns_shown = results.params.report.columns
    anonymous = columns_shown != "all" and "id" not in columns_shown
    scale = colorings.packer(rows, arrays)
    scales_of_maps, of_maps = colorings.measures(results, scale)
    maps = []
    for number, (name, points) in enumerate(results.maps.items()):
        positions, origin, step = _square(points)
        arrays[f"map {number}"] = positions[rows]
        medians = [_median(positions[results.labels == label]) for label in class_colors]
        maps.append({"name": name, "title": results.titles[name], "entry": config.entry(name), "origin": origin, "step": step,
                     "medians": medians} | scales_of_maps[number])  # fmt: skip
    classes, of_classes = _classes(results, class_colors, rows, arrays)
    columns = [colorings.column(results, name, rows, scale, arrays) for name in colorings.columns(results)]
    encoders, of_encoders = colorings.errors(results, scale)
    of_columns = [column["coloring"] for column in columns if "coloring" in column]
    arrays["neighbors"] = _neighbors(results, rows)
    ids = results.dataset.table["id"].to_numpy()[rows]
    header = {
        "shown": len(rows), "k": results.params.evaluate.k, "misplaced": caveats.MISPLACED, "best": results.best, "label": "class",
        "ids": rows.tolist() if anonymous else _json(ids), "maps": maps, "classes": classes, "columns": columns, "encoders": encoders,
        "colorings": [of_classes, *of_columns, *colorings.features(results, scale), *of_encoders, *of_maps],
        "neighbors": {"k": arrays["neighbors"].shape[1]}, "inputs": None, "live_encoder": live_encoder.gather(results, arrays),
        "ramp": [mpl.colors.to_hex(color) for color in mpl.colormaps["viridis"](np.linspace(0, 1, RAMP))],
    }  # fmt: skip
    return header, arrays


def _classes(
    results: Results, class_colors: dict[str, str], rows: np.ndarray, arrays: dict[str, np.ndarray]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The classes, and their coloring; of rows without labels one plain coloring."""
    if not class_colors:
        arrays["plain"] = np.zeros(len(rows), dtype=np.uint8)
        one = {"name": "all rows", "color": colors.PLAIN}
        return [], {"key": "plain", "title": "nothing", "array": "plain", "classes": [one]}
    classes = [
        {"name": formatting.cut(name, 60), "color": color, "gray": color == colors.OTHER}
        for name, color in class_colors.items()
    ]
    codes = pd.Categorical(results.labels, categories=list(class_colors)).codes
    arrays["labels"] = codes[rows].astype(np.uint8 if len(classes) < 256 else np.uint16)
    return classes, {"key": "label", "title": "class", "array": "labels", "classes": classes}


def _median(positions: np.ndarray) -> list[float] | None:
    """Of a class, 0 to 1; None where a sample of the data has none of it."""
    return np.round(np.median(positions, axis=0) / 65_535, 4).tolist() if len(positions) else None


def _square(points: np.ndarray) -> tuple[np.ndarray, list[float], list[float]]:
    """Points (n, 2) within a square, uint16 from its upper left corner; that corner, and the length of a side along x and y."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = float(MARGIN * max((high - low).max(), 1e-9))
    left, top = (low[0] + high[0] - side) / 2, (low[1] + high[1] + side) / 2
    positions = np.stack([points[:, 0] - left, top - points[:, 1]], axis=1) / side
    return np.rint(positions.clip(0, 1) * 65_535).astype(np.uint16), [float(left), float(top)], [side, -side]


def _numbers(results: Results, rows: np.ndarray) -> np.ndarray:
    """Of all rows (n,), their number among these; -1 for the others."""
    numbers = np.full(len(results.dataset.table), -1)
    numbers[rows] = np.arange(len(rows))
    return numbers


def _neighbors(results: Results, rows: np.ndarray) -> np.ndarray:
    """Of each shown row the nearest ones in the data, as differences to its own number: even if above, odd if below; 0, its
    own, for one that is not shown. uint32 (rows, LINES)."""
    numbers = _numbers(results, rows)[results.neighbors[rows, :LINES]]
    differences = np.where(numbers < 0, 0, numbers - np.arange(len(rows))[:, None])
    return np.where(differences < 0, -2 * differences - 1, 2 * differences).astype(np.uint32)


def _with_inputs(results: Results, rows: np.ndarray) -> np.ndarray:
    """Which of the shown rows have their inputs saved: their numbers."""
    numbers = _numbers(results, rows)[quantize.chosen(results.dataset, results.params.seed)]
    return np.sort(numbers[numbers >= 0])


def _inputs(results: Results, rows: np.ndarray, known: np.ndarray) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The data themselves and their reconstruction by each encoder, of the rows of these numbers."""
    dataset = results.dataset
    saved = quantize.chosen(dataset, results.params.seed)
    low, high = quantize.ranges(dataset, saved)
    kind, shape = dataset.info["kind"], list(dataset.rows.shape[1:])
    data = {
        "inputs_of": known.astype(np.uint32),
        "inputs": quantize.quantized(dataset.rows[rows[known]], dataset.info["scaling"], low, high),
    }
    for name, arrays in results.codes.items():
        at = np.searchsorted(saved, rows[known])
        data[f"reconstructed {name}"] = np.asarray(arrays["previews"])[at]
    description: dict[str, Any] = {"kind": kind, "shape": shape}
    if kind == "vector":
        names = dataset.info["feature_names"] or [f"column {number}" for number in range(1, shape[0] + 1)]
        ranges = [{"low": float(least), "high": float(most)} for least, most in zip(low, high, strict=True)]
        description |= {"names": names, "ranges": ranges}
    return description, data


def _json(values: np.ndarray) -> list[Any]:
    """Whole numbers that JavaScript holds as numbers, all else as text."""
    exact = values.dtype.kind in "iu" and np.abs(values).max(initial=0) <= 2**53
    return values.tolist() if exact else [str(value) for value in values]
