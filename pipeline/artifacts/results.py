"""The code-size sweep, the evaluation, the report, and the time and memory of stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.artifacts.formats import load_json, load_table
from pipeline.artifacts.paths import CODE_SIZE_SWEEP, EVALUATION, FIGURES, METRICS, PAGE, PLOTS, SUMMARY, timing_path
from pipeline.runtime.atomic_io import csv, replacing, replacing_folder, write_json, write_text
from pipeline.runtime.errors import InputError


def save_code_size_sweep(name: str, **tables: pd.DataFrame) -> None:
    """Of one autoencoder: `errors` by code size, and the `gains` of each doubling."""
    with replacing_folder(CODE_SIZE_SWEEP / name) as folder:
        for table, content in tables.items():
            content.to_parquet(folder / f"{table}.parquet", index=False)


def load_code_size_sweep(name: str, table: str) -> pd.DataFrame:
    return load_table(CODE_SIZE_SWEEP / name / f"{table}.parquet")


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
    """The page, its summary, and its figures by file name. All are written before the first replaces its former version, and the
    page comes last, so a new page has its figures."""
    with replacing(PAGE) as new_page, replacing(SUMMARY) as new_summary, replacing_folder(FIGURES) as folder:
        for name, content in figures.items():
            (folder / name).write_bytes(content)
        write_text(new_summary, summary)
        write_text(new_page, page)


def page() -> Path:
    """Where the last report lies; InputError where there is none."""
    if not PAGE.exists():
        raise InputError(f"{PAGE}: not there yet. Run: dvc repro")
    return PAGE


def save_timing(stage: str, timing: dict[str, Any]) -> None:
    with replacing(timing_path(stage)) as path:
        write_json(path, timing)


def load_timing(stage: str) -> dict[str, Any] | None:
    path = timing_path(stage)
    return load_json(path) if path.exists() else None
