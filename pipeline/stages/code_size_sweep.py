"""Dataset -> reconstruction errors of one autoencoder at several code sizes, and the gain of each doubling."""

from pipeline import artifacts, config, ragged
from pipeline.config import Params
from pipeline.controls import code_size_sweep
from pipeline.runtime import progress
from pipeline.runtime.errors import located
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    kind, encoder, options = code_size_sweep.read(name, params)
    dataset = artifacts.load_dataset()
    with located(f"{config.PATH}: code_size_sweep.{name}"):
        options = code_size_sweep.fitting(options, ragged.flat(dataset.rows[:1]).shape[1])
    trainings = len(options.sizes) * options.trainings
    with progress.bar(f"code sizes of {name}", trainings, "trainings") as show:
        errors, gains = code_size_sweep.measure(kind, dataset, encoder, options, params.seed, show)
    artifacts.save_code_size_sweep(name, errors=errors, gains=gains)


if __name__ == "__main__":
    run("code_size_sweep", main)
