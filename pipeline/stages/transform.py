"""One map and the rows that data.rows left out -> where these lie on it, and what is kept of their neighborhoods."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, config, datasets, methods
from pipeline.commands.transform import load
from pipeline.datasets.labels import named
from pipeline.out_of_sample import remaining, transformer
from pipeline.preprocessing import prepare
from pipeline.runtime import progress
from pipeline.stages import run

NONE = np.empty((0, 2), np.float32), np.empty(0, np.float32), pd.DataFrame()


def main() -> str:
    entry, _ = config.item("maps")
    whole = config.load()
    given, dataset = methods.expanded(whole, entry), artifacts.load_dataset()
    if not given.place.others or dataset.kept is None:
        for name in given.maps:
            artifacts.save_remaining(name, *NONE)
        return entry
    options = config.parse(prepare.Options, given.data, "data")
    source = datasets.read(Path(options.path), options.label)
    labels = named(source.table["label"], source.classes, options.path)[0] if "label" in source.table else None
    left = np.ones(len(source.rows), dtype=bool)
    left[dataset.kept] = False
    for name in given.maps:
        lacks = transformer.lacks(*methods.read(name, given))
        if lacks:
            print(f"{name}: the other rows are not placed: {lacks}.")
            artifacts.save_remaining(name, *NONE)
            continue
        placer = load(name, methods.expanded(whole))
        with progress.bar(f"other rows onto {name}", len(left)) as show:
            places, errors = remaining.place(placer, source.rows, left, show)
        measured = remaining.measure(
            placer, dataset, source.rows, labels, left, places, given.evaluate.k, options.metric, given.seed
        )
        artifacts.save_remaining(name, places, errors, measured)
    return entry


if __name__ == "__main__":
    run("place", main)
