"""The stages of dvc.yaml, a file each. A stage loads, calls and saves."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from pipeline import artifacts, config, forecast
from pipeline.forecast import table
from pipeline.runtime import cluster, exits
from pipeline.runtime.parallel import cores

START = time.perf_counter()
# Read when OpenMP is loaded: threads that spin while they wait slow t-SNE down tenfold where other work runs, and gain little.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
UNCOMPILED = forecast.uncompiled()  # before the stage compiles them

# Modules whose versions can change a result -> the name they are installed by.
LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "numba": "numba",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "openTSNE": "openTSNE",
    "umap": "umap-learn",
    "pacmap": "pacmap",
    "matplotlib": "matplotlib",
}


def run(stage: str, main: Callable[[], str | None]) -> None:
    """Run a stage, say what it took, and keep its seconds, peak memory and library versions for the report, and for later forecasts.

    main returns the name of its cell ("deep" of train@deep), or None. A failure is said in one line (see exits), but for what
    is wrong in params.yaml: there each thing has a line.
    """
    name = f"{stage}@{config.cell()}".rstrip("@")

    def work() -> None:
        with artifacts.alone(name), cluster.use(config.load().cluster):
            announce(name)
            cell = main()
            took = timing()
            if stage != "report":  # written by now, so nobody would read its own
                artifacts.save_timing(f"{stage}-{cell}" if cell else stage, took)
            remember(name, took)
            print(f"{name}: {took['seconds']:,.1f} s, {table.size(took['peak_bytes'])}", file=sys.stderr)

    status = exits.status_of(name, work)
    if status:
        exits.leave(status)


def announce(name: str) -> None:
    """Say what the stage is expected to take, where `check` has foreseen it."""
    with contextlib.suppress(Exception):  # a forecast is no reason to fail, whatever became of its file
        found = artifacts.load_forecast(name)
        if found:
            own, left = map(table.time, found)
            print(f"{name}: about {own} by the forecast, about {left} of the run left", file=sys.stderr)


def remember(cell: str, took: dict[str, Any]) -> None:
    """Put what a stage took into the history, beside what the laws say of it: the next forecast is corrected by it."""
    with contextlib.suppress(Exception):  # the stage's results are whole, with or without this line
        sizes = forecast.Sizes(config.load(), **artifacts.load_sizes(), cores=cores(), uncompiled=UNCOMPILED)
        artifacts.add_record(
            forecast.record(cell, sizes, took["seconds"], took["peak_bytes"]) | {"cpu_seconds": took["cpu_seconds"]}
        )


def timing() -> dict[str, Any]:
    """Seconds since the stage began, and those of processors, children included; peak memory in bytes, of the largest process;
    versions of what it loaded."""
    versions = {name: importlib.metadata.version(name) for module, name in LIBRARIES.items() if module in sys.modules}
    return {
        "seconds": round(time.perf_counter() - START, 2),
        "cpu_seconds": round(sum(os.times()[:4]), 2),
        "peak_bytes": peak_bytes(),
        "python": sys.version.split()[0],
        "versions": versions,
    }


def peak_bytes() -> int:
    """The most memory that this process, or the largest of those that it started, has had; on Windows this one's alone."""
    try:
        import resource
    except ImportError:
        import psutil  # which DVC needs and brings along

        return psutil.Process().memory_info().peak_wset
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(peaks) * (1 if sys.platform == "darwin" else 1024)
