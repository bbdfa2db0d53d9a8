"""data.path -> artifacts/dataset and the raw space."""

from pathlib import Path

from pipeline import artifacts, datasets, dimension, padding, params, preparation, progress, spaces
from pipeline.stages import run


def main() -> None:
    given = params.load()
    options = params.parse(preparation.Options, given.data, "data")
    source = datasets.read(Path(options.path), options.label)
    dataset = preparation.prepare(source, options, given.seed)
    params.check_sizes(given, len(dataset.rows))
    print("\n".join(dataset.info["notes"]))

    # The raw space of images is their pixels, row by row; of series, step by step.
    points = padding.flat(dataset.rows)
    with progress.bar("neighbors of the raw data", len(points)) as show:
        space = spaces.make(
            points,
            given.neighbors.k,
            options.metric,
            progress=show,
            exact_up_to=given.neighbors.exact_up_to,
            shape=dataset.whole_shape,
        )
    artifacts.save_dataset(dataset)
    artifacts.save_space("raw", space)
    artifacts.save_advice("raw", dimensions=dimension.estimates(space.distances, space.metric))


if __name__ == "__main__":
    run("prepare", main)
