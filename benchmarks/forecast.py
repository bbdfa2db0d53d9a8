"""Whole runs, each in a fresh clone of what is committed: what `check` foresaw beside what each stage then took.

    python -m benchmarks.forecast --only digits vectors     all cores, and seconds by the clock
    python -m benchmarks.forecast --processor               one core, and its processor's seconds: for a busy machine

Nothing has run in such a clone, so no history corrects the forecast.
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
    parser.add_argument("--seeds", type=int, default=2, help="drawings of each map (2)")
    parser.add_argument("--processor", action="store_true", help="on one core, by its processor's seconds")
    asked = parser.parse_args()
    if asked.processor:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name in asked.only:
        with tempfile.TemporaryDirectory() as folder:
            report(name, *run(name, Path(folder) / "project", asked.seeds, asked.processor))


def run(name: str, folder: Path, seeds: int, processor: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds that were foreseen, and that were taken, by stage."""
    subprocess.run(["git", "clone", "--quiet", str(HERE), str(folder)], check=True)
    yaml = YAML(typ="safe", pure=True)
    given = yaml.load(folder / "params.yaml")
    given["seeds"] = seeds
    SETS[name](given, folder)
    yaml.dump(given, folder / "params.yaml")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(folder), "OMP_WAIT_POLICY": "passive"}
    for words in (["pipeline", "check"], ["dvc", "repro"]):
        subprocess.run([sys.executable, "-m", *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)  # fmt: skip
    foreseen = json.loads((folder / "artifacts/forecast.json").read_text())["seconds"]
    lines = [json.loads(line) for line in (folder / "artifacts/history.jsonl").read_text().splitlines()]
    return foreseen, {line["cell"]: line["cpu_seconds" if processor else "seconds"] for line in lines}


def report(name: str, foreseen: dict[str, float], took: dict[str, float]) -> None:
    busy = os.getloadavg()[1]
    print(
        f"{name}: foreseen and measured seconds, and their ratio; load {busy:.1f} on {len(os.sched_getaffinity(0))} cores"
    )
    for cell, seconds in took.items():
        far = max(foreseen[cell], seconds) >= LONG and not 0.5 <= foreseen[cell] / seconds <= 2
        print(f"  {cell:<28}{foreseen[cell]:8.1f}{seconds:8.1f}{foreseen[cell] / seconds:7.2f}{'  <-' if far else ''}")
    totals = sum(foreseen.values()), sum(took.values())
    print(f"  {'all':<28}{totals[0]:8.1f}{totals[1]:8.1f}{totals[0] / totals[1]:7.2f}", flush=True)
    pair.keep(f"seconds of a whole run on {name}, as foreseen", totals[0], "as measured", totals[1])


def digits(given: dict[str, Any], folder: Path) -> None:
    """1,797 images of 8 x 8, as params.yaml has them."""


def cancer(given: dict[str, Any], folder: Path) -> None:
    """569 rows of 30 columns, few enough to be redrawn."""
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).frame
    table["target"] = table["target"].map({0: "malignant", 1: "benign"})
    table.rename(columns={"target": "label"}).to_csv(folder / "data/cancer.csv", index=False)
    given["data"] |= {"path": "data/cancer.csv", "label": "label"}


def vectors(given: dict[str, Any], folder: Path) -> None:
    """6,000 rows of 20 numbers, in twelve clusters."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 12, 6_000)
    rows = rng.normal(0, 3, (12, 20))[labels] + rng.normal(size=(6_000, 20))
    np.savez(folder / "data/vectors.npz", x=rows.astype(np.float32), y=labels)
    given["data"]["path"] = "data/vectors.npz"


def vowels(given: dict[str, Any], folder: Path) -> None:
    """640 series of 29 steps and 12 channels, and a recurrent network."""
    given |= YAML(typ="safe").load(HERE / "examples/japanese_vowels.yaml") | {"seeds": given["seeds"]}
    given["data"]["path"] = str(SHARED / "japanese_vowels")
    given["encoders"]["sequence"]["epochs"] = 30


def mnist(rows: int) -> Callable[[dict[str, Any], Path], None]:
    """So many of 70,000 images of 28 x 28."""

    def change(given: dict[str, Any], folder: Path) -> None:
        given["data"] |= {"path": str(SHARED / "mnist"), "rows": rows}
        given["encoders"]["deep"]["epochs"] = 20

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
