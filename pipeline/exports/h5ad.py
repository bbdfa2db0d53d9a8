"""An AnnData file, written with h5py in the documented on-disk format (encoding 0.1.0 and 0.2.0): X is the data, obs
the table, obsm the maps and codes, obsp the distances to nearest neighbors in the data."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from pipeline import ragged
from pipeline.exports import Results

TEXT = h5py.string_dtype("utf-8")


def write(folder: Path, results: Results) -> str:
    """Write codescape.h5ad; returns how to open it."""
    rows = ragged.flat(np.asarray(results.dataset.rows))
    n, d = rows.shape
    ids, table = results.dataset.table["id"].astype(str), results.dataset.table.drop(columns="id")
    names = results.dataset.info["feature_names"] or [str(number) for number in range(d)]
    with h5py.File(folder / "codescape.h5ad", "w") as file:
        _mark(file, "anndata", "0.1.0")
        _array(file, "X", rows)
        _frame(file, "obs", ids, pd.concat([table, results.by_row], axis=1))
        _frame(file, "var", pd.Series(names), pd.DataFrame(index=range(d)))
        obsm = {f"X_map_{name}": points for name, points in results.maps.items()}
        obsm |= {f"X_code_{name}": code for name, code in results.codes.items()}
        for name, part in {"obsm": obsm, "layers": {}, "varm": {}, "varp": {}, "uns": {}, "obsp": {}}.items():
            group = file.create_group(name)
            _mark(group, "dict", "0.1.0")
            for key, values in part.items():
                _array(group, key.replace("/", "_"), np.asarray(values))
        distances = file["obsp"].create_group("distances")
        _mark(distances, "csr_matrix", "0.1.0")
        distances.attrs["shape"] = np.array([n, n])
        order = np.argsort(results.indices, axis=1)
        distances["data"] = np.take_along_axis(results.distances, order, axis=1).ravel()
        distances["indices"] = np.take_along_axis(results.indices, order, axis=1).ravel()
        distances["indptr"] = np.arange(0, results.indices.size + 1, results.indices.shape[1])
    return "codescape.h5ad: anndata.read_h5ad opens it"


def _mark(element: Any, kind: str, version: str) -> None:
    element.attrs["encoding-type"], element.attrs["encoding-version"] = kind, version


def _array(group: Any, name: str, values: np.ndarray) -> None:
    _mark(group.create_dataset(name, data=values), "array", "0.2.0")


def _texts(group: Any, name: str, values: pd.Series) -> None:
    _mark(
        group.create_dataset(name, data=values.astype(str).to_numpy(dtype=object), dtype=TEXT), "string-array", "0.2.0"
    )


def _frame(file: Any, name: str, index: pd.Series, table: pd.DataFrame) -> None:
    group = file.create_group(name)
    _mark(group, "dataframe", "0.2.0")
    columns = {str(column).replace("/", "_"): values for column, values in table.items()}
    group.attrs["_index"] = "_index"
    group.attrs.create("column-order", list(columns), dtype=TEXT, shape=(len(columns),))
    _texts(group, "_index", index)
    for column, values in columns.items():
        if pd.api.types.is_numeric_dtype(values):
            _array(group, column, values.to_numpy(dtype=None if values.dtype.kind in "iufb" else float))
        else:
            _categorical(group, column, pd.Categorical(values.astype(str)))


def _categorical(group: Any, name: str, values: pd.Categorical) -> None:
    part = group.create_group(name)
    _mark(part, "categorical", "0.2.0")
    part.attrs["ordered"] = False
    _array(part, "codes", values.codes)
    _texts(part, "categories", pd.Series(values.categories))
