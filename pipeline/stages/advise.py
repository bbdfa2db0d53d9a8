"""Dataset -> the errors of one autoencoder at several code sizes, and what each doubling buys."""

from pipeline import advice, artifacts, padding, params, progress
from pipeline.errors import located
from pipeline.stages import run


def main() -> str:
    given = params.load()
    name, options = params.item("advise")
    kind, encoder, options = advice.read(name, given)
    dataset = artifacts.load_dataset()
    with located(f"{params.PATH}: advise.{name}"):
        options = advice.fitting(options, padding.flat(dataset.rows[:1]).shape[1])
    trainings = len(options.sizes) * options.trainings
    with progress.bar(f"code sizes of {name}", trainings, "trainings") as show:
        errors, gains = advice.measure(kind, dataset, encoder, options, given.seed, show)
    artifacts.save_advice(name, errors=errors, gains=gains)
    return name


if __name__ == "__main__":
    run("advise", main)
