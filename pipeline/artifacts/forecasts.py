"""The estimates of this run, and what past ones took on this machine. No stage depends on either, and DVC tracks neither."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
import pandas as pd

from pipeline.artifacts.formats import digest, load_array
from pipeline.artifacts.inputs import load_dataset_info
from pipeline.artifacts.paths import DATASET, FORECAST, HISTORY, timing_path
from pipeline.config import PATH
from pipeline.runtime.atomic_io import replacing, write_json

LATEST = 2000  # lines of the history that are read: a hundred runs


def load_sizes() -> dict[str, Any]:
    """Rows of the dataset, the shape of one, their kind, how many are training rows, and how many of the source were left out; no row
    is read."""
    rows, info = load_array(DATASET / "rows.npy", mapped=True), load_dataset_info()
    split = pd.read_parquet(DATASET / "table.parquet", columns=["split"])["split"]
    return {
        "rows": len(rows), "shape": rows.shape[1:], "kind": info["kind"], "training": int((split == "train").sum()),
        "remaining": info["source_rows"] - len(rows),
    }  # fmt: skip


def save_forecast(seconds: dict[str, float | None], running: list[str]) -> None:
    """Estimated seconds of each stage, None where unknown, and the stages that would run."""
    with replacing(FORECAST) as path:
        write_json(path, {"params": _params(), "seconds": seconds, "running": running})


def load_forecast(stage: str) -> tuple[list[float | None], list[float | None]] | None:
    """Estimated seconds of a stage that begins now, and of each stage that would run and has not ended since the estimate, this one
    included. None where there is no estimate for these parameters and this stage."""
    if not FORECAST.exists():
        return None
    forecast, made = json.loads(FORECAST.read_text(encoding="utf-8")), FORECAST.stat().st_mtime
    seconds = forecast["seconds"]
    if forecast["params"] != _params() or stage not in seconds:
        return None
    left = {name for name in forecast["running"] if not _ended(name, made)} | {stage}
    return [seconds[stage]], [seconds[name] for name in left]


def _ended(stage: str, made: float) -> bool:
    path = timing_path(stage)
    return path.exists() and path.stat().st_mtime > made


def _params() -> str:
    return digest(np.frombuffer(PATH.read_bytes(), dtype=np.uint8))


def add_record(record: dict[str, Any]) -> None:
    """Append a line, in one write: stages of two runs may end together."""
    HISTORY.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(HISTORY, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(file, f"{json.dumps(record)}\n".encode())
    finally:
        os.close(file)


def load_records() -> list[dict[str, Any]]:
    """The latest records, oldest first; lines that are no JSON objects, as of a full disk, are skipped."""
    if not HISTORY.exists():
        return []
    records = []
    for line in HISTORY.read_text(encoding="utf-8", errors="replace").splitlines()[-LATEST:]:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records
