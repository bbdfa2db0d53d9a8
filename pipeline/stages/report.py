"""Everything found -> the page that a reviewer opens, its figures, and the summary for git."""

import subprocess
import sys

import numpy as np
import pandas as pd

from pipeline import artifacts, config, methods
from pipeline.report import figure_files, page, summary
from pipeline.report.results import Findings
from pipeline.stages import run

# What a run itself writes is no change of what was run.
CHANGES = ("status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports", ":!dvc.lock")


def main() -> None:
    findings = gather()
    html, figures = page.make(findings)
    files = figure_files.files(figures, findings.dataset.info["title"])  # no revision: equal results are equal files
    artifacts.save_report(html, summary.make(findings), files)


def gather() -> Findings:
    """What the stages left behind, by the names in params.yaml: folders of removed maps are not looked at."""
    given = methods.expanded(config.load())
    spaces = {name: artifacts.load_space(name) for name in ["raw", *given.encoders]}
    registration = artifacts.load_registration()
    histories = {name: artifacts.load_history(name) for name in given.encoders}
    tables = ("summary", "points", "curves", "shepard", "losses", "clusters", "comparisons", "comparisons_subsampled", "reconstruction",
              "scree", "robustness", "rate_distortion")  # fmt: skip
    return Findings(
        given=given,
        params_text=config.PATH.read_text(encoding="utf-8"),
        dataset=artifacts.load_dataset(whole=True),
        maps={name: laid(artifacts.load_map(name), registration[name][0]) for name in given.maps},
        **{table: artifacts.load_evaluation(table) for table in tables},
        null_maps={name: artifacts.load_null_map(name) for name in given.null_maps},
        neighbors=spaces["raw"].indices,
        recalls={name: space.recall for name, space in spaces.items() if space.recall < 1},
        dimensions=artifacts.load_advice("raw", "dimensions"),
        advice={
            name: {table: artifacts.load_advice(name, table) for table in ("errors", "gains")}
            for name in given.code_size_sweep
        },
        histories={name: history for name, history in histories.items() if history is not None},
        codes={name: artifacts.load_arrays(name) for name in given.encoders},
        layers={name: artifacts.load_space_layers(name) for name in given.encoders},
        placing={name: artifacts.load_map_layers(name) for name in given.maps},
        others={name: others(name, registration[name][0]) for name in given.maps},
        laid={name: (registration[name][0]["matrix"], registration[name][0]["offset"]) for name in given.maps},
        timings=timings(given),
        **revision(),
    )


def laid(drawn: tuple[np.ndarray, list[int]], onto: dict[str, list]) -> np.ndarray:
    """The first drawing of a map, (n, 2), laid onto the other maps."""
    return drawn[0][0] @ np.array(onto["matrix"]) + np.array(onto["offset"])


def others(name: str, onto: dict[str, list]) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """The rows that data.rows left out, laid as the map is."""
    places, errors, measures = artifacts.load_remaining(name)
    return places @ np.array(onto["matrix"]) + np.array(onto["offset"]), errors, measures


def timings(given: config.Params) -> dict[str, dict]:
    found = {cell: artifacts.load_timing(cell) for cell in artifacts.cells(given)}
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
