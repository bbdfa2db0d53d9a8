"""Maps, and those that they are held against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.formats import (
    load_array,
    load_arrays,
    load_info,
    load_layers,
    load_table,
    save_array,
    save_info,
    save_layers,
)
from pipeline.artifacts.paths import MAPS, NULL_MAPS, REMAINING, SUBSAMPLING, of_map
from pipeline.runtime.atomic_io import replacing_folder
from pipeline.types import Drawn, Layer


def save_map(
    name: str, points: np.ndarray, seeds: list[int], drawn: Drawn, layers: dict[str, list[Layer]] | None = None
) -> None:
    """points float32 (drawings, n, 2), in the method's own coordinates; the seed of each drawing, none for the one
    drawing of a method without a random start; how the first one was drawn; its mapper as dense layers, where it is."""
    with replacing_folder(of_map(MAPS, name)) as folder:
        save_array(folder / "points.npy", points)
        np.savez(folder / "mapper.npz", **drawn.mapper)
        save_layers(folder, layers)
        save_info(folder / "map.json", {"seeds": seeds, "options": drawn.options, "space": drawn.space})


def load_map(name: str) -> tuple[np.ndarray, list[int]]:
    seeds = _info(name)["seeds"]
    return load_array(of_map(MAPS, name) / "points.npy"), seeds


def is_drawn(name: str) -> bool:
    return (of_map(MAPS, name) / "map.json").exists()


def load_map_layers(name: str) -> dict[str, list[Layer]] | None:
    return load_layers(of_map(MAPS, name))


def load_drawn(name: str) -> Drawn:
    info = _info(name)
    return Drawn(info["options"], info["space"], load_arrays(of_map(MAPS, name) / "mapper.npz"))


def _info(name: str) -> dict[str, Any]:
    return load_info(of_map(MAPS, name) / "map.json")


def save_remaining(name: str, places: np.ndarray, errors: np.ndarray, measures: pd.DataFrame) -> None:
    """The rows that data.rows left out: where they lie on a map, float32 (m, 2), their reconstruction errors (m,), and what was
    measured of them; all empty where there are none."""
    with replacing_folder(of_map(REMAINING, name)) as folder:
        save_array(folder / "points.npy", places)
        save_array(folder / "error.npy", errors)
        measures.to_parquet(folder / "measures.parquet", index=False)


def load_remaining(name: str) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    folder = of_map(REMAINING, name)
    places, errors = (load_array(folder / f"{part}.npy", mapped=True) for part in ("points", "error"))
    return places, errors, load_table(folder / "measures.parquet")


def save_subsampling(name: str, r_nx_aucs: pd.DataFrame) -> None:
    """What a map keeps when it is drawn anew on subsamples of the rows: subsample, rows, area; empty if it was not."""
    with replacing_folder(of_map(SUBSAMPLING, name)) as folder:
        r_nx_aucs.to_parquet(folder / "areas.parquet", index=False)


def load_subsampling(name: str) -> pd.DataFrame:
    return load_table(of_map(SUBSAMPLING, name) / "areas.parquet")


def save_null_map(name: str, points: np.ndarray) -> None:
    """The same map of data without structure, float32 (draws, n, 2)."""
    with replacing_folder(NULL_MAPS / name) as folder:
        save_array(folder / "points.npy", points)


def load_null_map(name: str) -> np.ndarray:
    return load_array(NULL_MAPS / name / "points.npy")
