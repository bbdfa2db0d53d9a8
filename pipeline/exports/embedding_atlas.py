"""A Parquet table for Embedding Atlas: the most faithful map as x and y, and nearest neighbors in the data as its
documentation asks: a column of {"ids": row numbers, "distances": ...}."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports import Results, parquet

NEIGHBORS = 15


def write(folder: Path, results: Results) -> str:
    """Write atlas.parquet; returns how to open it."""
    best = next(iter(results.maps))
    table = pa.Table.from_pandas(parquet.table(results), preserve_index=False)
    # Columns of the data with these names would be mistaken for the map's.
    table = table.drop_columns([name for name in ("x", "y", "neighbors") if name in table.column_names])
    for axis in "xy":
        table = table.append_column(axis, table[f"{best} {axis}"])
    ids, distances = results.indices[:, :NEIGHBORS].astype("int64"), results.distances[:, :NEIGHBORS]
    neighbors = pa.StructArray.from_arrays([_lists(ids), _lists(distances)], ["ids", "distances"])
    pq.write_table(table.append_column("neighbors", neighbors), folder / "atlas.parquet")
    return f"atlas.parquet: embedding-atlas {folder / 'atlas.parquet'} --x x --y y --neighbors neighbors"


def _lists(values: np.ndarray) -> pa.ListArray:
    n, k = values.shape
    return pa.ListArray.from_arrays(pa.array(range(0, n * k + 1, k), pa.int32()), pa.array(values.ravel()))
