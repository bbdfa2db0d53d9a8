"""One map and the rows that data.rows left out -> their points on it, and how well it keeps their neighborhoods."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, datasets, methods
from pipeline.commands.transform import load
from pipeline.config import Params
from pipeline.datasets.labels import named
from pipeline.out_of_sample import remaining
from pipeline.runtime import progress
from pipeline.stages import run

NONE = np.empty((0, 2), np.float32), np.empty(0, np.float32), pd.DataFrame()


def main(params: Params, name: str) -> None:
    data, dataset, expanded = params.data, artifacts.load_dataset(), methods.expand(params)
    maps = methods.expand(params, name).maps
    if dataset.kept is None:
        print(f"{name}: no rows remain, since data.rows left none out.")
        for each in maps:
            artifacts.save_remaining(each, *NONE)
        return
    source = datasets.read(Path(data.path), data.label)
    labels = named(source.table["label"], source.classes, data.path)[0] if "label" in source.table else None
    left_out = np.ones(len(source.rows), dtype=bool)
    left_out[dataset.kept] = False
    for each in maps:
        transformer = load(each, expanded)
        with progress.bar(f"remaining rows onto {each}", len(left_out)) as show:
            points, errors = remaining.transform(transformer, source.rows, left_out, show)
        measures = remaining.measure(
            transformer, dataset, source.rows, labels, left_out, points, params.evaluate.k, data.metric, params.seed
        )
        artifacts.save_remaining(each, points, errors, measures)


if __name__ == "__main__":
    run("transform", main)
