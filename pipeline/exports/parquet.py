"""One Parquet table: the data's own columns, and of each map x, y and what it gets wrong about each row; another of the rows that
were put onto the maps because data.rows had left them out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports import Run
from pipeline.statistics.p_values import p_values

BLOCK = 2**17  # rows written at once


def write(folder: Path, run: Run) -> str:
    table(run).to_parquet(folder / "maps.parquet", index=False)
    if not run.others:
        return "maps.parquet: pandas.read_parquet opens it"
    placed = _write_others(folder / "others.parquet", run)
    return (
        f"maps.parquet: the {len(run.dataset.table):,} rows that maps were fitted on; others.parquet: the {placed:,} rows that were put"
        f" onto {', '.join(run.others)}. pandas.read_parquet opens them"
    )


def table(run: Run) -> pd.DataFrame:
    places = {f"{name} {axis}": points[:, at] for name, points in run.maps.items() for at, axis in enumerate("xy")}
    codes = {
        f"{name} {number}": column
        for name, code in run.codes.items()
        for number, column in enumerate(np.asarray(code).T, 1)
    }
    return pd.concat([run.dataset.table, pd.DataFrame(places | codes), run.by_row], axis=1)


def _write_others(path: Path, run: Run) -> int:
    """id, and of each map x, y, and, where it has errors, error and p_value; the number of rows."""
    ids, writer = pa.array(run.ids()), None
    for start in range(0, len(ids), BLOCK):
        rows = slice(start, start + BLOCK)
        columns = {"id": ids.slice(start, BLOCK)}
        for name, others in run.others.items():
            columns |= {f"{name} {axis}": others.places[rows, at] for at, axis in enumerate("xy")}
            if others.known is not None:
                errors = np.asarray(others.errors[rows])
                columns |= {f"{name} error": errors, f"{name} p_value": p_values(errors, others.known)}
        block = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, block.schema)
        writer.write_table(block)
    writer.close()
    return len(ids)
