"""Dataset -> one map as it would look of null data."""

from pipeline import artifacts, config, encoders, methods
from pipeline.config import Params
from pipeline.controls import null_maps
from pipeline.runtime import progress
from pipeline.runtime.errors import located
from pipeline.runtime.parallel import cores
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    params = methods.expand(params)
    null = null_maps.read(name, params)
    method, options = methods.read(name, params)
    encoder = None if options.space == "raw" else encoders.read(options.space, params)
    with (
        located(f"{config.PATH}: null_maps.{name}"),
        progress.bar(f"{name} of null data", null.draws, "embeddings") as show,
    ):
        points = null_maps.embed(
            artifacts.load_dataset(), params.data.metric, encoder, method, options, null, params.seed, cores(), show
        )
    artifacts.save_null_map(name, points)


if __name__ == "__main__":
    run("null_maps", main)
