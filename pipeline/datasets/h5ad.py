"""AnnData's .h5ad, read with h5py alone, in its current and legacy layouts (anndata.readthedocs.io, on-disk format)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.datasets import hdf5
from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.sparse import SparseRows
from pipeline.datasets.unpacking import reading
from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    import h5py

ACCEPTS = "AnnData (.h5ad)"
CARD_KEYS = {"file", "rows", "label", "classes", "id"}


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() == ".h5ad"


def read(path: Path, card: Card, label: str | None) -> Source:
    """Rows are X, or the array named by the card's `rows`: layers/NAME, obsm/NAME, raw/X. The table is obs.

    Sparse rows stay sparse. The label is the column of obs named by params.yaml or the card.
    """
    with hdf5.open_file(path) as file:
        where = card.rows or "X"
        allowed = [name for name in ("X", "raw/X", *_below(file, "layers"), *_below(file, "obsm")) if name in file]
        pick(path, where, allowed, "array")
        rows = _matrix(path, file[where])
        has_obs = "obs" in file
        table = _frame(path, file["obs"]) if has_obs else pd.DataFrame(index=range(len(rows)))
        names = _variables(path, file, where)
    if len(rows.shape) != 2:
        raise InputError(f"{path}: {where} has the shape {rows.shape}; it must be (cells, columns).")
    columns = {name: table[name].to_numpy() for name in table if name not in ("id", "label", "split")}
    if card.id:
        columns["id"] = table[pick(path, card.id, list(table), "column")].to_numpy()
    elif has_obs:
        columns["id"] = table.index.to_numpy()
    wanted = label or card.label
    if wanted:
        columns["label"] = table[pick(path, wanted, list(table), "column")].to_numpy()
        columns.pop(wanted, None) if wanted != "label" else None
    if "split" in table and table["split"].isin(["train", "test"]).all():
        columns["split"] = table["split"].to_numpy()
    names = names if names and len(names) == rows.shape[1] else None
    return from_arrays(path, card, rows, columns, feature_names=names)


def labels(path: Path) -> list[str]:
    """The columns of obs, any of which can be the label."""
    with hdf5.open_file(path) as file:
        return list(_frame(path, file["obs"])) if "obs" in file else []


def _below(file: h5py.File, group: str) -> list[str]:
    return [f"{group}/{name}" for name in file[group]] if group in file and hasattr(file[group], "keys") else []


def _variables(path: Path, file: h5py.File, where: str) -> list[str] | None:
    group = "raw/var" if where.startswith("raw/") else "var"
    if where.startswith("obsm/") or group not in file:
        return None
    return [str(name) for name in _frame(path, file[group]).index]


def _matrix(path: Path, node: h5py.Dataset | h5py.Group) -> np.ndarray | SparseRows:
    """A dense array, or a sparse matrix stored as three arrays."""
    import scipy.sparse as sp

    if hasattr(node, "shape"):
        return hdf5.load(path, node)
    kind = _text(node.attrs.get("encoding-type", node.attrs.get("h5sparse_format", "")))
    kind = kind.removesuffix("_matrix")
    shape = node.attrs.get("shape", node.attrs.get("h5sparse_shape"))
    if kind not in ("csr", "csc") or shape is None or not {"data", "indices", "indptr"} <= set(node):
        raise InputError(
            f"{path}: {node.name} is {kind or 'a group'}; allowed: an array, or a sparse matrix in csr or csc."
        )
    sparse_array = sp.csr_array if kind == "csr" else sp.csc_array
    parts = [hdf5.load(path, node[name]) for name in ("data", "indices", "indptr")]
    with reading(path, f"a sparse matrix at {node.name}", ValueError, TypeError):
        matrix = sparse_array(tuple(parts), shape=tuple(int(length) for length in shape))
        matrix.check_format(full_check=True)
    return SparseRows(matrix.tocsr())


def _frame(path: Path, node: h5py.Dataset | h5py.Group) -> pd.DataFrame:
    """obs or var: a group of columns (current), or one array of records (legacy)."""
    if hasattr(node, "shape"):
        records = hdf5.load(path, node)
        columns = {name: _as_text(records[name]) for name in records.dtype.names or ()}
        for name in list(columns):  # up to version 0.6, categories are in uns
            stored = node.parent.get(f"uns/{name}_categories")
            if stored is not None:
                columns[name] = _decode(columns[name], _as_text(hdf5.load(path, stored)))
        index = columns.pop("index", columns.pop("_index", None))
        return pd.DataFrame(columns, index=index)
    key = _text(node.attrs.get("_index", "_index"))
    pick(path, key, list(node), "column")
    index = hdf5.load(path, node[key])
    columns = {}
    for name in node:
        if name not in (key, "__categories"):
            values = _column(path, node, name)
            if values is not None and len(values) == len(index):
                columns[name] = values
    return pd.DataFrame(columns, index=_as_text(index))


def _column(path: Path, frame: h5py.Group, name: str) -> np.ndarray | None:
    """A column's values; None if they are not numbers, text or categories."""
    import h5py

    node = frame[name]
    if isinstance(node, h5py.Dataset):
        values = _as_text(hdf5.load(path, node))
        stored = frame.get(f"__categories/{name}")  # versions 0.7 to 0.8
        return values if stored is None else _decode(values, _as_text(hdf5.load(path, stored)))
    kind = _text(node.attrs.get("encoding-type", ""))
    if kind == "categorical":
        return _decode(hdf5.load(path, node["codes"]), _as_text(hdf5.load(path, node["categories"])))
    if kind.startswith(("nullable", "masked")) and {"values", "mask"} <= set(node):
        values = _as_text(hdf5.load(path, node["values"])).astype(object)
        values[hdf5.load(path, node["mask"]).astype(bool)] = None
        return pd.Series(values).infer_objects().to_numpy()
    return None


def _decode(codes: np.ndarray, categories: np.ndarray) -> np.ndarray:
    values = np.append(categories.astype(object), None)
    return values[np.where((codes >= 0) & (codes < len(categories)), codes, len(categories))]


def _as_text(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind in "SO":
        return np.array([_text(value) if isinstance(value, bytes) else value for value in values], dtype=object)
    return values


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
