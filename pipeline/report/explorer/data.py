"""Results -> what the explorer shows, as a header and arrays of small whole numbers."""

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

LINES = 8  # true neighbors that lines lead to
MARGIN = 1.06  # of a map's square, beside its points
RAMP = 32  # colors


@dataclass(frozen=True)
class Contents:
    """text: what data.js reads; rows: how many are shown; inputs: of how many of these the data themselves are; networks:
    whether weights are among it."""

    text: str
    rows: int
    inputs: int
    networks: bool = False


def gather(results: Results, class_colors: dict[str, str], budget: int) -> Contents:
    """At most so many bytes of text, if need be by showing fewer rows: first their inputs, then the rows themselves."""
    n = len(results.dataset.table)
    strata = np.unique(results.labels, return_inverse=True)[1] if results.labels is not None else np.zeros(n, dtype=int)
    count = min(n, results.params.report.points)
    while True:
        rows = _in_place(results, sampling.sample(strata, count, results.params.seed))
        header, arrays = _shown(results, class_colors, rows)
        bare = packing.pack(header, arrays)
        if len(bare) <= budget or count <= 1000:
            break
        count = max(1000, int(0.9 * count * budget / len(bare)))
    if not results.params.report.inputs:
        return Contents(bare, len(rows), 0, header["living"] is not None)
    known = _places(results, rows)
    while len(known):
        told, data = _inputs(results, rows, known)
        text = packing.pack(header | {"inputs": told}, arrays | data)
        if len(text) <= budget:
            return Contents(text, len(rows), len(known))
        share = 0.95 * (budget - len(bare)) / (len(text) - len(bare))
        some = np.random.default_rng(results.params.seed).permutation(len(known))[: max(0, int(share * len(known)))]
        known = known[np.sort(some)]
    return Contents(bare, len(rows), 0)


def _in_place(results: Results, rows: np.ndarray) -> np.ndarray:
    """Rows that lie near each other on the best map one after the other (along Morton's curve), which packs better."""
    spots, _, _ = _square(results.maps[results.best])
    x, y = (sum(((bits.astype(int) >> at) & 1) << (2 * at) for at in range(16)) for bits in spots[rows].T)
    return rows[np.argsort(x | (y << 1), kind="stable")]


def _shown(
    results: Results, class_colors: dict[str, str], rows: np.ndarray
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    k, arrays = results.params.evaluate.k, {}
    given = results.params.report.columns
    numbered = given != "all" and "id" not in given
    ids = results.dataset.table["id"].to_numpy()[rows]

    scale = colorings.keeper(rows, arrays)
    measured, of_maps = colorings.measures(results, scale)
    maps, colorings = [], []
    for number, (name, points) in enumerate(results.maps.items()):
        spots, origin, step = _square(points)
        arrays[f"map {number}"] = spots[rows]
        medians = [_median(spots[results.labels == label]) for label in class_colors]
        maps.append({"name": name, "title": results.titles[name], "entry": config.entry(name), "origin": origin, "step": step,
                     "medians": medians} | measured[number])  # fmt: skip
    classes = [
        {"name": formatting.cut(name, 60), "color": color, "gray": color == colors.OTHER}
        for name, color in class_colors.items()
    ]
    if classes:
        codes = pd.Categorical(results.labels, categories=list(class_colors)).codes
        arrays["labels"] = codes[rows].astype(np.uint8 if len(classes) < 256 else np.uint16)
        colorings.append({"key": "label", "title": "class", "array": "labels", "classes": classes})
    if not classes:
        arrays["plain"] = np.zeros(len(rows), dtype=np.uint8)
        one = {"name": "all rows", "color": colors.PLAIN}
        colorings.append({"key": "plain", "title": "nothing", "array": "plain", "classes": [one]})
    columns = [colorings.column(results, name, rows, scale, arrays) for name in colorings.columns(results)]
    colorings += [column["coloring"] for column in columns if "coloring" in column]
    colorings += colorings.features(results, scale)
    encoders, of_encoders = colorings.errors(results, scale)
    colorings += of_encoders + of_maps
    arrays["neighbors"] = _neighbors(results, rows)
    living_part = live_encoder.gather(results, arrays)
    header = {
        "shown": len(rows), "k": k, "misplaced": caveats.MISPLACED, "best": results.best, "label": "class",
        "ids": [] if numbered else _plain(ids), "maps": maps, "classes": classes, "columns": columns, "encoders": encoders, "colorings": colorings,
        "neighbors": {"k": arrays["neighbors"].shape[1]}, "inputs": None, "living": living_part,
        "ramp": [mpl.colors.to_hex(color) for color in mpl.colormaps["viridis"](np.linspace(0, 1, RAMP))],
    }  # fmt: skip
    if numbered:
        header["ids"] = rows.tolist()
    return header, arrays


def _median(spots: np.ndarray) -> list[float] | None:
    """Of a class, 0 to 1; None where a sample of the data has none of it."""
    return np.round(np.median(spots, axis=0) / 65_535, 4).tolist() if len(spots) else None


def _square(points: np.ndarray) -> tuple[np.ndarray, list[float], list[float]]:
    """Points (n, 2) within a square, uint16 from its left upper corner; that corner, and what a whole side is along x and y."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = float(MARGIN * max((high - low).max(), 1e-9))
    left, top = (low[0] + high[0] - side) / 2, (low[1] + high[1] + side) / 2
    spots = np.stack([points[:, 0] - left, top - points[:, 1]], axis=1) / side
    return np.rint(spots.clip(0, 1) * 65_535).astype(np.uint16), [float(left), float(top)], [side, -side]


def _neighbors(results: Results, rows: np.ndarray) -> np.ndarray:
    """Of each shown row the nearest ones in the data, as differences to its own number: even if above, odd if below; its own,
    0, for one that is not shown. uint32 (rows, LINES)."""
    place = np.full(len(results.dataset.table), -1)
    place[rows] = own = np.arange(len(rows))
    found = place[results.neighbors[rows, :LINES]]
    away = np.where(found < 0, 0, found - own[:, None])
    return np.where(away < 0, -2 * away - 1, 2 * away).astype(np.uint32)


def _places(results: Results, rows: np.ndarray) -> np.ndarray:
    """Which of the shown rows have a preview: their places among `rows`."""
    place = np.full(len(results.dataset.table), -1)
    place[rows] = np.arange(len(rows))
    found = place[quantize.chosen(results.dataset, results.params.seed)]
    return np.sort(found[found >= 0])


def _inputs(results: Results, rows: np.ndarray, known: np.ndarray) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The data themselves, and what each encoder makes of them, of the rows at these places."""
    previewed = quantize.chosen(results.dataset, results.params.seed)
    low, high = quantize.ranges(results.dataset, previewed)
    kind, shape = results.dataset.info["kind"], list(results.dataset.rows.shape[1:])
    data = {
        "inputs_of": known.astype(np.uint32),
        "inputs": quantize.quantized(results.dataset.rows[rows[known]], results.dataset.info["scaling"], low, high),
    }
    for name, arrays in results.codes.items():
        at = np.searchsorted(previewed, rows[known])
        data[f"rebuilt {name}"] = np.asarray(arrays["previews"])[at]
    told: dict[str, Any] = {"kind": kind, "shape": shape}
    if kind == "vector":
        told["names"] = results.dataset.info["feature_names"] or [
            f"column {number}" for number in range(1, shape[0] + 1)
        ]
        told["ranges"] = [{"low": float(least), "high": float(most)} for least, most in zip(low, high, strict=True)]
    return told, data


def _plain(values: np.ndarray) -> list[Any]:
    """For JSON: whole numbers that JavaScript holds as numbers, all else as text."""
    exact = values.dtype.kind in "iu" and np.abs(values).max(initial=0) <= 2**53
    return values.tolist() if exact else [str(value) for value in values]
