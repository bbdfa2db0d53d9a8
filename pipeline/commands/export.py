"""Write the last run for another tool."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, config, datasets, exports, methods
from pipeline.config import Params
from pipeline.runtime.atomic_io import whole
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset, r_nx_auc_of_maps

MEASURES = ("recall", "trustworthiness", "stability")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = [module.name.replace("_", "-") for module in pkgutil.iter_modules(exports.__path__)]
    parser.add_argument("--to", required=True, choices=formats)
    parser.add_argument("folder", metavar="DIR", help="a folder that is new or empty")


def main(to: str, folder: str) -> None:
    """Write the last run, in the format `to`, to a folder that is new or empty."""
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: exists and is not empty. Name a new folder.")
    if not target.absolute().parent.is_dir():
        raise InputError(f"{target}: its parent folder does not exist. Create it, or name another folder.")
    writer = importlib.import_module(f"pipeline.exports.{to.replace('-', '_')}")
    results = load()
    with whole(target) as fresh:
        fresh.mkdir()
        message = writer.write(fresh, results)
    print(f"{target}/{message.replace(str(fresh), str(target))}{_missing_rows(to, results)}")


def _missing_rows(to: str, results: exports.Results) -> str:
    """A sentence on the rows of the source that are not exported, if any."""
    count, kept = len(results.dataset.table), results.dataset.kept
    if kept is None or (results.remaining and to == "parquet"):
        return ""
    transformed = max((len(rows.points) for rows in results.remaining.values()), default=0)
    hint = (
        f"--to parquet also writes the {transformed:,} that were transformed onto maps"
        if transformed
        else "transform.remaining transforms the others onto maps"
    )
    return f". It holds the {count:,} rows that maps were fitted to (data.rows); {hint}"


def load() -> exports.Results:
    """The results of the last `dvc repro`."""
    params = methods.expand(config.load())
    for name in params.maps:
        if not artifacts.has_map(name):
            raise InputError(f"{name} has not been computed. Run: dvc repro")
    k, points = params.evaluate.k, artifacts.load_evaluation("points")
    r_nx_auc = r_nx_auc_of_maps(artifacts.load_evaluation("summary"))
    ranked = r_nx_auc.set_index("name")["value"].sort_values(ascending=False).index
    columns = {}
    for name in params.maps:
        by_row = points[points["map"] == name].sort_values("row")
        columns |= {
            f"{name} {measure}": by_row[f"{measure}_{k}"].to_numpy()
            for measure in MEASURES
            if f"{measure}_{k}" in by_row
        }
    raw, dataset = artifacts.load_space("raw"), artifacts.load_dataset(all_columns=True)
    transformed = [name for name in ranked if config.entry(name) in params.transform.remaining]
    return exports.Results(
        dataset=dataset,
        maps={name: artifacts.load_map(name).points[0] for name in ranked},
        codes={name: np.asarray(artifacts.load_space(name).points) for name in params.encoders},
        indices=raw.indices,
        distances=raw.distances,
        by_row=pd.DataFrame(columns),
        remaining={name: _remaining(name, params, dataset) for name in transformed} if dataset.kept is not None else {},
        remaining_ids=lambda: _remaining_ids(params, dataset),
    )


def _remaining(name: str, params: Params, dataset: Dataset) -> exports.RemainingRows:
    points, errors, _ = artifacts.load_remaining(name)
    space, test = params.maps[name]["space"], dataset.is_in("test")
    test_errors = None if space == "raw" else np.asarray(artifacts.load_arrays(space)["error"])[test]
    return exports.RemainingRows(points, errors, test_errors)


def _remaining_ids(params: Params, dataset: Dataset) -> pd.Series:
    """Ids of the source's rows that data.rows left out; InputError if the source has changed since the run."""
    path, kept = params.data.path, dataset.kept
    ids = datasets.read(Path(path), params.data.label).table["id"]
    same_length = len(ids) == dataset.info["source_rows"]
    if not same_length or not (ids.iloc[kept].to_numpy() == dataset.table["id"].to_numpy()).all():
        raise InputError(f"{path}: its rows have changed since the maps were computed. Run: dvc repro")
    return ids.drop(index=kept)
