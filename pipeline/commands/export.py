"""Write the last run for another tool."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, config, datasets, exports, methods
from pipeline.preprocessing import prepare
from pipeline.runtime.atomic_io import whole
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

MEASURES = ("recall", "trustworthiness", "stability")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = [module.name.replace("_", "-") for module in pkgutil.iter_modules(exports.__path__)]
    parser.add_argument("--to", required=True, choices=formats)
    parser.add_argument("folder", metavar="DIR", help="a folder that is new or empty")


def main(to: str, folder: str) -> None:
    """Write the last run, in the format `to`, to a folder that is new or empty."""
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: is there, and not empty. Name a new folder.")
    if not target.absolute().parent.is_dir():
        raise InputError(f"{target}: its parent folder is not there. Make it, or name another folder.")
    writer = importlib.import_module(f"pipeline.exports.{to.replace('-', '_')}")
    run = load()
    with whole(target) as fresh:
        fresh.mkdir()
        said = writer.write(fresh, run)
    print(f"{target}/{said.replace(str(fresh), str(target))}{_without(to, run)}")


def _without(to: str, run: exports.Run) -> str:
    """What of the source is not in it, as a sentence."""
    count, kept = len(run.dataset.table), run.dataset.kept
    if kept is None or (run.others and to == "parquet"):
        return ""
    placed = max((len(each.places) for each in run.others.values()), default=0)
    more = (
        f"--to parquet also writes the {placed:,} that were put onto maps"
        if placed
        else "place.others puts the others onto maps"
    )
    return f". It holds the {count:,} rows that maps were fitted on (data.rows); {more}"


def load() -> exports.Run:
    """The last run, as `dvc repro` left it."""
    given = methods.expand(config.load())
    for name in given.maps:
        if not artifacts.is_drawn(name):
            raise InputError(f"{name} is not drawn yet. Run: dvc repro")
    k, points = given.evaluate.k, artifacts.load_evaluation("points")
    r_nx_auc = artifacts.load_evaluation("summary").query(
        "view == 'maps' and against == 'raw' and measure == 'r_nx_auc'"
    )
    best = r_nx_auc.set_index("name")["value"].sort_values(ascending=False).index
    columns = {}
    for name in given.maps:
        own = points[points["map"] == name].sort_values("row")
        columns |= {
            f"{name} {measure}": own[f"{measure}_{k}"].to_numpy() for measure in MEASURES if f"{measure}_{k}" in own
        }
    raw, dataset = artifacts.load_space("raw"), artifacts.load_dataset(whole=True)
    others = {name: found for name in best if (found := _others(name, given, dataset)) is not None}
    return exports.Run(
        dataset=dataset,
        maps={name: artifacts.load_map(name)[0][0] for name in best},
        codes={name: np.asarray(artifacts.load_space(name).points) for name in given.encoders},
        indices=raw.indices,
        distances=raw.distances,
        by_row=pd.DataFrame(columns),
        others=others,
        ids=lambda: _ids(given, dataset),
    )


def _others(name: str, given: config.Params, dataset: Dataset) -> exports.Others | None:
    """Rows that were put onto a map; None where there are none."""
    places, errors, _ = artifacts.load_remaining(name)
    if not len(places):
        return None
    space, unseen = given.maps[name]["space"], (dataset.table["split"] == "test").to_numpy()
    known = None if space == "raw" else np.asarray(artifacts.load_arrays(space)["error"])[unseen]
    return exports.Others(places, errors, known)


def _ids(given: config.Params, dataset: Dataset) -> pd.Series:
    """Of the source's rows that data.rows left out; InputError where the source is no longer the one that was read."""
    options = config.parse(prepare.Options, given.data, "data")
    ids = datasets.read(Path(options.path), options.label).table["id"]
    kept = dataset.kept
    if (
        len(ids) != dataset.info["source_rows"]
        or not (ids.iloc[kept].to_numpy() == dataset.table["id"].to_numpy()).all()
    ):
        raise InputError(f"{options.path}: other rows than those that the maps are of. Run: dvc repro")
    return ids.drop(index=kept)
