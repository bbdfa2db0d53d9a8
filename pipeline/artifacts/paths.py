"""Where every file lies, and which stage makes it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Params, entry
from pipeline.runtime.atomic_io import SCRATCH
from pipeline.runtime.lock import exclusive

ARTIFACTS = Path("artifacts")
DATASET = ARTIFACTS / "dataset"
COLUMNS = ARTIFACTS / "columns.parquet"
SPACES = ARTIFACTS / "spaces"
ENCODERS = ARTIFACTS / "encoders"
MAPS = ARTIFACTS / "maps"
EVALUATION = ARTIFACTS / "evaluation"
TIMINGS = ARTIFACTS / "timings"
CONTROLS = ARTIFACTS / "controls"  # of maps; evaluated
SUBSAMPLING = CONTROLS / "subsampling"
NULL_MAPS = CONTROLS / "null_maps"
SUPPLEMENT = ARTIFACTS / "supplement"  # only reported
INTRINSIC_DIMENSION = SUPPLEMENT / "intrinsic_dimension.parquet"
CODE_SIZE_SWEEP = SUPPLEMENT / "code_size_sweep"
REMAINING = SUPPLEMENT / "remaining"
FORECAST = ARTIFACTS / "forecast.json"
HISTORY = ARTIFACTS / "history.jsonl"
CHECKPOINTS = SCRATCH / "checkpoints"
LOCKS = SCRATCH / "locks"
REPORTS = Path("reports")
METRICS = REPORTS / "metrics.json"
PLOTS = REPORTS / "plots"
FIGURES = REPORTS / "figures"
PAGE = REPORTS / "report.html"
SUMMARY = REPORTS / "summary.md"


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml.

    section  of params.yaml, for each entry of which it runs; None for a stage that runs once
    outputs  files, and folders with one folder for each entry
    """

    name: str
    section: str | None
    outputs: tuple[Path, ...]

    def names(self, params: Params) -> list[str]:
        """The names that it runs for."""
        if self.section is None:
            return [""]
        if self.section == "maps":
            return [*dict.fromkeys(entry(name) for name in params.maps)]
        return [*(params.transform.remaining if self.section == "transform" else getattr(params, self.section))]


# In the order in which they run; tests hold them to dvc.yaml.
STAGES = (
    Stage("prepare", None, (DATASET, COLUMNS, SPACES / "raw", INTRINSIC_DIMENSION)),
    Stage("train", "encoders", (ENCODERS,)),
    Stage("encode", "encoders", (SPACES,)),
    Stage("embed", "maps", (MAPS,)),
    Stage("subsampling", None, (SUBSAMPLING,)),
    Stage("null_maps", "null_maps", (NULL_MAPS,)),
    Stage("code_size_sweep", "code_size_sweep", (CODE_SIZE_SWEEP,)),
    Stage("transform", "transform", (REMAINING,)),
    Stage("evaluate", None, (EVALUATION,)),
    Stage("report", None, (PAGE,)),
)


def stages(params: Params) -> list[str]:
    """All stages of a run by the names that DVC has for them: "prepare", "train@deep"."""
    return [f"{stage.name}@{name}".rstrip("@") for stage in STAGES for name in stage.names(params)]


def lock(stage: str) -> AbstractContextManager[None]:
    """Held while a stage runs; InputError where another process runs the same stage in this folder."""
    busy = f"{stage}: another process is running it in this folder. Wait until that has ended, then run: dvc repro"
    return exclusive(LOCKS / f"{stage}.lock", busy)


def timing_path(stage: str) -> Path:
    return TIMINGS / f"{stage.replace('@', '-', 1)}.json"


def leftovers(params: Params) -> list[Path]:
    """Results of encoders and maps that are no longer in params.yaml. DVC leaves them where they are; nothing reads them."""
    kept = {folder: {*stage.names(params)} for stage in STAGES if stage.section for folder in stage.outputs}
    kept[SPACES].add("raw")
    kept[CHECKPOINTS] = kept[ENCODERS]
    unused = [path for folder, names in kept.items() for path in _children(folder) if path.name not in names]
    timings = {timing_path(stage) for stage in stages(params)}
    return unused + [path for path in _children(TIMINGS) if path not in timings]


def map_folder(folder: Path, name: str) -> Path:
    """Where a map's files lie: those of one of several, "tsne-raw.5", in a folder of its own within their entry's."""
    return folder.joinpath(*name.split(".", 1))


def stage_of(path: Path) -> str:
    """The stage that makes what lies at a path below artifacts/, as `dvc repro` is told its name."""
    if path.parent == TIMINGS:
        return path.stem.replace("-", "@", 1)
    for stage in STAGES:
        for made in stage.outputs:
            if stage.section is None and path.is_relative_to(made):
                return stage.name
            if stage.section and path.is_relative_to(made) and path != made:
                return f"{stage.name}@{path.relative_to(made).parts[0]}"
    raise ValueError(f"no stage makes {path}")


def _children(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != ".gitignore") if folder.exists() else []
