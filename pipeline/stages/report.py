"""Results of all stages -> the page that a reviewer opens, its figures, and the summary for git."""

import subprocess
import sys

import numpy as np
import pandas as pd

from pipeline import artifacts, config, methods
from pipeline.config import Params
from pipeline.report import figure_files, page, summary
from pipeline.report.results import TABLES, Results
from pipeline.stages import run

# What a run itself writes does not count as a change.
CHANGES = ("status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports", ":!dvc.lock")


def main(params: Params, name: str) -> None:
    results = gather(methods.expand(params))
    html, figures = page.make(results)
    files = figure_files.files(figures, results.dataset.info["title"])  # no revision: equal results are equal files
    artifacts.save_report(html, summary.make(results), files)


def gather(params: Params) -> Results:
    """What the stages saved, by the names in params.yaml: folders of removed maps are not read."""
    spaces = {name: artifacts.load_space(name) for name in ["raw", *params.encoders]}
    registration = {name: first for name, (first, *_) in artifacts.load_registration().items()}
    histories = {name: artifacts.load_history(name) for name in params.encoders}
    timings = {stage: artifacts.load_timing(stage) for stage in artifacts.stages(params)}
    return Results(
        params=params,
        params_text=config.PATH.read_text(encoding="utf-8"),
        dataset=artifacts.load_dataset(all_columns=True),
        maps={name: registered(artifacts.load_map(name).points[0], registration[name]) for name in params.maps},
        **{table: artifacts.load_evaluation(table) for table in TABLES},
        null_maps={name: artifacts.load_null_map(name) for name in params.null_maps},
        neighbors=spaces["raw"].indices,
        neighbor_recall={name: space.recall for name, space in spaces.items() if space.recall < 1},
        intrinsic_dimension=artifacts.load_intrinsic_dimension(),
        code_size_sweep={
            name: {table: artifacts.load_code_size_sweep(name, table) for table in ("errors", "gains")}
            for name in params.code_size_sweep
        },
        histories={name: history for name, history in histories.items() if history is not None},
        codes={name: artifacts.load_arrays(name) for name in params.encoders},
        encoder_layers={name: artifacts.load_space_layers(name) for name in params.encoders},
        map_layers={name: artifacts.load_map_layers(name) for name in params.maps},
        remaining={
            name: remaining(name, registration[name])
            for name in params.maps
            if config.entry(name) in params.transform.remaining
        },
        registration={name: (each["matrix"], each["offset"]) for name, each in registration.items()},
        timings={stage: timing for stage, timing in timings.items() if timing is not None},
        **revision(),
    )


def registered(points: np.ndarray, registration: dict[str, list]) -> np.ndarray:
    """Points of a map (n, 2) in the coordinates that all maps are registered to."""
    return points @ np.array(registration["matrix"]) + np.array(registration["offset"])


def remaining(name: str, registration: dict[str, list]) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """The rows that data.rows left out, registered as the map is; their errors; measures on them."""
    points, errors, measures = artifacts.load_remaining(name)
    return registered(points, registration), errors, measures


def revision() -> dict[str, str | bool | None]:
    """Git's short revision, and whether files differ from it; a run outside git is still a run."""
    try:
        short = _git("rev-parse", "--short", "HEAD").strip()
        return {"revision": short, "uncommitted_changes": bool(_git(*CHANGES))}
    except (OSError, subprocess.CalledProcessError):
        return {"revision": None, "uncommitted_changes": False}


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], check=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.stdout


if __name__ == "__main__":
    run("report", main)
    print(f"The report: {artifacts.page()}. To look at it: python -m pipeline open", file=sys.stderr)
