"""All benchmarks, one after another: `--quick` in under ten minutes; without it everything, which takes hours; `--only` some.

Keeps every figure beside the peer's from the same run in a JSON file, by command, with its day, machine and versions; prints them as a
table. What other commands have left in the file stays. README's table is `--table`.
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

from benchmarks import pair

# Name -> module and options.
QUICK = {
    "trustworthiness": ["trustworthiness"],
    "measures": ["measures", "--rows", "10000"],
    "neighbors": ["neighbors"],
    "training": ["training", "--only", "784-128-64-32", "--epochs", "2"],
    "explorer": ["explorer", "--rows", "20000"],
    "by_hand": ["by_hand", "--rows", "2000"],
    "cluster": ["cluster"],
}
FULL = {
    "neighbors": ["neighbors", "--full"],
    "trustworthiness": ["trustworthiness"],
    "measures": ["measures"],
    "training": ["training"],
    "tsne": ["tsne"],
    "parametric-umap": ["parametric", "--only", "parametric-umap", "--epochs", "420", "--peer"],
    "parametric-tsne": ["parametric", "--only", "parametric-tsne"],
    "transform": ["transform", "--speed"],
    "explorer": ["explorer"],
    "by_hand": ["by_hand"],
    "cluster": ["cluster", "--full"],
    "larger": ["larger"],
    "larger-parts": ["larger", "--parts"],
    "faithfulness": ["faithfulness"],
    "startup": ["startup"],
    "reconstruction": ["reconstruction"],
    "denoising": ["denoising"],
    "variational": ["variational"],
    "sequences": ["sequences"],
    "codes": ["codes"],
    "novelty": ["novelty"],
    "streaming": ["streaming"],
    "forecast": ["forecast"],
    "gpu": ["gpu"],
}
KEPT = Path("reports/benchmarks.json")
LIBRARIES = ["numpy", "scikit-learn", "openTSNE", "umap-learn", "tensorflow", "keras", "zadu", "plotly", "bokeh"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller data, in under ten minutes")
    parser.add_argument("--only", nargs="+", choices=FULL, metavar="NAME", help="of these: " + ", ".join(FULL))
    parser.add_argument("--to", type=Path, default=KEPT, help=f"where the figures are kept ({KEPT})")
    parser.add_argument("--table", action="store_true", help="print what is kept, and run nothing")
    asked = parser.parse_args()
    known = json.loads(asked.to.read_text(encoding="utf-8")) if asked.to.exists() else {}
    chosen = QUICK if asked.quick else FULL
    failed = []
    for name in [] if asked.table else [name for name in chosen if not asked.only or name in asked.only]:
        command = " ".join(chosen[name])
        print(f"\n$ python -m benchmarks.{command}", flush=True)
        found, status = run(*chosen[name])
        if status:
            failed.append(command)
            continue
        if not found["figures"]:  # without a GPU, say
            continue
        known[command] = found
        asked.to.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8", newline="\n")
    print("\n".join(["", *table(known)]))
    print("".join(f"Failed: {command}\n" for command in failed), end="")
    return bool(failed)


def run(module: str, *words: str) -> tuple[dict, int]:
    """One benchmark, in a process of its own: what is kept of it, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        kept, start = Path(folder) / "kept.jsonl", time.perf_counter()
        command = [sys.executable, "-m", f"benchmarks.{module}", *words]
        status = subprocess.run(command, env=os.environ | {pair.KEPT: str(kept)}).returncode
        lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    seconds = round(time.perf_counter() - start, 1)
    day, figures = datetime.date.today().isoformat(), [json.loads(line) for line in lines]
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


def table(known: dict[str, dict]) -> list[str]:
    """Markdown, a line a figure."""
    lines = ["| what | here | peer | | `python -m benchmarks.` |", "|---|--:|---|--:|---|"]
    for command, found in known.items():
        for line in found["figures"]:
            ours, theirs = (_shown(line[side], line["unit"]) for side in ("ours", "theirs"))
            lines.append(f"| {line['what']} | {ours} | {line['peer']} | {theirs} | `{command}` |")
    return lines


def _shown(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "not measured"
    digits = {"of 1": 4, "nats": 4, "lines": 2}.get(unit, 3)
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f} {unit}".removesuffix(" of 1")


def _processor() -> str:
    """By its name where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
