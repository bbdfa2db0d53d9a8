"""From a source to a dataset: names for the labels, sampling, the split, scaling."""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from pipeline import ragged
from pipeline.datasets import Source
from pipeline.datasets.checks import check
from pipeline.datasets.labels import named
from pipeline.datasets.source import abbreviate, release_memory
from pipeline.preprocessing.sampling import draw
from pipeline.preprocessing.scaling import choose, scale
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

SPLITS = ["train", "validation", "test"]


class Options(BaseModel):
    """The section `data` of params.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    label: str | None
    rows: PositiveInt | None
    test_fraction: float = Field(gt=0, lt=1)  # of all rows, where the source has no test rows of its own
    validation_fraction: float = Field(gt=0, lt=1)  # of the rows that are not test rows
    metric: Literal["euclidean", "cosine"]
    scaling: Literal["auto", "none", "standard", "min_max", "unit"]
    missing: Literal["refuse", "mean", "median"]


def prepare(source: Source, options: Options, seed: int) -> Dataset:
    """Check, sample, split and scale `source`. Rows keep their order; `seed` alone decides what is drawn.

    The dataset's info: title, kind, shape, scaling (see scaling.scale), unit_interval (all values in [0, 1]),
    labels (their names, in order), feature_names, origin, reading (of the card, what holds for further rows), source_rows, notes (sentences).

    InputError for what cannot be mapped as it is: rows that are all alike, missing labels, a split with an
    empty part, and all that datasets.checks refuses.
    """
    check(source, options.path, filled=options.missing != "refuse")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"prepare")))
    notes = list(source.notes)
    table, labels = _labeled(source, options.path, notes)
    kept = _sample(table, options.rows, rng, notes)
    rows = source.rows if kept is None else source.rows[kept]
    if kept is not None:
        release_memory(source.rows)
    table = table if kept is None else table.iloc[kept].reset_index(drop=True)
    table["split"] = _split(table, options, rng, notes)
    training = rows[(table["split"] == "train").to_numpy()]
    _note_absences(table, labels, notes)
    scaling = choose(source, training, options.scaling, options.missing, options.path, notes)
    rows = scale(rows, scaling, options.path)
    copies = len(rows) - len({hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in rows})
    if copies:
        notes.append(f"Rows that are exact copies of an earlier row: {copies:,}.")
    if source.kind == "sequence":
        notes.append(_about_steps(rows, scaling["rule"]))
    first = [name for name in ("id", "label", "split") if name in table]
    info = {
        "title": source.title,
        "kind": source.kind,
        "shape": list(rows.shape[1:]),
        "scaling": scaling,
        "unit_interval": bool(np.nanmin(rows) >= 0 and np.nanmax(rows) <= 1),
        "labels": labels,
        "feature_names": source.feature_names,
        "origin": source.origin,
        "reading": source.reading,
        "source_rows": len(source.rows),
        "notes": notes,
    }
    return Dataset(rows, table[first + [name for name in table if name not in first]], info, kept)


def _labeled(source: Source, where: str, notes: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """The table with labels as names, and the names; without `split` where it marks no test rows."""
    table, labels = source.table.copy(), []
    if "label" in table:
        table["label"], labels = named(table["label"], source.classes, where)
    if len(labels) == 1:
        notes.append(f'All rows have the label "{labels[0]}", so nothing is measured by labels.')
    if "split" in table and not (table["split"] == "test").any():
        table = table.drop(columns="split")
    return table, labels


def _sample(table: pd.DataFrame, cap: int | None, rng: np.random.Generator, notes: list[str]) -> np.ndarray | None:
    """The numbers of the rows that are drawn, in their order; None where all are kept."""
    if cap is None or cap >= len(table):
        return None
    kept = np.flatnonzero(draw(_strata(table, ["split", "label"]), cap, rng))
    share = ", in proportion to the labels" if "label" in table else ""
    notes.append(f"Drawn at random{share}: {cap:,} of {len(table):,} rows (data.rows).")
    return kept


def _strata(table: pd.DataFrame, by: list[str]) -> np.ndarray:
    by = [name for name in by if name in table]
    return table.groupby(by).ngroup().to_numpy() if by else np.zeros(len(table), dtype=int)


def _split(table: pd.DataFrame, options: Options, rng: np.random.Generator, notes: list[str]) -> np.ndarray:
    """train, validation or test (n,). The source's own test rows are kept; no part is rounded to nothing."""
    strata = _strata(table, ["label"])
    if "split" in table:
        test = (table["split"] == "test").to_numpy()
        notes.append(f"The source's own test rows are kept: {test.sum():,}. data.test_fraction is not used.")
    else:
        test = draw(strata, max(2, round(len(table) * options.test_fraction)), rng)  # of one there are no intervals
    rest = np.flatnonzero(~test)
    split = np.where(test, "test", "train").astype(object)
    if len(rest):
        count = max(1, round(len(rest) * options.validation_fraction))
        split[rest[draw(strata[rest], count, rng)]] = "validation"
    counts = {part: int((split == part).sum()) for part in SPLITS}
    if 0 in counts.values() or counts["test"] < 2:
        shares = ", ".join(f"{part} {count}" for part, count in counts.items())
        own = "mark other rows as test, or leave that column out (exclude: [split])"
        way = own if "split" in table else "change data.test_fraction and data.validation_fraction"
        raise InputError(
            f"{options.path}: {len(table)} rows divide into {shares}; each needs at least one, test two. Use more rows "
            f"(of the source, or data.rows), or {way}."
        )
    return split


def _about_steps(rows: np.ndarray, rule: str) -> str:
    """The rule by which series (n, steps, channels) are compared (padding.flat), for readers."""
    lengths = ragged.lengths(rows)
    if lengths.min() == rows.shape[1]:
        return f"Series of {rows.shape[1]} steps, compared step by step."
    missing = {
        "standard": "its channel's mean",
        "min_max": "its channel's least value",
        "unit": "the least value possible",
        "none": "0",
    }[rule]
    return (
        f"Series of {lengths.min()} to {lengths.max()} steps, compared step by step from the first one on, neither "
        f"stretched nor aligned; a missing step counts as {missing}."
    )


def _note_absences(table: pd.DataFrame, labels: list[str], notes: list[str]) -> None:
    found = set(zip(table["split"], table["label"], strict=True)) if labels else set()
    absent = [name for name in labels if any((part, name) not in found for part in SPLITS)]
    if absent:
        notes.append(f"Labels that do not occur in every split: {len(absent):,} ({abbreviate(absent)}).")
