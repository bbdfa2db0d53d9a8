"""The stages of dvc.yaml, a file each. A stage loads, calls and saves."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from pipeline import artifacts, config, forecast
from pipeline.config import Params
from pipeline.forecast import table
from pipeline.runtime import cluster, exits, libraries
from pipeline.runtime.parallel import cores

START = time.perf_counter()
# Read when OpenMP is loaded: waiting threads that spin slow t-SNE tenfold on a busy machine, and gain little on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
KERNELS = forecast.kernels()  # before the stage compiles any


def run(stage: str, main: Callable[[Params, str], None]) -> None:
    """Run a stage, print what it took, and keep its seconds, peak memory and library versions for the report and later estimates.

    main   called with params.yaml, and with the name that the stage runs for ("deep" of train@deep), empty where it runs once

    A failure is printed in one line (see runtime.exits); of params.yaml, each thing that is wrong has a line.
    """
    name = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DVC_STAGE", "").partition("@")[2]
    cell = f"{stage}@{name}".rstrip("@")

    def work() -> None:
        params = config.load()
        with artifacts.lock(cell), cluster.use(params.cluster):
            announce(cell)
            main(params, name)
            took = timing()
            if stage != "report":  # which is written by now, so nothing would read its own
                artifacts.save_timing(cell, took)
            remember(cell, params, took)
            print(f"{cell}: {took['seconds']:,.1f} s, {table.size(took['peak_bytes'])}", file=sys.stderr)

    status = exits.status_of(cell, work)
    if status:
        exits.leave(status)


def announce(cell: str) -> None:
    """Print the stage's estimated time, where `check` has estimated it."""
    with contextlib.suppress(Exception):  # an estimate is no reason to fail, whatever became of its file
        estimate = artifacts.load_forecast(cell)
        if estimate:
            own, left = (table.total(seconds, table.time) for seconds in estimate)
            print(f"{cell}: estimated time {own}, of the run left {left}", file=sys.stderr)


def remember(cell: str, params: Params, took: dict[str, Any]) -> None:
    """Add what a stage took to this machine's history, which corrects the next estimate."""
    with contextlib.suppress(Exception):  # the stage's results are complete, with or without this record
        sizes, compiled = forecast.Sizes(params, **artifacts.load_sizes(), cores=cores()), forecast.kernels() > KERNELS
        record = forecast.record(cell, sizes, took["seconds"], took["peak_bytes"], compiled)
        artifacts.add_record(record | {"cpu_seconds": took["cpu_seconds"]})


def timing() -> dict[str, Any]:
    """Wall seconds since the stage began; processor seconds, children included; peak memory in bytes of the largest process; versions
    of the libraries it loaded."""
    return {
        "seconds": round(time.perf_counter() - START, 2),
        "cpu_seconds": round(sum(os.times()[:4]), 2),
        "peak_bytes": peak_bytes(),
        "python": sys.version.split()[0],
        "versions": libraries.versions(module for module in libraries.PACKAGES if module in sys.modules),
    }


def peak_bytes() -> int:
    """Peak memory of this process, or of the largest one that it started; on Windows of this one only."""
    try:
        import resource
    except ImportError:
        import psutil  # which DVC needs and brings along

        return psutil.Process().memory_info().peak_wset
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(peaks) * (1 if sys.platform == "darwin" else 1024)
