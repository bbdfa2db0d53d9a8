"""What is found out: advice, measures, the report, and what it took."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.artifacts.formats import load_json, load_table
from pipeline.artifacts.paths import ADVICE, EVALUATION, FIGURES, METRICS, PAGE, PLOTS, SUMMARY, TIMINGS
from pipeline.runtime.atomic_io import csv, replacing, replacing_folder, write_json, write_text
from pipeline.runtime.errors import InputError


def save_advice(name: str, **tables: pd.DataFrame) -> None:
    """What is known about the size that codes need: from the raw space alone, or of one autoencoder."""
    with replacing_folder(ADVICE / name) as folder:
        for table, found in tables.items():
            found.to_parquet(folder / f"{table}.parquet", index=False)


def load_advice(name: str, table: str) -> pd.DataFrame:
    return load_table(ADVICE / name / f"{table}.parquet")


def save_evaluation(tables: dict[str, pd.DataFrame], registration: dict[str, Any]) -> None:
    with replacing_folder(EVALUATION) as folder:
        for name, table in tables.items():
            table.to_parquet(folder / f"{name}.parquet", index=False)
        write_json(folder / "registration.json", registration)


def load_evaluation(table: str) -> pd.DataFrame:
    return load_table(EVALUATION / f"{table}.parquet")


def load_registration() -> dict[str, Any]:
    return load_json(EVALUATION / "registration.json")


def save_metrics(metrics: dict[str, Any]) -> None:
    with replacing(METRICS) as path:
        write_json(path, metrics)


def save_plots(tables: dict[str, pd.DataFrame]) -> None:
    with replacing_folder(PLOTS) as folder:
        for name, table in tables.items():
            write_text(folder / f"{name}.csv", csv(table))


def save_report(page: str, summary: str, figures: dict[str, bytes]) -> None:
    """The page, its summary, and its figures by file name: all are written before the first takes the place of the former
    one, and the page does so last, so that a new one has its figures."""
    with replacing(PAGE) as fresh, replacing(SUMMARY) as other, replacing_folder(FIGURES) as folder:
        for name, content in figures.items():
            (folder / name).write_bytes(content)
        write_text(other, summary)
        write_text(fresh, page)


def page() -> Path:
    """Where the last report lies; InputError where there is none."""
    if not PAGE.exists():
        raise InputError(f"{PAGE}: not there yet. Run: dvc repro")
    return PAGE


def save_timing(stage: str, timing: dict[str, Any]) -> None:
    with replacing(TIMINGS / f"{stage}.json") as path:
        write_json(path, timing)


def load_timing(stage: str) -> dict[str, Any] | None:
    path = TIMINGS / f"{stage}.json"
    return load_json(path) if path.exists() else None
