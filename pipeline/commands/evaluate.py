"""Measure how faithful a map from any program is to its data."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import datasets, metrics, ragged
from pipeline.datasets.checks import check
from pipeline.datasets.labels import named
from pipeline.datasets.source import Source
from pipeline.runtime import progress
from pipeline.runtime.atomic_io import check_target, whole, write_json
from pipeline.runtime.errors import InputError
from pipeline.statistics import intervals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="a file or folder that `data.path` could name")
    parser.add_argument("--map", required=True, action="append", metavar="[NAME=]FILE", dest="maps",
                        help="a table of two columns with the rows of the data, by id or in the same order; can be repeated")  # fmt: skip
    parser.add_argument("--label", help="the column of the data with the labels")
    parser.add_argument("--k", type=int, nargs="+", default=[15], dest="sizes", help="neighborhood sizes (default: 15)")
    parser.add_argument(
        "--metric",
        choices=["euclidean", "cosine"],
        default="euclidean",
        help="of distances in the data (default: euclidean)",
    )
    parser.add_argument("--out", metavar="FILE.json", help="also write the measures to this file")


def main(data: str, maps: list[str], label: str | None, sizes: list[int], metric: str, out: str | None) -> None:
    """Print every measure of each map; with `out`, also write them as JSON.

    maps   files of two columns (or more), or NAME=FILE
    sizes  neighborhood sizes k
    """
    if out:
        check_target(out)
    source = datasets.read(Path(data), label)
    check(source, data, can_fill=False)
    embeddings = dict(_map(argument, source, data) for argument in maps)
    if len(embeddings) < len(maps):
        raise InputError(f"--map: {', '.join(maps)} share a name; give each its own as NAME=FILE.")
    labels = named(source.table["label"], source.classes, data)[0] if "label" in source.table else None
    split = source.table["split"].to_numpy() if "split" in source.table else None
    points, n = ragged.flat(np.asarray(source.rows)), len(source.rows)
    with progress.bar("measures", metrics.work(n)) as show:
        tables = metrics.evaluate(points, embeddings, labels, sizes, metric, split, progress=show)
    print(_text(tables, n))
    if out:
        with whole(Path(out)) as path:
            write_json(path, _by_map(tables))


def _map(argument: str, source: Source, data: str) -> tuple[str, np.ndarray]:
    """Name and points (n, m) of one map in the order of the data: by id if the map has ids, else row by row."""
    name, _, file = ("", "", argument) if Path(argument).exists() else argument.rpartition("=")
    read = datasets.read(Path(file), None)
    if read.rows.ndim != 2:
        raise InputError(f"{file}: shape {read.rows.shape}; a map is a table of two columns, one line a row.")
    ids, own = pd.Index(read.table["id"]), pd.Index(source.table["id"])
    if len(ids) != len(own):
        raise InputError(f"{file}: {len(ids):,} rows, but {data} has {len(own):,}; a map needs the same rows.")
    if read.ids_are_row_numbers:
        order = np.arange(len(ids))
    elif ids.is_unique and own.is_unique and own.isin(ids).all():
        order = ids.get_indexer(own)
    else:
        missing = own[~own.isin(ids)]
        example = missing[0] if len(missing) else own[own.duplicated()][0]
        raise InputError(f'{file}: no row with id "{example}" of {data}, or several; give each row of the data once.')
    return name or Path(file).name.split(".")[0], np.asarray(read.rows, dtype=np.float32)[order]


def _text(tables: metrics.MeasureTables, n: int) -> str:
    measures = tables.measures
    table = measures.pivot(index=["measure", "k"], columns="name", values="value")
    table = table.reindex(measures.drop_duplicates(["measure", "k"]).set_index(["measure", "k"]).index)
    table = table[measures["name"].unique()]
    data = tables.data.set_index(["measure", "k"])["value"].reindex(table.index)
    if data.notna().any():
        table["the data"] = data
    table.index = [f"{measure} (k = {k})" if k else measure for measure, k in table.index]
    notes = [
        "The data are used as they are, not scaled.",
        "One embedding of each map, so no interval over random seeds. 1 is perfect; an r_nx_auc of 0 is chance.",
    ]
    if tables.rows < n:
        values = {name: own["r_nx_auc"] for name, own in _by_map(tables).items()}
        sampled = {
            name: intervals.over_seeds(values[name], sampling=variance)
            for name, variance in zip(tables.sampling, np.diag(tables.sampling), strict=True)
        }
        ends = ", ".join(f"{name} {own.low:.4f} to {own.high:.4f}" for name, own in sampled.items())
        notes.append(f"r_nx_auc is measured on {tables.rows:,} of {n:,} rows (95 % interval: {ends}).")
    return "\n".join([table.to_string(float_format=lambda value: f"{value:.4f}", na_rep=""), *notes])


def _by_map(tables: metrics.MeasureTables) -> dict[str, dict[str, float]]:
    """name -> measure -> value."""
    values: dict[str, dict[str, float]] = {}
    for row in tables.measures.dropna().itertuples():
        values.setdefault(row.name, {})[f"{row.measure}_{row.k}" if row.k else row.measure] = row.value
    return values
