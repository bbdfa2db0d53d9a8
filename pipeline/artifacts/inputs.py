"""What maps are made of: the dataset, encoders, and spaces."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts import formats
from pipeline.artifacts.formats import (
    digest,
    load_array,
    load_info,
    load_layers,
    reading,
    save_array,
    save_info,
    save_layers,
)
from pipeline.artifacts.paths import CHECKPOINTS, COLUMNS, DATASET, ENCODERS, INTRINSIC_DIMENSION, SPACES
from pipeline.runtime.atomic_io import replacing, replacing_folder
from pipeline.types import Dataset, Layer, Space

CORE = ["id", "label", "split"]  # columns that stages work with


def save_dataset(dataset: Dataset) -> None:
    """The source's other columns go to a file of their own, so that a change in them reruns only what shows them."""
    core = [name for name in dataset.table if name in CORE]
    with replacing_folder(DATASET) as folder:
        save_array(folder / "rows.npy", dataset.rows)
        dataset.table[core].to_parquet(folder / "table.parquet", index=False)
        if dataset.kept is not None:
            save_array(folder / "kept.npy", dataset.kept)
        split = dataset.table["split"].to_numpy().astype("S")
        save_info(folder / "dataset.json", dataset.info | {"digest": digest(dataset.rows, split)})
    with replacing(COLUMNS) as path:
        dataset.table.drop(columns=core).to_parquet(path, index=False)


def load_dataset(all_columns: bool = False) -> Dataset:
    """The dataset; its rows are memory-mapped. all_columns: with the source's other columns in its table."""
    info, table = load_dataset_info(), load_table()
    if all_columns:
        table = pd.concat([table, formats.load_table(COLUMNS)], axis=1)
    kept = load_array(DATASET / "kept.npy") if (DATASET / "kept.npy").exists() else None
    return Dataset(load_array(DATASET / "rows.npy", mapped=True), table, info, kept)


def load_table() -> pd.DataFrame:
    return formats.load_table(DATASET / "table.parquet")


def save_space(
    name: str,
    space: Space,
    arrays: dict[str, np.ndarray] | None = None,
    robustness: pd.DataFrame | None = None,
    layers: dict[str, list[Layer]] | None = None,
) -> None:
    """A learned space also has arrays: `error`, the squared reconstruction error of each row, float32 (n,);
    `further_points` (trainings - 1, n, d) and `further_error` (trainings - 1, n), where the encoder was trained several times;
    `reconstructions` of the test rows, float32 (test rows, *shape); `previews`, reconstructions that the page shows, as
    preprocessing.quantize keeps them; and those of its encoder kind's `diagnostics`. Besides, the table of its robustness, and its encoder's
    layers where it is dense."""
    with replacing_folder(SPACES / name) as folder:
        save_array(folder / "points.npy", space.points)
        # npz files carry no dates, so equal spaces are equal bytes.
        np.savez(folder / "neighbors.npz", indices=space.indices, distances=space.distances)
        info = {"metric": space.metric, "recall": space.recall, "shape": space.shape}
        save_info(folder / "space.json", info | {"dataset": load_dataset_info()["digest"]})
        for array, values in (arrays or {}).items():
            save_array(folder / f"{array}.npy", values)
        if robustness is not None:
            robustness.to_parquet(folder / "robustness.parquet", index=False)
        save_layers(folder, layers)


def load_space(name: str) -> Space:
    """A space; its points are memory-mapped."""
    folder, info = SPACES / name, _space_info(name)
    neighbors = formats.load_arrays(folder / "neighbors.npz")
    points = load_array(folder / "points.npy", mapped=True)
    training = (load_table()["split"] == "train").to_numpy()
    shape = info["shape"] and tuple(info["shape"])
    with reading(folder / "neighbors.npz"):
        return Space(
            points, info["metric"], neighbors["indices"], neighbors["distances"], training, info["recall"], shape
        )


def is_of_dataset(name: str) -> bool:
    """Whether a space was made of the rows, and the split, that the dataset has now."""
    return _space_info(name)["dataset"] == load_dataset_info()["digest"]


def _space_info(name: str) -> dict[str, Any]:
    return load_info(SPACES / name / "space.json")


def load_dataset_info() -> dict[str, Any]:
    return load_info(DATASET / "dataset.json")


def load_arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of a space by name, `points` among them; memory-mapped."""
    return {path.stem: load_array(path, mapped=True) for path in sorted((SPACES / name).glob("*.npy"))}


def load_robustness(name: str) -> pd.DataFrame:
    return formats.load_table(SPACES / name / "robustness.parquet")


def save_intrinsic_dimension(estimates: pd.DataFrame) -> None:
    with replacing(INTRINSIC_DIMENSION) as path:
        estimates.to_parquet(path, index=False)


def load_intrinsic_dimension() -> pd.DataFrame:
    return formats.load_table(INTRINSIC_DIMENSION)


def load_space_layers(name: str) -> dict[str, list[Layer]] | None:
    """ "encoder" and "decoder", of a space whose encoder is dense, else None."""
    return load_layers(SPACES / name)


def scratch(name: str) -> Path:
    """A folder where an encoder's training keeps checkpoints, to go on from after it was killed."""
    return CHECKPOINTS / name


def save_encoder(name: str, trained: list[Any]) -> None:
    """An encoder, and its further trainings in folders below; checkpoints are removed."""
    with replacing_folder(ENCODERS / name) as folder:
        trained[0].save(folder)
        for number, encoder in enumerate(trained[1:], start=2):
            further = folder / f"training-{number}"
            further.mkdir()
            encoder.save(further)
    shutil.rmtree(scratch(name), ignore_errors=True)


def load_encoder(name: str, kind: ModuleType, training: int = 1) -> Any:
    folder = ENCODERS / name / (f"training-{training}" if training > 1 else "")
    with reading(folder):
        if not folder.is_dir():
            raise FileNotFoundError
        return kind.load(folder)


def load_history(name: str) -> pd.DataFrame | None:
    """epoch, loss, validation_loss; None for an encoder that is not trained by epochs."""
    path = ENCODERS / name / "history.csv"
    if not path.exists():
        return None
    with reading(path):
        return pd.read_csv(path)
