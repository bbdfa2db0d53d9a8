"""`python -m pipeline place`: rows that were not there before, put onto a map of the pipeline, which stays as it is."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import artifacts, datasets, encoders, methods, params, placing, progress
from pipeline.datasets import Source
from pipeline.datasets.card import stand_in
from pipeline.datasets.checks import check
from pipeline.errors import InputError
from pipeline.writing import check_target, whole, write_text


def main(new: str, name: str, out: str, page: str | None = None) -> None:
    """Write the columns id, x, y, error, p_value and novel of the rows in `new` to the Parquet file `out`; and show them on
    a page."""
    for target in filter(None, (out, page)):
        check_target(target)
    given = methods.expanded(params.load())
    placer = load(name, given)
    reading = placer.info["reading"]
    source = datasets.read(Path(new), None, like=stand_in(reading["card"], reading["levels"]))
    check(source, new, least=1, filled="fill" in placer.info["scaling"])
    rows, level = placer.read(source, new), given.place.level
    flagged = _write(placer, rows, source, name, Path(out), level)
    said = _said(placer, flagged, len(rows), level)
    print("\n".join([f"{out}: {len(rows):,} rows placed on {name}.", *said]))
    if page:
        with whole(Path(page)) as path:
            write_text(path, _page(placer, rows, source, pd.read_parquet(out), name, said, level))


def load(name: str, given: params.Params | None = None) -> placing.Placer:
    """What it takes to place rows on a map of the pipeline, from where `dvc repro` left it.

    InputError for a map that is not there, on which nothing can be placed, or whose space has changed since.
    """
    given = given or methods.expanded(params.load())
    if name not in given.maps:
        raise InputError(f'--map: {params.PATH} has no map "{name}"; {params.choose(name, list(given.maps))}')
    again = f"Run: dvc repro embed@{params.entry(name)}"
    if not artifacts.is_drawn(name):
        raise InputError(f"--map: {name} is not drawn yet. {again}")
    drawn = artifacts.load_drawn(name)
    method, options = params.kind(methods, "method", drawn.options, "maps", params.entry(name))
    if options.space not in ("raw", *given.encoders):
        raise InputError(f"--map: {name} is of {options.space}, which is no longer in {params.PATH}. {again}")
    space, dataset, encoder, known = artifacts.load_space(options.space), artifacts.load_dataset(), None, None
    if artifacts.digest(space.points) != drawn.space:
        raise InputError(f"--map: {name} is not of the present {options.space}. {again}")
    if not artifacts.is_of_dataset(options.space):
        raise InputError(f"--map: {options.space} was made of other data, or of another split. {again}")
    if options.space != "raw":
        kind, _ = params.kind(encoders, "kind", given.encoders[options.space], "encoders", options.space)
        encoder = artifacts.load_encoder(options.space, kind)
        unseen = (dataset.table["split"] == "test").to_numpy()
        known = np.asarray(artifacts.load_arrays(options.space)["error"])[unseen]
    points = artifacts.load_map(name)[0][0]
    threads = os.cpu_count() or 1
    return placing.Placer(dataset.info, encoder, space, method, options, points, drawn.mapper, known, threads)


def _write(placer: placing.Placer, rows: np.ndarray, source: Source, name: str, out: Path, level: float) -> int:
    """Place the rows batch by batch into `out`; returns how many are called novel."""
    ids, flagged = source.table["id"], 0
    kinds = {"x": pa.float32(), "y": pa.float32(), "error": pa.float32(), "p_value": pa.float64(), "novel": pa.bool_()}
    schema = pa.schema({"id": pa.array(ids).type} | kinds)
    with (
        whole(out) as path,
        pq.ParquetWriter(path, schema) as writer,
        progress.bar(f"rows onto {name}", len(rows)) as show,
    ):
        for start, placed in placer.batches(rows, show):
            placed.insert(0, "id", ids.iloc[start : start + len(placed)].to_numpy())
            placed["novel"] = placed["p_value"] < level
            writer.write_table(pa.Table.from_pandas(placed, schema, preserve_index=False))
            flagged += int(placed["novel"].sum())
    return flagged


def never_novel(known: int, level: float) -> str | None:
    """Why no row can be called novel beside so many test rows, and how many it takes; None where one can."""
    least = 1 / (known + 1)
    if least < level:
        return None
    needed = math.floor(1 / level)
    needed += 1 / (needed + 1) >= level  # where 1 / level was rounded down
    return (
        f"No row can be called novel: beside {known:,} test rows no p-value is below {least:.2g}, and place.level is {level:g}."
        f" Use at least {needed:,} test rows (more rows, or a higher data.test_fraction), or raise place.level."
    )


def _said(placer: placing.Placer, flagged: int, count: int, level: float) -> list[str]:
    if placer.known is None:
        return ["A map of the raw data has no reconstruction error, so no row is called novel."]
    never = never_novel(len(placer.known), level)
    if never:
        return [f"{never} Look at the errors meanwhile."]
    return [
        f"{flagged:,} of {count:,} rows ({100 * flagged / count:.1f} %) are called novel, at p < {level:g}; of rows like"
        f" the known ones about {100 * level:g} % would be.",
        f"Errors are compared with those of {len(placer.known):,} test rows, which the encoder has not seen.",
    ]


def _page(
    placer: placing.Placer,
    rows: np.ndarray,
    source: Source,
    placed: pd.DataFrame,
    name: str,
    said: list[str],
    level: float,
) -> str:
    from pipeline.report import placed as report

    flagged = report.worst(placed).index.to_numpy()
    nearest, table = [], artifacts.load_table()
    if len(flagged):
        shown = params.load().report.columns
        ids = table["id"] if shown == "all" or "id" in shown else pd.Series(np.arange(len(table)))
        known = ids.astype(str) + (" (" + table["label"].astype(str) + ")" if "label" in table else "")
        found = placer.nearest(rows[flagged], min(3, len(known)))
        nearest = [", ".join(known.iloc[line]) for line in found]
    where = f"{source.title}: {len(rows):,} new rows, on a map of {placer.info['title']}"
    return report.make(name, where, said, placer.points, placed, nearest, level)
