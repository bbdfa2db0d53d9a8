"""All benchmarks, one after another: `--quick` in under ten minutes; without it everything, which takes hours.

Writes every figure beside the peer's from the same run, with the machine and the versions, as JSON, and prints them as a table.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import pair

QUICK = {
    "trustworthiness": [],
    "measures": [],
    "neighbors": [],
    "training": ["--epochs", "2"],
    "explorer": ["--rows", "20000"],
    "by_hand": ["--rows", "2000"],
    "cluster": [],
}
FULL = {
    "trustworthiness": [],
    "measures": [],
    "neighbors": ["--full"],
    "training": [],
    "explorer": [],
    "by_hand": [],
    "placing": ["--speed"],
    "tsne": [],
    "parametric": ["--peer"],
    "faithfulness": [],
    "startup": [],
    "reconstruction": [],
    "denoising": [],
    "variational": [],
    "sequences": [],
    "codes": [],
    "novelty": [],
    "streaming": [],
    "forecast": [],
    "cluster": ["--full"],
    "larger": [],
}
LIBRARIES = ["numpy", "scikit-learn", "openTSNE", "umap-learn", "tensorflow", "keras", "zadu", "plotly", "bokeh"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data, in under ten minutes")
    parser.add_argument("--to", default="reports/benchmarks.json", help="where the figures go")
    asked = parser.parse_args()
    chosen = QUICK if asked.quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        kept, ended = Path(folder) / "kept.jsonl", {}
        for name, words in chosen.items():
            command = f"python -m benchmarks.{' '.join([name, *words])}"
            print(f"\n$ {command}", flush=True)
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}", *words], env=os.environ | {pair.KEPT: str(kept)}
            )
            ended[command] = {"status": done.returncode, "seconds": round(time.perf_counter() - start, 1)}
        figures = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()] if kept.exists() else []
    found = {"machine": machine(), "versions": versions(), "commands": ended, "figures": figures}
    Path(asked.to).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8", newline="\n")
    print("\n".join(["", *table(figures)]))
    failed = [command for command, how in ended.items() if how["status"]]
    print("\n".join(f"Failed: {command}" for command in failed))
    return bool(failed)


def machine() -> dict[str, str | int]:
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def table(figures: list[dict]) -> list[str]:
    """Markdown; the last column is the peer's figure over ours."""
    lines = ["| what | ours | peer | theirs | theirs / ours |", "|---|--:|---|--:|--:|"]
    for line in figures:
        ours, theirs = (f"{line[side]:.3g} {line['unit']}" for side in ("ours", "theirs"))
        lines.append(f"| {line['what']} | {ours} | {line['peer']} | {theirs} | {line['theirs'] / line['ours']:.2f} |")
    return lines


def _processor() -> str:
    """By its name where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
