"""Where every file lies and how it is read and written. No other module spells a path below artifacts/ or reports/.

Each file or folder is written whole in a scratch folder and then renamed into place, so a killed stage leaves
either the former result or none.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InputError
from pipeline.nouns import Dataset, Space
from pipeline.params import Params
from pipeline.writing import SCRATCH, replacing, replacing_folder

FORMAT_VERSION = 1

ARTIFACTS = Path("artifacts")
DATASET = ARTIFACTS / "dataset"
SPACES = ARTIFACTS / "spaces"
ENCODERS = ARTIFACTS / "encoders"
MAPS = ARTIFACTS / "maps"
ADVICE = ARTIFACTS / "advice"
REDRAWN = ARTIFACTS / "controls" / "redrawn"
STRUCTURELESS = ARTIFACTS / "controls" / "structureless"
EVALUATION = ARTIFACTS / "evaluation"
TIMINGS = ARTIFACTS / "timings"
CHECKPOINTS = SCRATCH / "checkpoints"
REPORTS = Path("reports")
METRICS = REPORTS / "metrics.json"
PLOTS = REPORTS / "plots"
FIGURES = REPORTS / "figures"
PAGE = REPORTS / "report.html"
SUMMARY = REPORTS / "summary.md"


def leftovers(given: Params) -> list[Path]:
    """Results of encoders and maps that are no longer in params.yaml. DVC lets them lie; nothing reads them."""
    encoders, maps, advised = given.encoders, given.maps, given.advise
    named = {ENCODERS: {*encoders}, CHECKPOINTS: {*encoders}, SPACES: {"raw", *encoders}, MAPS: {*maps}}
    named |= {ADVICE: {"raw", *advised}, REDRAWN: {*maps}, STRUCTURELESS: {*given.structureless}}
    found = [path for folder, names in named.items() for path in _children(folder) if path.name not in names]
    return found + [path for path in _children(TIMINGS) if path.stem not in cells(given)]


def cells(given: Params) -> list[str]:
    """All stages that leave their timing, and within them each encoder's or map's, as they run."""
    found = [f"{stage}-{name}" for name in given.encoders for stage in ("train", "encode")]
    found += [f"{stage}-{name}" for stage in ("embed", "redraw") for name in given.maps]
    found += [f"{stage}-{name}" for stage in ("structureless", "advise") for name in getattr(given, stage)]
    return ["prepare", *found, "evaluate"]


def _children(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != ".gitignore") if folder.exists() else []


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def save_dataset(dataset: Dataset) -> None:
    with replacing_folder(DATASET) as folder:
        np.save(folder / "rows.npy", dataset.rows)
        dataset.table.to_parquet(folder / "table.parquet", index=False)
        _write_json(folder / "dataset.json", dataset.info | {"format_version": FORMAT_VERSION})


def load_dataset() -> Dataset:
    """The dataset; its rows are memory-mapped."""
    info = json.loads((DATASET / "dataset.json").read_text())
    if info["format_version"] != FORMAT_VERSION:
        raise InputError(
            f"{DATASET}: format version {info['format_version']}, this program reads {FORMAT_VERSION}."
            " Renew it: dvc repro --force prepare"
        )
    return Dataset(np.load(DATASET / "rows.npy", mmap_mode="r"), load_table(), info)


def load_table() -> pd.DataFrame:
    return pd.read_parquet(DATASET / "table.parquet")


def save_space(
    name: str,
    space: Space,
    arrays: dict[str, np.ndarray] | None = None,
    trials: pd.DataFrame | None = None,
) -> None:
    """A learned space also has arrays: `error`, the squared reconstruction error of each row, float32 (n,);
    `further_points` (trainings - 1, n, d) and `further_error` (trainings - 1, n), where there are further trainings;
    `reconstructions`, the rebuilt test rows, float32 (test rows, *shape); and those of its encoder kind's `probe`; and
    the table of its trials."""
    with replacing_folder(SPACES / name) as folder:
        np.save(folder / "points.npy", space.points)
        # npz files carry no dates, so equal spaces are equal bytes.
        np.savez(folder / "neighbors.npz", indices=space.indices, distances=space.distances)
        _write_json(folder / "space.json", {"metric": space.metric, "recall": space.recall})
        for array, values in (arrays or {}).items():
            np.save(folder / f"{array}.npy", values)
        if trials is not None:
            trials.to_parquet(folder / "trials.parquet", index=False)


def load_space(name: str) -> Space:
    """A space; its points are memory-mapped."""
    folder = SPACES / name
    with np.load(folder / "neighbors.npz") as known:
        indices, distances = known["indices"], known["distances"]
    points = np.load(folder / "points.npy", mmap_mode="r")
    info = json.loads((folder / "space.json").read_text())
    training = (load_table()["split"] == "train").to_numpy()
    return Space(points, info["metric"], indices, distances, training, info["recall"])


def load_arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of a space by name, `points` among them; memory-mapped."""
    return {path.stem: np.load(path, mmap_mode="r") for path in sorted((SPACES / name).glob("*.npy"))}


def load_trials(name: str) -> pd.DataFrame:
    return pd.read_parquet(SPACES / name / "trials.parquet")


def scratch(name: str) -> Path:
    """A folder where an encoder's training keeps what it can go on from after it was killed."""
    return CHECKPOINTS / name


def save_encoder(name: str, trained: list[Any]) -> None:
    """An encoder, and its further trainings in folders below; what its training kept meanwhile is removed."""
    with replacing_folder(ENCODERS / name) as folder:
        trained[0].save(folder)
        for number, encoder in enumerate(trained[1:], start=2):
            further = folder / f"training-{number}"
            further.mkdir()
            encoder.save(further)
    shutil.rmtree(scratch(name), ignore_errors=True)


def load_encoder(name: str, kind: ModuleType, training: int = 1) -> Any:
    return kind.load(ENCODERS / name / (f"training-{training}" if training > 1 else ""))


def load_history(name: str) -> pd.DataFrame | None:
    """epoch, loss, validation_loss; None for an encoder that is not trained by epochs."""
    path = ENCODERS / name / "history.csv"
    return pd.read_csv(path) if path.exists() else None


def save_map(name: str, points: np.ndarray, seeds: list[int]) -> None:
    """points float32 (drawings, n, 2), in the method's own coordinates; the seed of each drawing, none for the one
    drawing of a method without a random start."""
    with replacing_folder(MAPS / name) as folder:
        np.save(folder / "points.npy", points)
        _write_json(folder / "map.json", {"seeds": seeds})


def load_map(name: str) -> tuple[np.ndarray, list[int]]:
    folder = MAPS / name
    return np.load(folder / "points.npy"), json.loads((folder / "map.json").read_text())["seeds"]


def save_redrawn(name: str, areas: pd.DataFrame) -> None:
    """What a map keeps when it is drawn anew on subsamples of the rows: subsample, rows, area; empty if it was not."""
    with replacing_folder(REDRAWN / name) as folder:
        areas.to_parquet(folder / "areas.parquet", index=False)


def load_redrawn(name: str) -> pd.DataFrame:
    return pd.read_parquet(REDRAWN / name / "areas.parquet")


def save_structureless(name: str, points: np.ndarray) -> None:
    """The same map of data without structure, float32 (draws, n, 2)."""
    with replacing_folder(STRUCTURELESS / name) as folder:
        np.save(folder / "points.npy", points)


def load_structureless(name: str) -> np.ndarray:
    return np.load(STRUCTURELESS / name / "points.npy")


def save_advice(name: str, **tables: pd.DataFrame) -> None:
    """What is known about the size that codes need: from the raw space alone, or of one autoencoder."""
    with replacing_folder(ADVICE / name) as folder:
        for table, found in tables.items():
            found.to_parquet(folder / f"{table}.parquet", index=False)


def load_advice(name: str, table: str) -> pd.DataFrame:
    return pd.read_parquet(ADVICE / name / f"{table}.parquet")


def save_evaluation(tables: dict[str, pd.DataFrame], registration: dict[str, Any]) -> None:
    with replacing_folder(EVALUATION) as folder:
        for name, table in tables.items():
            table.to_parquet(folder / f"{name}.parquet", index=False)
        _write_json(folder / "registration.json", registration)


def load_evaluation(table: str) -> pd.DataFrame:
    return pd.read_parquet(EVALUATION / f"{table}.parquet")


def load_registration() -> dict[str, Any]:
    return json.loads((EVALUATION / "registration.json").read_text())


def save_metrics(metrics: dict[str, Any]) -> None:
    with replacing(METRICS) as path:
        _write_json(path, metrics)


def save_plots(tables: dict[str, pd.DataFrame]) -> None:
    with replacing_folder(PLOTS) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)


def save_report(page: str, summary: str, figures: dict[str, bytes]) -> None:
    """The page, its summary, and its figures by file name; the page last, so that a new one has its figures."""
    with replacing_folder(FIGURES) as folder:
        for name, content in figures.items():
            (folder / name).write_bytes(content)
    for target, text in ((SUMMARY, summary), (PAGE, page)):
        with replacing(target) as path:
            path.write_text(text, encoding="utf-8")


def save_timing(stage: str, timing: dict[str, Any]) -> None:
    with replacing(TIMINGS / f"{stage}.json") as path:
        _write_json(path, timing)


def load_timing(stage: str) -> dict[str, Any] | None:
    path = TIMINGS / f"{stage}.json"
    return json.loads(path.read_text()) if path.exists() else None


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
