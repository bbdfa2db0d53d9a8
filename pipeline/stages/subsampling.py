"""Spaces and maps -> how well each map keeps neighborhoods when it is embedded again on subsamples of the rows."""

import pandas as pd

from pipeline import artifacts, methods
from pipeline.config import Params
from pipeline.controls import subsampling
from pipeline.runtime import progress
from pipeline.runtime.parallel import cores
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    samples = subsampling.draw(artifacts.load_table(), params.subsampling, params.seed)
    if not samples:
        artifacts.save_subsampling(pd.DataFrame(columns=subsampling.COLUMNS))
        return
    params, raw = methods.expand(params), artifacts.load_space("raw")
    tables = []
    for each in params.maps:
        method, options = methods.read(each, params)
        space = artifacts.load_space(options.space)
        problem = subsampling.too_small(options, samples, space.training)
        if problem:
            print(f"{each}: {problem}")
            continue
        with progress.bar(f"{each} on subsamples", len(samples), "embeddings") as show:
            table = subsampling.measure(raw, space, method, options, samples, params.seed, cores(), show)
        tables.append(table.assign(map=each))
    artifacts.save_subsampling(pd.concat(tables) if tables else pd.DataFrame(columns=subsampling.COLUMNS))


if __name__ == "__main__":
    run("subsampling", main)
