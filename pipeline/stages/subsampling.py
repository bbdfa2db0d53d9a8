"""One map, drawn anew on subsamples of the rows -> what it keeps of their neighborhoods."""

from pipeline import artifacts, config, methods
from pipeline.controls import subsampling
from pipeline.runtime import progress
from pipeline.runtime.parallel import cores
from pipeline.stages import run


def main() -> str:
    entry, _ = config.item("maps")
    given = methods.expanded(config.load(), entry)
    raw, table = artifacts.load_space("raw"), artifacts.load_table()
    chosen = subsampling.of(table, given.subsampling, given.seed)
    for name in given.maps:
        method, options = methods.read(name, given)
        space = artifacts.load_space(options.space)
        lacks = subsampling.lacks(options, chosen, space.training)
        if lacks:
            print(f"{name}: {lacks}")
            artifacts.save_subsampling(name, subsampling.measure(raw, space, method, options, [], given.seed, 1))
            continue
        with progress.bar(f"{name} of other rows", len(chosen), "embeddings") as show:
            r_nx_aucs = subsampling.measure(raw, space, method, options, chosen, given.seed, cores(), show)
        artifacts.save_subsampling(name, r_nx_aucs)
    return entry


if __name__ == "__main__":
    run("subsampling", main)
