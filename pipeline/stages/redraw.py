"""One map, drawn anew on subsamples of the rows -> what it keeps of their neighborhoods."""

import numpy as np

from pipeline import artifacts, methods, params, progress, redraw
from pipeline.blocks import cores
from pipeline.stages import run


def main() -> str:
    entry, _ = params.item("maps")
    given = methods.expanded(params.load(), entry)
    raw, table = artifacts.load_space("raw"), artifacts.load_table()
    strata = np.unique(table["label"], return_inverse=True)[1] if "label" in table else np.zeros(len(table), int)
    count = given.redraw.subsamples if len(table) <= given.redraw.up_to else 0
    chosen = redraw.subsamples(strata, given.redraw.share, count, given.seed)
    for name in given.maps:
        method, options = methods.read(name, given)
        space = artifacts.load_space(options.space)
        left = [redraw.learned_from(options, space.training[rows]) for rows in chosen]
        lacks = redraw.lacks(options, min(left)) if chosen else None
        if lacks:
            print(f"{name}: {lacks}")
            artifacts.save_redrawn(name, redraw.measure(raw, space, method, options, [], given.seed, 1))
            continue
        with progress.bar(f"{name} of other rows", len(chosen), "drawings") as show:
            areas = redraw.measure(raw, space, method, options, chosen, given.seed, cores(), show)
        artifacts.save_redrawn(name, areas)
    return entry


if __name__ == "__main__":
    run("redraw", main)
