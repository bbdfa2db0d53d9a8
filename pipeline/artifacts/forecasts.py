"""What is foreseen of this run, and what earlier ones took on this machine. No stage depends on either, and none is DVC's."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.formats import digest, load_array
from pipeline.artifacts.inputs import load_dataset_info
from pipeline.artifacts.paths import DATASET, FORECAST, HISTORY, TIMINGS
from pipeline.config import PATH
from pipeline.runtime.atomic_io import replacing, write_json

LINES = 2000  # of the history that are read: a hundred runs


def load_sizes() -> dict[str, Any]:
    """Rows of the dataset, the shape of one, their kind, the share of test rows, and how many rows were left out; no row is read."""
    rows, info = load_array(DATASET / "rows.npy", mapped=True), load_dataset_info()
    split = pd.read_parquet(DATASET / "table.parquet", columns=["split"])["split"]
    return {
        "rows": len(rows), "shape": rows.shape[1:], "kind": info["kind"], "tests": float((split == "test").mean()),
        "left": info["source_rows"] - len(rows),
    }  # fmt: skip


def save_forecast(seconds: dict[str, float], running: list[str]) -> None:
    """What each stage is expected to take, by DVC's name of it, and which would run."""
    with replacing(FORECAST) as path:
        write_json(path, {"params": _params(), "seconds": seconds, "running": running})


def load_forecast(cell: str) -> tuple[float, float] | None:
    """Seconds that a stage, now to begin, is expected to take; and, with it, all that would run and has not ended since the
    forecast was made. None where there is no forecast for these parameters and this stage."""
    if not FORECAST.exists():
        return None
    kept, made = json.loads(FORECAST.read_text(encoding="utf-8")), FORECAST.stat().st_mtime
    if kept["params"] != _params() or cell not in kept["seconds"]:
        return None
    left = {name for name in kept["running"] if not _ended(name, made)} | {cell}
    return kept["seconds"][cell], sum(kept["seconds"][name] for name in left)


def _ended(cell: str, made: float) -> bool:
    path = TIMINGS / f"{cell.replace('@', '-')}.json"
    return path.exists() and path.stat().st_mtime > made


def _params() -> str:
    return digest(np.frombuffer(PATH.read_bytes(), dtype=np.uint8))


def add_record(line: dict[str, Any]) -> None:
    """One line, in one write: stages of two runs may end together."""
    HISTORY.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(HISTORY, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(file, f"{json.dumps(line)}\n".encode())
    finally:
        os.close(file)


def load_records() -> list[dict[str, Any]]:
    """The latest lines, oldest first; those that are no JSON objects, as of a disk that was full, are passed over."""
    if not HISTORY.exists():
        return []
    found = []
    for line in HISTORY.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:]:
        try:
            kept = json.loads(line)
        except ValueError:
            continue
        found += [kept] if isinstance(kept, dict) else []
    return found
