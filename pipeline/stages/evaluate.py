"""Spaces + maps -> what each code and each map gets wrong, and how they compare."""

import pandas as pd

from pipeline import artifacts, comparison, encoders, faithfulness, params, progress, reconstruction, registration
from pipeline.stages import run


def main() -> None:
    given = params.load()
    dataset, raw = artifacts.load_dataset(), artifacts.load_space("raw")
    labels = dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    maps = {name: artifacts.load_map(name) for name in given.maps}
    codes = {name: artifacts.load_space(name).points for name in given.encoders}

    views = {("codes", name): points for name, points in codes.items()}
    views |= {("maps", name): points for name, points in maps.items()}
    with progress.bar("measures", len(raw.points)) as advance:
        measures, points = faithfulness.evaluate(...)
    ...


if __name__ == "__main__":
    run("evaluate", main)
