"""One Parquet table: the data's own columns, and of each map x, y and what it gets wrong about each row."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.exports import Run


def write(folder: Path, run: Run) -> str:
    table(run).to_parquet(folder / "maps.parquet", index=False)
    return "maps.parquet: pandas.read_parquet opens it"


def table(run: Run) -> pd.DataFrame:
    places = {f"{name} {axis}": points[:, at] for name, points in run.maps.items() for at, axis in enumerate("xy")}
    codes = {
        f"{name} {number}": column
        for name, code in run.codes.items()
        for number, column in enumerate(np.asarray(code).T, 1)
    }
    return pd.concat([run.dataset.table, pd.DataFrame(places | codes), run.by_row], axis=1)
