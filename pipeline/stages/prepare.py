"""data.path -> artifacts/dataset and the raw space."""

from pathlib import Path

from pipeline import artifacts, config, datasets, ragged
from pipeline.neighbors import graph, intrinsic_dimension
from pipeline.preprocessing import prepare
from pipeline.runtime import progress
from pipeline.stages import run


def main() -> None:
    given = config.load()
    options = config.parse(prepare.Options, given.data, "data")
    source = datasets.read(Path(options.path), options.label)
    dataset = prepare.prepare(source, options, given.seed)
    config.check_sizes(given, len(dataset.rows))
    print("\n".join(dataset.info["notes"]))

    # The raw space of images is their pixels, row by row; of series, step by step.
    points = ragged.flat(dataset.rows)
    with progress.bar("neighbors of the raw data", len(points)) as show:
        space = graph.make_space(
            points,
            given.neighbors.k,
            options.metric,
            progress=show,
            exact_up_to=given.neighbors.exact_up_to,
            shape=dataset.whole_shape,
        )
    artifacts.save_dataset(dataset)
    artifacts.save_space("raw", space)
    artifacts.save_advice("raw", dimensions=intrinsic_dimension.estimates(space.distances, space.metric))


if __name__ == "__main__":
    run("prepare", main)
