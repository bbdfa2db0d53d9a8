"""Measure what a map from anywhere gets wrong about its data."""

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="a file or folder that `data.path` could name")
    parser.add_argument("--map", required=True, action="append", metavar="[NAME=]FILE", dest="maps",
                        help="a table of two columns, its rows those of the data, by id or in order; may come again")  # fmt: skip
    parser.add_argument("--label", help="the column of the data with the labels")
    parser.add_argument("--k", type=int, nargs="+", default=[15], dest="sizes", help="neighborhood sizes (15)")
    parser.add_argument("--metric", choices=["euclidean", "cosine"], default="euclidean", help="of the data")
    parser.add_argument("--out", metavar="FILE.json", help="write the measures there, too")


def main(data: str, maps: list[str], label: str | None, sizes: list[int], metric: str, out: str | None) -> None:
    """Print every measure of each map; with `out`, write them there as JSON.

    maps   files of two columns (or more), or NAME=FILE
    sizes  neighborhood sizes k
    """
    if out:
        check_target(out)
    source = datasets.read(Path(data), label)
    check(source, data, can_fill=False)
    drawn = dict(_map(said, source, data) for said in maps)
    if len(drawn) < len(maps):
        raise InputError(f"--map: {', '.join(maps)} share a name; give each its own as NAME=FILE.")
    labels = named(source.table["label"], source.classes, data)[0] if "label" in source.table else None
    split = source.table["split"].to_numpy() if "split" in source.table else None
    n = len(source.rows)
    with progress.bar("measures", metrics.work(n)) as show:
        found = metrics.evaluate(
            ragged.flat(np.asarray(source.rows)), drawn, labels, sizes, metric, split, progress=show
        )
    print(_said(found, n))
    if out:
        with whole(Path(out)) as path:
            write_json(path, _flat(found))


def _map(said: str, source: Source, data: str) -> tuple[str, np.ndarray]:
    """Name and points (n, m) of one map, row by row those of the data: by id where the map has any, else in the data's order."""
    name, _, file = ("", "", said) if Path(said).exists() else said.rpartition("=")
    found = datasets.read(Path(file), None)
    if found.rows.ndim != 2:
        raise InputError(f"{file}: shape {found.rows.shape}; a map is a table of two columns, one line a row.")
    ids, own = pd.Index(found.table["id"]), pd.Index(source.table["id"])
    if len(ids) != len(own):
        raise InputError(f"{file}: {len(ids):,} rows, but {data} has {len(own):,}; a map needs the same rows.")
    if found.ids_are_row_numbers:
        order = np.arange(len(ids))
    elif ids.is_unique and own.is_unique and own.isin(ids).all():
        order = ids.get_indexer(own)
    else:
        missing = own[~own.isin(ids)]
        raise InputError(f'{file}: no row with id "{missing[0] if len(missing) else own[own.duplicated()][0]}" of {data}, or several; give each row of the data once.')  # fmt: skip
    return name or Path(file).name.split(".")[0], np.asarray(found.rows, dtype=np.float32)[order]


def _said(found: metrics.Measured, n: int) -> str:
    table = found.measures.pivot(index=["measure", "k"], columns="name", values="value")
    table = table.reindex(found.measures.drop_duplicates(["measure", "k"]).set_index(["measure", "k"]).index)
    table = table[found.measures["name"].unique()]
    data = found.data.set_index(["measure", "k"])["value"].reindex(table.index)
    if data.notna().any():
        table["the data"] = data
    table.index = [f"{measure} (k = {k})" if k else measure for measure, k in table.index]
    notes = ["The data are compared as they are, not scaled."]
    notes += [
        "One drawing of each map, so no interval over random starts. 1 is perfect; area: under R_NX, 0 is chance."
    ]
    if found.rows < n:
        error = 1.96 * np.sqrt(np.diag(found.sampling))
        ends = ", ".join(f"{name} ± {reach:.4f}" for name, reach in zip(found.sampling, error, strict=True))
        notes.append(f"The area is measured on {found.rows:,} of {n:,} rows, against all (95 % interval: {ends}).")
    return "\n".join([table.to_string(float_format=lambda value: f"{value:.4f}", na_rep=""), *notes])


def _flat(found: metrics.Measured) -> dict[str, dict[str, float]]:
    """name -> measure -> value."""
    flat: dict[str, dict[str, float]] = {}
    for line in found.measures.dropna().itertuples():
        flat.setdefault(line.name, {})[f"{line.measure}_{line.k}" if line.k else line.measure] = line.value
    return flat
