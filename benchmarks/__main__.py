"""Runs the benchmarks, one after another: with `--quick` in under ten minutes, otherwise in hours; `--only` some.

Each figure goes to a JSON file, by command, with the peer's figure of the same run, the day, the machine and versions.
Figures of other commands in that file stay. `--table` prints all of them as README's table has them.
"""

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import pair

# Name -> module and options.
QUICK = {
    "trustworthiness": ["trustworthiness"],
    "distortion": ["distortion", "--rows", "10000"],
    "neighbors": ["neighbors"],
    "training": ["training", "--only", "784-128-64-32", "--epochs", "2"],
    "explorer": ["explorer", "--rows", "20000"],
    "by_hand": ["by_hand", "--rows", "2000"],
    "cluster": ["cluster"],
}
FULL = {
    "neighbors": ["neighbors", "--full"],
    "trustworthiness": ["trustworthiness"],
    "distortion": ["distortion"],
    "training": ["training"],
    "tsne": ["tsne"],
    "parametric-umap": ["parametric", "--only", "parametric-umap", "--epochs", "420", "--peer"],
    "parametric-tsne": ["parametric", "--only", "parametric-tsne"],
    "transform": ["transform", "--speed"],
    "explorer": ["explorer"],
    "by_hand": ["by_hand"],
    "cluster": ["cluster", "--full"],
    "larger_than_memory": ["larger_than_memory"],
    "larger_than_memory-parts": ["larger_than_memory", "--parts"],
    "metrics": ["metrics"],
    "startup": ["startup"],
    "reconstruction": ["reconstruction"],
    "denoising": ["denoising"],
    "variational": ["variational"],
    "sequences": ["sequences"],
    "codes": ["codes"],
    "out_of_distribution": ["out_of_distribution"],
    "streaming": ["streaming"],
    "forecast": ["forecast"],
    "gpu": ["gpu"],
}
FIGURES = Path("reports/benchmarks.json")
LIBRARIES = ["numpy", "scikit-learn", "openTSNE", "umap-learn", "tensorflow", "keras", "zadu", "plotly", "bokeh"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data, in under ten minutes")
    parser.add_argument("--only", nargs="+", choices=FULL, metavar="NAME", help="some of: " + ", ".join(FULL))
    parser.add_argument("--to", type=Path, default=FIGURES, help=f"the file of figures ({FIGURES})")
    parser.add_argument("--table", action="store_true", help="print the figures in the file, and run nothing")
    arguments = parser.parse_args()
    records = json.loads(arguments.to.read_text(encoding="utf-8")) if arguments.to.exists() else {}
    chosen = QUICK if arguments.quick else FULL
    failed = []
    for name in [] if arguments.table else [name for name in chosen if not arguments.only or name in arguments.only]:
        command = " ".join(chosen[name])
        print(f"\n$ python -m benchmarks.{command}", flush=True)
        record, status = run(*chosen[name])
        if status:
            failed.append(command)
        elif record["figures"]:  # none without a GPU, for example
            records[command] = record
            arguments.to.write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8", newline="\n")
    print("\n".join(["", *table(records)]))
    print("".join(f"Failed: {command}\n" for command in failed), end="")
    return bool(failed)


def run(module: str, *options: str) -> tuple[dict[str, Any], int]:
    """One benchmark in its own process: its record for the file, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        file, start = Path(folder) / "figures.jsonl", time.perf_counter()
        command = [sys.executable, "-m", f"benchmarks.{module}", *options]
        status = subprocess.run(command, env=os.environ | {pair.FILE: str(file)}).returncode
        rows = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    seconds = round(time.perf_counter() - start, 1)
    day, figures = datetime.date.today().isoformat(), [json.loads(row) for row in rows]
    return {"day": day, "seconds": seconds, "machine": machine(), "versions": versions(), "figures": figures}, status


def machine() -> dict[str, str | int]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def table(records: dict[str, dict[str, Any]]) -> list[str]:
    """Markdown, a row for each figure."""
    rows = ["| what | here | peer | | `python -m benchmarks.` |", "|---|--:|---|--:|---|"]
    for command, record in records.items():
        for figure in record["figures"]:
            ours, theirs = (_rounded(figure[side], figure["unit"]) for side in ("ours", "theirs"))
            rows.append(f"| {figure['what']} | {ours} | {figure['peer']} | {theirs} | `{command}` |")
    return rows


def _rounded(value: float, unit: str) -> str:
    """Three significant digits, or as many as the unit needs, and the unit."""
    if not math.isfinite(value):
        return "not measured"
    digits = {"of 1": 4, "nats": 4, "lines": 2}.get(unit, 3)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{decimals}f} {unit}".removesuffix(" of 1")


def _processor() -> str:
    """Its name, where Linux states it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
