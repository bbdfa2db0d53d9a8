"""Spaces and maps -> how faithful each code and each map is, and how they compare."""

from pipeline import artifacts, methods
from pipeline.config import Params
from pipeline.evaluation import measurements, tables
from pipeline.stages import run


def main(params: Params, name: str) -> None:
    params = methods.expand(params)
    evaluated, registrations = tables.evaluate(
        params,
        dataset=artifacts.load_dataset(all_columns=True),
        spaces={name: artifacts.load_space(name) for name in ["raw", *params.encoders]},
        arrays={name: artifacts.load_arrays(name) for name in params.encoders},
        maps={name: artifacts.load_map(name) for name in params.maps},
        null_maps={name: artifacts.load_null_map(name) for name in params.null_maps},
        subsampling=artifacts.load_subsampling(),
        robustness={name: artifacts.load_robustness(name) for name in params.encoders},
        histories={name: artifacts.load_history(name) for name in params.encoders},
    )
    artifacts.save_evaluation(evaluated, registrations)
    artifacts.save_metrics(measurements.metrics_json(evaluated["summary"], evaluated["reconstruction"]))
    artifacts.save_plots(measurements.plots(evaluated))


if __name__ == "__main__":
    run("evaluate", main)
