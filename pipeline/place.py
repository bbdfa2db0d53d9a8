"""`python -m pipeline place`: rows that were not there before, put onto a map of the pipeline, which stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import artifacts, datasets, encoders, methods, params, placing, progress
from pipeline.datasets.checks import check
from pipeline.errors import InputError


def main(new: str, name: str, out: str) -> None:
    """Write the columns id, x, y, error, p_value and novel of the rows in `new` to the Parquet file `out`."""
    given = params.load()
    placer = load(name, given)
    source = datasets.read(Path(new), None)
    check(source, new, least=1)
    rows, level = placer.read(source, new), given.place.level
    schema = pa.schema({"id": pa.array(source.table["id"]).type} | dict.fromkeys(("x", "y", "error"), pa.float32())
                       | {"p_value": pa.float64(), "novel": pa.bool_()})  # fmt: skip
    flagged, done = 0, 0
    with (
        _whole(Path(out)) as path,
        pq.ParquetWriter(path, schema) as writer,
        progress.bar(f"rows onto {name}", len(rows)) as show,
    ):
        for placed in placer.batches(rows, show):
            placed.insert(0, "id", source.table["id"].iloc[done : done + len(placed)].to_numpy())
            placed["novel"] = placed["p_value"] < level
            writer.write_table(pa.Table.from_pandas(placed, schema, preserve_index=False))
            flagged, done = flagged + int(placed["novel"].sum()), done + len(placed)
    print(_said(placer, done, flagged, level, out))


def load(name: str, given: params.Params | None = None) -> placing.Placer:
    """What it takes to place rows on a map of the pipeline, from where `dvc repro` left it.

    InputError for a map that is not there, on which nothing can be placed, or whose space has changed since.
    """
    given = given or params.load()
    if name not in given.maps:
        raise InputError(f'--map: {params.PATH} has no map "{name}"; {params.choose(name, list(given.maps))}')
    if not artifacts.is_drawn(name):
        raise InputError(f"--map: {name} is not drawn yet. Run: dvc repro embed@{name}")
    drawn = artifacts.load_drawn(name)
    method, options = params.kind(methods, "method", drawn.options, "maps", name)
    space, dataset, encoder, known = artifacts.load_space(options.space), artifacts.load_dataset(), None, None
    if artifacts.digest(space.points) != drawn.space:
        raise InputError(f"--map: {name} is not of the present {options.space}. Run: dvc repro embed@{name}")
    if options.space != "raw":
        kind, _ = params.kind(encoders, "kind", given.encoders[options.space], "encoders", options.space)
        encoder = artifacts.load_encoder(options.space, kind)
        unseen = (dataset.table["split"] == "test").to_numpy()
        known = np.asarray(artifacts.load_arrays(options.space)["error"])[unseen]
    points = artifacts.load_map(name)[0][0]
    threads = os.cpu_count() or 1
    return placing.Placer(dataset.info, encoder, space, method, options, points, drawn.mapper, known, threads)


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A path to write to, which becomes `out` once all is written: a killed run leaves nothing that looks whole."""
    if not out.parent.is_dir():
        raise InputError(f"--out: {out.parent} is no folder. Make it, or write elsewhere.")
    partial = out.with_name(f".{out.name}.partial")
    try:
        yield partial
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)


def _said(placer: placing.Placer, count: int, flagged: int, level: float, out: str) -> str:
    lines = [f"{out}: {count:,} rows placed."]
    if placer.known is None:
        lines.append("A map of the raw data has no reconstruction error, so no row is called novel.")
        return "\n".join(lines)
    lines.append(
        f"Novel at p < {level:g}: {flagged:,} ({flagged / count:.1%}); of rows like the known ones about {level:.1%} would be."
    )
    least = 1 / (1 + len(placer.known))
    if least >= level:
        lines.append(
            f"With {len(placer.known):,} rows to compare with, no p-value is below {least:.2g}, so nothing can be called novel at"
            f" {level:g}: raise place.level, or use more test rows."
        )
    return "\n".join(lines)
