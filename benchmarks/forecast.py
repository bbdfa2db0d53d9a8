"""Whole runs, each in a fresh clone of what is committed: the estimates of `check`, and what each stage then took.

    python -m benchmarks.forecast --only digits vectors     all cores, wall-clock seconds
    python -m benchmarks.forecast --processor               one core, processor seconds: for a busy machine

Nothing has run in such a clone, so no past runs correct the estimates.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from benchmarks import pair

HERE = Path(__file__).parents[1]
SHARED = HERE.parent / "shared" / "data"
LONG = 5  # seconds; of shorter stages the ratio says little


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=SETS, default=[*SETS], help="these data sets (all)")
    parser.add_argument("--seeds", type=int, default=2, help="embeddings of each map (2)")
    parser.add_argument("--processor", action="store_true", help="on one core, in processor seconds")
    options = parser.parse_args()
    if options.processor:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            report(name, *run(name, Path(folder) / "project", options.seeds, options.processor))


def run(name: str, folder: Path, seeds: int, processor: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Estimated and measured seconds by stage."""
    subprocess.run(["git", "clone", "--quiet", str(HERE), str(folder)], check=True)
    yaml = YAML(typ="safe", pure=True)
    params = yaml.load(folder / "params.yaml")
    params["seeds"] = seeds
    SETS[name](params, folder)
    yaml.dump(params, folder / "params.yaml")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(folder), "OMP_WAIT_POLICY": "passive"}
    for words in (["pipeline", "check"], ["dvc", "repro"]):
        subprocess.run([sys.executable, "-m", *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)  # fmt: skip
    estimated = json.loads((folder / "artifacts/forecast.json").read_text())["seconds"]
    records = [json.loads(line) for line in (folder / "artifacts/history.jsonl").read_text().splitlines()]
    return estimated, {record["stage"]: record["cpu_seconds" if processor else "seconds"] for record in records}


def report(name: str, estimated: dict[str, float], measured: dict[str, float]) -> None:
    load, cores = os.getloadavg()[1], len(os.sched_getaffinity(0))
    print(f"{name}: estimated and measured seconds, and their ratio; load {load:.1f} on {cores} cores")
    for stage, seconds in measured.items():
        ratio = estimated[stage] / seconds
        mark = "  <-" if max(estimated[stage], seconds) >= LONG and not 0.5 <= ratio <= 2 else ""
        print(f"  {stage:<28}{estimated[stage]:8.1f}{seconds:8.1f}{ratio:7.2f}{mark}")
    totals = sum(estimated.values()), sum(measured.values())
    print(f"  {'all':<28}{totals[0]:8.1f}{totals[1]:8.1f}{totals[0] / totals[1]:7.2f}", flush=True)
    pair.keep(f"seconds of a whole run on {name}, estimated", totals[0], "measured", totals[1])


def digits(params: dict[str, Any], folder: Path) -> None:
    """1,797 images of 8 x 8, as params.yaml has them."""


def cancer(params: dict[str, Any], folder: Path) -> None:
    """569 rows of 30 columns, few enough for subsamples."""
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).frame
    table["target"] = table["target"].map({0: "malignant", 1: "benign"})
    table.rename(columns={"target": "label"}).to_csv(folder / "data/cancer.csv", index=False)
    params["data"] |= {"path": "data/cancer.csv", "label": "label"}


def vectors(params: dict[str, Any], folder: Path) -> None:
    """6,000 rows of 20 numbers, in twelve clusters."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 12, 6_000)
    rows = rng.normal(0, 3, (12, 20))[labels] + rng.normal(size=(6_000, 20))
    np.savez(folder / "data/vectors.npz", x=rows.astype(np.float32), y=labels)
    params["data"]["path"] = "data/vectors.npz"


def vowels(params: dict[str, Any], folder: Path) -> None:
    """640 series of 29 steps and 12 channels; a recurrent network."""
    params |= YAML(typ="safe").load(HERE / "examples/japanese_vowels.yaml") | {"seeds": params["seeds"]}
    params["data"]["path"] = str(SHARED / "japanese_vowels")
    params["encoders"]["sequence"]["epochs"] = 30


def mnist(rows: int) -> Callable[[dict[str, Any], Path], None]:
    """Some of the 70,000 images of 28 x 28."""

    def change(params: dict[str, Any], folder: Path) -> None:
        params["data"] |= {"path": str(SHARED / "mnist"), "rows": rows}
        params["encoders"]["deep"]["epochs"] = 20

    return change


SETS = {
    "digits": digits,
    "cancer": cancer,
    "vectors": vectors,
    "vowels": vowels,
    "mnist5000": mnist(5_000),
    "mnist15000": mnist(15_000),
}

if __name__ == "__main__":
    main()
