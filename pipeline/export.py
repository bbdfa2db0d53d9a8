"""`python -m pipeline export`: what a run found, written for another tool."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, exports, methods, params
from pipeline.errors import InputError
from pipeline.writing import whole

MEASURES = ("recall", "trustworthiness", "stability")


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
    print(f"{target}/{said.replace(str(fresh), str(target))}")


def load() -> exports.Run:
    """The last run, as `dvc repro` left it."""
    given = methods.expanded(params.load())
    for name in given.maps:
        if not artifacts.is_drawn(name):
            raise InputError(f"{name} is not drawn yet. Run: dvc repro")
    k, points = given.evaluate.k, artifacts.load_evaluation("points")
    area = artifacts.load_evaluation("summary").query("view == 'maps' and against == 'raw' and measure == 'area'")
    best = area.set_index("name")["value"].sort_values(ascending=False).index
    columns = {}
    for name in given.maps:
        own = points[points["map"] == name].sort_values("row")
        columns |= {
            f"{name} {measure}": own[f"{measure}_{k}"].to_numpy() for measure in MEASURES if f"{measure}_{k}" in own
        }
    raw = artifacts.load_space("raw")
    return exports.Run(
        dataset=artifacts.load_dataset(whole=True),
        maps={name: artifacts.load_map(name)[0][0] for name in best},
        codes={name: np.asarray(artifacts.load_space(name).points) for name in given.encoders},
        indices=raw.indices,
        distances=raw.distances,
        by_row=pd.DataFrame(columns),
    )
