"""Dataset -> one map as it would look of data without structure."""

from pipeline import artifacts, config, encoders, methods
from pipeline.controls import null_maps
from pipeline.runtime import progress
from pipeline.runtime.errors import located
from pipeline.runtime.parallel import cores
from pipeline.stages import run


def main() -> str:
    given = methods.expanded(config.load())
    name, _ = config.item("null_maps")
    null = null_maps.read(name, given)
    method, options = methods.read(name, given)
    encoder, dataset = None, artifacts.load_dataset()
    if options.space != "raw":
        encoder = config.kind(encoders, "kind", given.encoders[options.space], "encoders", options.space)
    with (
        located(f"{config.PATH}: structureless.{name}"),
        progress.bar(f"{name} without structure", null.draws, "embeddings") as show,
    ):
        points = null_maps.draw(
            dataset, given.data["metric"], encoder, method, options, null, given.seed, cores(), show
        )
    artifacts.save_null_map(name, points)
    return name


if __name__ == "__main__":
    run("null_maps", main)
