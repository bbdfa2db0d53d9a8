"""Dataset + fitted encoder -> the space of its codes."""

from types import ModuleType

import numpy as np

from pipeline import artifacts, encoders
from pipeline.config import Params
from pipeline.controls import robustness
from pipeline.neighbors import graph
from pipeline.preprocessing import quantize
from pipeline.runtime import progress
from pipeline.stages import run
from pipeline.types import Dataset


def main(params: Params, name: str) -> None:
    kind, options = encoders.read(name, params)
    dataset = artifacts.load_dataset()
    encoder = artifacts.load_encoder(name, kind)
    with progress.bar(f"codes of {name}", len(dataset.rows)) as show:
        codes, error, reconstructions = encoders.compress(encoder, dataset.rows, dataset.is_in("test"), show)
    with progress.bar(f"neighbors among the codes of {name}", len(codes)) as show:
        space = graph.make_space(
            codes,
            params.neighbors.k,
            training=dataset.is_in("train"),
            progress=show,
            exact_up_to=params.neighbors.exact_up_to,
        )
    arrays = {"error": error, "reconstructions": reconstructions} | kind.diagnostics(
        encoder, dataset, options, params.seed
    )
    shown = quantize.chosen(dataset, params.seed)
    previews = np.where(
        np.isnan(dataset.rows[shown]), np.nan, encoder.decode(codes[shown])
    )  # as long as their sequences
    arrays["previews"] = quantize.quantized(previews, dataset.info["scaling"], *quantize.ranges(dataset, shown))
    arrays |= further(name, kind, dataset, options.trainings)
    artifacts.save_space(
        name, space, arrays, robustness.measure(encoder, dataset, codes, params.seed), encoder.layers()
    )


def further(name: str, kind: ModuleType, dataset: Dataset, count: int) -> dict[str, np.ndarray]:
    """Codes and errors of all trainings after the first."""
    points, errors = [], []
    for training in range(2, count + 1):
        encoder = artifacts.load_encoder(name, kind, training)
        with progress.bar(f"codes of {name}, training {training} of {count}", len(dataset.rows)) as show:
            codes, error, _ = encoders.compress(encoder, dataset.rows, progress=show)
        points.append(codes)
        errors.append(error)
    return {"further_points": np.stack(points), "further_error": np.stack(errors)} if points else {}


if __name__ == "__main__":
    run("encode", main)
