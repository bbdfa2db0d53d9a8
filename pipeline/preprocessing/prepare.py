"""From a source to a dataset: label names, sampling, split, scaling."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from pipeline import config, ragged
from pipeline.datasets import Source
from pipeline.datasets.checks import check
from pipeline.datasets.labels import named
from pipeline.datasets.source import abbreviate, release_memory
from pipeline.preprocessing.sampling import draw
from pipeline.preprocessing.scaling import choose, scale
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

SPLITS = ["train", "validation", "test"]


def prepare(source: Source, options: config.Data, seed: int) -> Dataset:
    """Check, sample, split and scale `source`. Rows keep their order; all random choices depend on `seed` alone.

    The dataset's info: title, kind, shape, scaling (see scaling.scale), unit_interval (all values in [0, 1]),
    labels (their names, in order), feature_names, origin, reading (the parts of the card for new rows), source_rows,
    notes (sentences).

    InputError for rows that are all equal, missing labels, an empty part of the split, and what datasets.checks
    refuses.
    """
    check(source, options.path, filled=options.missing != "refuse")
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"prepare")))
    notes = list(source.notes)
    table, labels = _name_labels(source, options.path, notes)
    kept = _sample(table, options.rows, rng, notes)
    rows = source.rows
    if kept is not None:
        rows, table = rows[kept], table.iloc[kept].reset_index(drop=True)
        release_memory(source.rows)
    table["split"] = _split(table, options, rng, notes)
    training = rows[(table["split"] == "train").to_numpy()]
    _note_absent_labels(table, labels, notes)
    scaling = choose(source, training, options.scaling, options.missing, options.path, notes)
    rows = scale(rows, scaling, options.path)
    duplicates = len(rows) - len({hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in rows})
    if duplicates:
        notes.append(f"Rows that are exact duplicates of an earlier row: {duplicates:,}.")
    if source.kind == "sequence":
        notes.append(_comparison_of_series(rows, scaling["rule"]))
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


def _name_labels(source: Source, where: str, notes: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """The table with labels as names, and the names; without `split` if it marks no test rows."""
    table, labels = source.table.copy(), []
    if "label" in table:
        table["label"], labels = named(table["label"], source.classes, where)
    if len(labels) == 1:
        notes.append(f'All rows have the label "{labels[0]}", so nothing is measured by labels.')
    if "split" in table and not (table["split"] == "test").any():
        table = table.drop(columns="split")
    return table, labels


def _sample(table: pd.DataFrame, most: int | None, rng: np.random.Generator, notes: list[str]) -> np.ndarray | None:
    """Numbers of the sampled rows, ascending; None if all are kept."""
    if most is None or most >= len(table):
        return None
    kept = np.flatnonzero(draw(_strata(table, ["split", "label"]), most, rng))
    share = ", in proportion to the labels" if "label" in table else ""
    notes.append(f"Sampled at random{share}: {most:,} of {len(table):,} rows (data.rows).")
    return kept


def _strata(table: pd.DataFrame, by: list[str]) -> np.ndarray:
    by = [name for name in by if name in table]
    return table.groupby(by).ngroup().to_numpy() if by else np.zeros(len(table), dtype=int)


def _split(table: pd.DataFrame, options: config.Data, rng: np.random.Generator, notes: list[str]) -> np.ndarray:
    """train, validation or test (n,). The source's own test rows are kept; parts have at least one row, test two."""
    strata = _strata(table, ["label"])
    if "split" in table:
        test = (table["split"] == "test").to_numpy()
        notes.append(f"The source's own test rows are kept: {test.sum():,}. data.test_fraction is not used.")
    else:
        test = draw(strata, max(2, round(len(table) * options.test_fraction)), rng)  # one row gives no interval
    rest = np.flatnonzero(~test)
    split = np.where(test, "test", "train").astype(object)
    if len(rest):
        count = max(1, round(len(rest) * options.validation_fraction))
        split[rest[draw(strata[rest], count, rng)]] = "validation"
    counts = {part: int((split == part).sum()) for part in SPLITS}
    if 0 in counts.values() or counts["test"] < 2:
        parts = ", ".join(f"{part} {count}" for part, count in counts.items())
        own = "mark other rows as test, or exclude that column (exclude: [split])"
        fix = own if "split" in table else "change data.test_fraction and data.validation_fraction"
        raise InputError(
            f"{options.path}: {len(table)} rows divide into {parts}; each needs at least one, test two. Use more rows "
            f"(in the source, or data.rows), or {fix}."
        )
    return split


def _comparison_of_series(rows: np.ndarray, rule: str) -> str:
    """How series (n, steps, channels) are compared (see ragged.flat), in a sentence."""
    lengths = ragged.lengths(rows)
    if lengths.min() == rows.shape[1]:
        return f"Series of {rows.shape[1]} steps, compared step by step."
    missing = {
        "standard": "its channel's mean",
        "min_max": "its channel's lowest value",
        "unit": "the lowest possible value",
        "none": "0",
    }[rule]
    return (
        f"Series of {lengths.min()} to {lengths.max()} steps, compared step by step from the first one, neither "
        f"stretched nor aligned; a missing step counts as {missing}."
    )


def _note_absent_labels(table: pd.DataFrame, labels: list[str], notes: list[str]) -> None:
    present = set(zip(table["split"], table["label"], strict=True)) if labels else set()
    absent = [name for name in labels if any((part, name) not in present for part in SPLITS)]
    if absent:
        notes.append(f"Labels that do not occur in every split: {len(absent):,} ({abbreviate(absent)}).")
