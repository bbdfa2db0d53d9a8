"""Dataset -> one fitted encoder, or several trainings of it."""

from pipeline import artifacts, encoders, params
from pipeline.errors import located
from pipeline.stages import run


def main() -> str:
    name, found = params.item("encoders")
    kind, options = params.kind(encoders, "kind", found, "encoders", name)
    with located(f"{params.PATH}: encoders.{name}"):
        trained = encoders.fit(kind, artifacts.load_dataset(), options, params.load().seed, artifacts.scratch(name))
    artifacts.save_encoder(name, trained)
    return name


if __name__ == "__main__":
    run("train", main)
