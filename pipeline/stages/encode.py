"""Dataset + fitted encoder -> the space of its codes."""

from pipeline import artifacts, encoders, params, progress, spaces, trials
from pipeline.stages import run


def main() -> str:
    given = params.load()
    name, found = params.item("encoders")
    kind, options = params.kind(encoders, "kind", found, "encoders", name)
    dataset = artifacts.load_dataset()
    split = dataset.table["split"].to_numpy()
    encoder = artifacts.load_encoder(name, kind)
    with progress.bar(f"codes of {name}", len(dataset.rows)) as show:
        codes, error, rebuilt = encoders.compress(encoder, dataset.rows, split == "test", show)
    with progress.bar(f"neighbors among the codes of {name}", len(codes)) as show:
        space = spaces.make(codes, given.neighbors.k, training=split == "train", progress=show)
    arrays = {"error": error, "reconstructions": rebuilt} | kind.probe(encoder, dataset, options, given.seed)
    artifacts.save_space(name, space, arrays, trials.run(encoder, dataset, codes, given.seed))
    return name


if __name__ == "__main__":
    run("encode", main)
