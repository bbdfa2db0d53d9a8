"""data.path -> artifacts/dataset and the raw space."""

from pathlib import Path

from pipeline import artifacts, config, datasets, ragged
from pipeline.config import Params
from pipeline.neighbors import graph, intrinsic_dimension
from pipeline.preprocessing import prepare
from pipeline.runtime import progress
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    source = datasets.read(Path(params.data.path), params.data.label)
    dataset = prepare.prepare(source, params.data, params.seed)
    config.check_sizes(params, len(dataset.rows))
    print("\n".join(dataset.info["notes"]))

    # The raw space of images is their pixels, row by row; of sequences, step by step.
    points = ragged.flat(dataset.rows)
    with progress.bar("neighbors of the raw data", len(points)) as show:
        space = graph.make_space(
            points,
            params.neighbors.k,
            params.data.metric,
            progress=show,
            exact_up_to=params.neighbors.exact_up_to,
            shape=dataset.image_shape,
        )
    artifacts.save_dataset(dataset)
    artifacts.save_space("raw", space)
    artifacts.save_intrinsic_dimension(intrinsic_dimension.estimates(space.distances, space.metric))


if __name__ == "__main__":
    run("prepare", main)
