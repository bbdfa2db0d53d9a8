"""Dataset -> the errors of one autoencoder at several code sizes, and what each doubling buys."""

from pipeline import artifacts, config, ragged
from pipeline.controls import code_size_sweep
from pipeline.runtime import progress
from pipeline.runtime.errors import located
from pipeline.stages import run


def main() -> str:
    given = config.load()
    name, options = config.item("code_size_sweep")
    kind, encoder, options = code_size_sweep.read(name, given)
    dataset = artifacts.load_dataset()
    with located(f"{config.PATH}: advise.{name}"):
        options = code_size_sweep.fitting(options, ragged.flat(dataset.rows[:1]).shape[1])
    trainings = len(options.sizes) * options.trainings
    with progress.bar(f"code sizes of {name}", trainings, "trainings") as show:
        errors, gains = code_size_sweep.measure(kind, dataset, encoder, options, given.seed, show)
    artifacts.save_advice(name, errors=errors, gains=gains)
    return name


if __name__ == "__main__":
    run("code_size_sweep", main)
