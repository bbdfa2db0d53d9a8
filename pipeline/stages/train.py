"""Dataset -> one fitted encoder."""

from pipeline import artifacts, encoders, params
from pipeline.stages import run


def main() -> str:
    name, found = params.item("encoders")
    kind, options = params.kind(encoders, "kind", found, "encoders", name)
    dataset = artifacts.load_dataset()
    split = dataset.table["split"].to_numpy()
    encoder = kind.fit(dataset.rows, split, dataset.info["unit_interval"], options, params.load().seed)
    artifacts.save_encoder(name, encoder)
    return name


if __name__ == "__main__":
    run("train", main)
