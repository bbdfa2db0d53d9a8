"""Everything found -> the page that a reviewer opens, its figures, and the summary for git."""

import subprocess
import sys

import numpy as np
import pandas as pd

from pipeline import artifacts, config, methods
from pipeline.config import Params
from pipeline.report import figure_files, page, summary
from pipeline.report.results import Results
from pipeline.stages import run

# What a run itself writes is no change of what was run.
CHANGES = ("status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports", ":!dvc.lock")


def main(params: Params, name: str) -> None:
    results = gather(methods.expand(params))
    html, figures = page.make(results)
    files = figure_files.files(figures, results.dataset.info["title"])  # no revision: equal results are equal files
    artifacts.save_report(html, summary.make(results), files)


def gather(given: Params) -> Results:
    """What the stages left behind, by the names in params.yaml: folders of removed maps are not looked at."""
    spaces = {name: artifacts.load_space(name) for name in ["raw", *given.encoders]}
    registration = artifacts.load_registration()
    histories = {name: artifacts.load_history(name) for name in given.encoders}
    tables = ("summary", "points", "curves", "shepard", "losses", "clusters", "comparisons", "comparisons_subsampled", "reconstruction",
              "scree", "robustness", "rate_distortion")  # fmt: skip
    return Results(
        params=given,
        params_text=config.PATH.read_text(encoding="utf-8"),
        dataset=artifacts.load_dataset(all_columns=True),
        maps={name: laid(artifacts.load_map(name).points[0], registration[name][0]) for name in given.maps},
        **{table: artifacts.load_evaluation(table) for table in tables},
        null_maps={name: artifacts.load_null_map(name) for name in given.null_maps},
        neighbors=spaces["raw"].indices,
        neighbor_recall={name: space.recall for name, space in spaces.items() if space.recall < 1},
        intrinsic_dimension=artifacts.load_intrinsic_dimension(),
        code_size_sweep={
            name: {table: artifacts.load_code_size_sweep(name, table) for table in ("errors", "gains")}
            for name in given.code_size_sweep
        },
        histories={name: history for name, history in histories.items() if history is not None},
        codes={name: artifacts.load_arrays(name) for name in given.encoders},
        encoder_layers={name: artifacts.load_space_layers(name) for name in given.encoders},
        map_layers={name: artifacts.load_map_layers(name) for name in given.maps},
        remaining={
            name: others(name, registration[name][0])
            for name in given.maps
            if config.entry(name) in given.transform.remaining
        },
        registration={name: (registration[name][0]["matrix"], registration[name][0]["offset"]) for name in given.maps},
        timings=timings(given),
        **revision(),
    )


def laid(points: np.ndarray, onto: dict[str, list]) -> np.ndarray:
    """The first embedding of a map, (n, 2), registered to the other maps."""
    return points @ np.array(onto["matrix"]) + np.array(onto["offset"])


def others(name: str, onto: dict[str, list]) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """The rows that data.rows left out, laid as the map is."""
    places, errors, measures = artifacts.load_remaining(name)
    return places @ np.array(onto["matrix"]) + np.array(onto["offset"]), errors, measures


def timings(given: Params) -> dict[str, dict]:
    found = {cell: artifacts.load_timing(cell) for cell in artifacts.stages(given)}
    return {stage: timing for stage, timing in found.items() if timing is not None}


def revision() -> dict[str, str | bool | None]:
    """Git's short revision, and whether files differ from it; a run outside git is still a run."""
    try:
        short = _git("rev-parse", "--short", "HEAD").strip()
        return {"revision": short, "changed": bool(_git(*CHANGES))}
    except (OSError, subprocess.CalledProcessError):
        return {"revision": None, "changed": False}


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], check=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.stdout


if __name__ == "__main__":
    run("report", main)
    print(f"The report: {artifacts.page()}. To look at it: python -m pipeline open", file=sys.stderr)
