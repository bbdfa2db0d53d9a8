"""A Parquet table for Embedding Atlas: the best map as x and y, and true neighbors as its documentation wants them: a column of
{"ids": row numbers, "distances": ...}."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports import Run, parquet

NEIGHBORS = 15


def write(folder: Path, run: Run) -> str:
    best = next(iter(run.maps))
    found = pa.Table.from_pandas(parquet.table(run), preserve_index=False)
    own = [name for name in ("x", "y", "neighbors") if name in found.column_names]
    found = found.drop_columns(own)  # of the data, which would be taken for the map's
    for axis in "xy":
        found = found.append_column(axis, found[f"{best} {axis}"])
    near = pa.StructArray.from_arrays(
        [_lists(run.indices[:, :NEIGHBORS].astype("int64")), _lists(run.distances[:, :NEIGHBORS])], ["ids", "distances"]
    )
    pq.write_table(found.append_column("neighbors", near), folder / "atlas.parquet")
    return f"atlas.parquet: embedding-atlas {folder / 'atlas.parquet'} --x x --y y --neighbors neighbors"


def _lists(values) -> pa.ListArray:
    n, k = values.shape
    return pa.ListArray.from_arrays(pa.array(range(0, n * k + 1, k), pa.int32()), pa.array(values.ravel()))
