"""Dataset -> one fitted encoder, or several trainings of it."""

from pipeline import artifacts, config, encoders
from pipeline.runtime.errors import located
from pipeline.stages import run


def main() -> str:
    name, found = config.item("encoders")
    kind, options = config.kind(encoders, "kind", found, "encoders", name)
    with located(f"{config.PATH}: encoders.{name}"):
        trained = encoders.fit(kind, artifacts.load_dataset(), options, config.load().seed, artifacts.scratch(name))
    artifacts.save_encoder(name, trained)
    return name


if __name__ == "__main__":
    run("train", main)
