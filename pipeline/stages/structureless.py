"""Dataset -> one map as it would look of data without structure."""

from pipeline import artifacts, encoders, methods, params, progress, structureless
from pipeline.blocks import cores
from pipeline.errors import located
from pipeline.stages import run


def main() -> str:
    given = methods.expanded(params.load())
    name, _ = params.item("structureless")
    null = structureless.read(name, given)
    method, options = methods.read(name, given)
    encoder, dataset = None, artifacts.load_dataset()
    if options.space != "raw":
        encoder = params.kind(encoders, "kind", given.encoders[options.space], "encoders", options.space)
    with (
        located(f"{params.PATH}: structureless.{name}"),
        progress.bar(f"{name} without structure", null.draws, "drawings") as show,
    ):
        points = structureless.draw(
            dataset, given.data["metric"], encoder, method, options, null, given.seed, cores(), show
        )
    artifacts.save_structureless(name, points)
    return name


if __name__ == "__main__":
    run("structureless", main)
