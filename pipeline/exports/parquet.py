"""A Parquet table of the data's columns and, for each map, x, y and measures by row; and one of the rows that data.rows
left out and that were transformed onto the maps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports import Results
from pipeline.statistics.p_values import p_values

BLOCK = 2**17  # rows written at once


def write(folder: Path, results: Results) -> str:
    """Write maps.parquet and, if there are remaining rows, remaining.parquet; returns how to open them."""
    table(results).to_parquet(folder / "maps.parquet", index=False)
    if not results.remaining:
        return "maps.parquet: pandas.read_parquet opens it"
    count = _write_remaining(folder / "remaining.parquet", results)
    return (
        f"maps.parquet: the {len(results.dataset.table):,} rows that maps were fitted to; remaining.parquet: the"
        f" {count:,} rows that were transformed onto {', '.join(results.remaining)}. pandas.read_parquet opens them"
    )


def table(results: Results) -> pd.DataFrame:
    """The dataset's table with x and y of each map, the dimensions of each code, and measures by row."""
    points = {f"{name} {axis}": xy[:, at] for name, xy in results.maps.items() for at, axis in enumerate("xy")}
    codes = {
        f"{name} {number}": column
        for name, code in results.codes.items()
        for number, column in enumerate(np.asarray(code).T, 1)
    }
    return pd.concat([results.dataset.table, pd.DataFrame(points | codes), results.by_row], axis=1)


def _write_remaining(path: Path, results: Results) -> int:
    """id and, for each map, x, y and, if it has errors, error and p_value; returns the number of rows."""
    ids, writer = pa.array(results.remaining_ids()), None
    for start in range(0, len(ids), BLOCK):
        rows = slice(start, start + BLOCK)
        columns = {"id": ids.slice(start, BLOCK)}
        for name, remaining in results.remaining.items():
            columns |= {f"{name} {axis}": remaining.points[rows, at] for at, axis in enumerate("xy")}
            if remaining.test_errors is not None:
                errors = np.asarray(remaining.errors[rows])
                columns |= {f"{name} error": errors, f"{name} p_value": p_values(errors, remaining.test_errors)}
        block = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, block.schema)
        writer.write_table(block)
    writer.close()
    return len(ids)
