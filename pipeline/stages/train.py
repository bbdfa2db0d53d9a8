"""Dataset -> one fitted encoder, or several trainings of it."""

from pipeline import artifacts, config, encoders
from pipeline.config import Params
from pipeline.runtime.errors import located
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    kind, options = encoders.read(name, params)
    with located(f"{config.PATH}: encoders.{name}"):
        trained = encoders.fit(kind, artifacts.load_dataset(), options, params.seed, artifacts.scratch(name))
    artifacts.save_encoder(name, trained)


if __name__ == "__main__":
    run("train", main)
