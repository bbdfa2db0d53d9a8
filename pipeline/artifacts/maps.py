"""Maps, their controls, and new points on them."""

from __future__ import annotations

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
from pipeline.artifacts.paths import MAPS, NULL_MAPS, REMAINING, SUBSAMPLING, map_folder
from pipeline.runtime.atomic_io import replacing_folder
from pipeline.types import Layer, Map


def save_map(name: str, saved: Map, layers: dict[str, list[Layer]] | None = None) -> None:
    """layers: the mapper as dense layers, where it is a dense network."""
    with replacing_folder(map_folder(MAPS, name)) as folder:
        save_array(folder / "points.npy", saved.points)
        np.savez(folder / "mapper.npz", **saved.mapper)
        save_layers(folder, layers)
        save_info(folder / "map.json", {"seeds": saved.seeds, "options": saved.options, "space": saved.space_digest})


def load_map(name: str) -> Map:
    folder = map_folder(MAPS, name)
    info, mapper = load_info(folder / "map.json"), load_arrays(folder / "mapper.npz")
    return Map(load_array(folder / "points.npy"), info["seeds"], info["options"], info["space"], mapper)


def has_map(name: str) -> bool:
    return (map_folder(MAPS, name) / "map.json").exists()


def load_map_layers(name: str) -> dict[str, list[Layer]] | None:
    return load_layers(map_folder(MAPS, name))


def save_remaining(name: str, points: np.ndarray, errors: np.ndarray, measures: pd.DataFrame) -> None:
    """The rows that data.rows left out: their points on a map, float32 (m, 2), their reconstruction errors (m,), and measures of
    them."""
    with replacing_folder(map_folder(REMAINING, name)) as folder:
        save_array(folder / "points.npy", points)
        save_array(folder / "error.npy", errors)
        measures.to_parquet(folder / "measures.parquet", index=False)


def load_remaining(name: str) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    folder = map_folder(REMAINING, name)
    points, errors = (load_array(folder / f"{part}.npy", mapped=True) for part in ("points", "error"))
    return points, errors, load_table(folder / "measures.parquet")


def save_subsampling(table: pd.DataFrame) -> None:
    """What maps keep when they are embedded again on subsamples of the rows: map, subsample, rows, r_nx_auc."""
    with replacing_folder(SUBSAMPLING) as folder:
        table.to_parquet(folder / "r_nx_auc.parquet", index=False)


def load_subsampling() -> pd.DataFrame:
    return load_table(SUBSAMPLING / "r_nx_auc.parquet")


def save_null_map(name: str, points: np.ndarray) -> None:
    """The same map of null data, float32 (draws, n, 2)."""
    with replacing_folder(NULL_MAPS / name) as folder:
        save_array(folder / "points.npy", points)


def load_null_map(name: str) -> np.ndarray:
    return load_array(NULL_MAPS / name / "points.npy")
