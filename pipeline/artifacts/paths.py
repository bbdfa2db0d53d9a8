"""Where every file lies."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from pipeline.config import Params, entry
from pipeline.runtime import locking
from pipeline.runtime.atomic_io import SCRATCH

ARTIFACTS = Path("artifacts")
DATASET = ARTIFACTS / "dataset"
COLUMNS = ARTIFACTS / "columns.parquet"
SPACES = ARTIFACTS / "spaces"
ENCODERS = ARTIFACTS / "encoders"
MAPS = ARTIFACTS / "maps"
ADVICE = ARTIFACTS / "advice"
REMAINING = ARTIFACTS / "others"
SUBSAMPLING = ARTIFACTS / "controls" / "subsampled"
NULL_MAPS = ARTIFACTS / "controls" / "null_maps"
EVALUATION = ARTIFACTS / "evaluation"
TIMINGS = ARTIFACTS / "timings"
FORECAST = ARTIFACTS / "forecast.json"
HISTORY = ARTIFACTS / "history.jsonl"
CHECKPOINTS = SCRATCH / "checkpoints"
LOCKS = SCRATCH / "locks"
# Folder of what a stage makes of each encoder or map -> the stage.
STAGES = {"encoders": "train", "spaces": "encode", "maps": "embed", "subsampled": "subsampling", "null_maps": "null_maps",
          "advice": "code_size_sweep", "others": "place"}  # fmt: skip
REPORTS = Path("reports")
METRICS = REPORTS / "metrics.json"
PLOTS = REPORTS / "plots"
FIGURES = REPORTS / "figures"
PAGE = REPORTS / "report.html"
SUMMARY = REPORTS / "summary.md"


def leftovers(given: Params) -> list[Path]:
    """Results of encoders and maps that are no longer in params.yaml. DVC lets them lie; nothing reads them."""
    encoders, maps, advised = given.encoders, entries(given), given.code_size_sweep
    named = {ENCODERS: {*encoders}, CHECKPOINTS: {*encoders}, SPACES: {"raw", *encoders}, MAPS: {*maps}}
    named |= {REMAINING: {*maps}}
    named |= {ADVICE: {"raw", *advised}, SUBSAMPLING: {*maps}, NULL_MAPS: {*given.null_maps}}
    found = [path for folder, names in named.items() for path in _children(folder) if path.name not in names]
    return found + [path for path in _children(TIMINGS) if path.stem not in cells(given)]


def cells(given: Params) -> list[str]:
    """All stages that leave their timing, and within them each encoder's or map's, as they run."""
    found = [f"{stage}-{name}" for name in given.encoders for stage in ("train", "encode")]
    found += [f"{stage}-{name}" for stage in ("embed", "subsampling", "place") for name in entries(given)]
    found += [f"{stage}-{name}" for stage in ("null_maps", "code_size_sweep") for name in getattr(given, stage)]
    return ["prepare", *found, "evaluate"]


def entries(given: Params) -> list[str]:
    """Of maps in params.yaml, where each is a stage, whether it draws one map or several."""
    return [*dict.fromkeys(entry(name) for name in given.maps)]


def of_map(folder: Path, name: str) -> Path:
    """Where a map's files lie: those of one of several, "tsne-raw.5", in a folder of its own within their entry's."""
    return folder.joinpath(*name.split(".", 1))


def alone(stage: str) -> AbstractContextManager[None]:
    """What a stage works within, so that no other process makes the same meanwhile; InputError where one does."""
    busy = f"{stage}: another process is at work on it in this folder. Wait until that has ended, then run: dvc repro"
    return locking.alone(LOCKS / f"{stage}.lock", busy)


def maker(path: Path) -> str:
    """The stage that makes what lies at a path below artifacts/, as `dvc repro` is told its name."""
    folder, *below = path.relative_to(ARTIFACTS).parts
    if folder == "timings":
        return path.stem.replace("-", "@", 1)
    if folder == "controls":
        folder, *below = below
    if folder in (DATASET.name, COLUMNS.name, EVALUATION.name):
        return "evaluate" if folder == EVALUATION.name else "prepare"
    if below[0] == "raw" and folder in ("spaces", "advice"):
        return "prepare"
    return f"{STAGES[folder]}@{below[0]}"


def _children(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != ".gitignore") if folder.exists() else []
