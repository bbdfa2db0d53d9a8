"""New points that come in parts, the Parquet files of a folder or of any store that fsspec knows: transformed part by part, by all
workers of a cluster at once where one is in use. Each worker has one part in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath

import fsspec
import pandas as pd
import pyarrow
import pyarrow.parquet
from fsspec.implementations.local import LocalFileSystem

from pipeline import datasets
from pipeline.datasets import Source
from pipeline.datasets.card import card_for_new_rows
from pipeline.datasets.checks import check
from pipeline.datasets.unpacking import unreadable
from pipeline.out_of_sample.transformer import Transformer, check_columns
from pipeline.runtime import cluster
from pipeline.runtime.atomic_io import whole
from pipeline.runtime.errors import InputError, short
from pipeline.runtime.parallel import in_turn

DONE = "_SUCCESS"  # an empty file that says that all parts are written, as Hadoop, Spark and Dask name it
CHECKED_AT_ONCE = 16  # parts; in a store, most of that is waiting


def transform(
    transformer: Transformer,
    new: str,
    out: str,
    alpha: float,
    codes: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Write each part of `new`, transformed, to the folder `out`, as a Parquet file of the same name with the columns of `finished`.

    new, out  folders, or addresses of folders (s3://bucket/folder); new may be one part
    progress  called with the number of parts done so far
    returns   rows, and how many of them are out-of-distribution

    InputError, naming the part, where one cannot be transformed (before any work, where its columns or its format are wrong), and for an
    `out` that is not empty. Then nothing is left in `out`.
    """
    names, (rows, flagged) = parts(new), (0, 0)
    with _new_folder(out) as target:
        with ThreadPoolExecutor(CHECKED_AT_ONCE) as pool:
            list(pool.map(partial(_check_part, transformer), names))
        task = partial(_transform_part, transformer, alpha, codes)
        counts = in_turn(task, ((name, f"{target}/{PurePosixPath(name).stem}.parquet") for name in names))
        for done, (part_rows, part_flagged) in enumerate(counts, 1):
            rows, flagged = rows + part_rows, flagged + part_flagged
            progress(done)
    return rows, flagged


def parts(new: str) -> list[str]:
    """Addresses of the Parquet files of a folder in the order of their names, or of the one file that `new` is."""
    with _store_errors(new):
        store, path = fsspec.url_to_fs(new)
        if store.isfile(path):
            return [new]
        paths = sorted(store.ls(path, detail=False)) if store.isdir(path) else []
    names = [PurePosixPath(path).name for path in paths]
    names = [name for name in names if name.endswith(".parquet") and name[0] not in "._"]
    if not names:
        raise InputError(
            f"{new}: holds no part (.parquet). To transform the rows of another file, give --out a name that ends in .parquet."
        )
    return [f"{new.rstrip('/')}/{name}" for name in names]


def check_out(new: str, out: str) -> None:
    """InputError where `out`, which would become a folder, is named like a file."""
    if PurePosixPath(out).suffix and parts(new) == [new]:
        raise InputError(
            f"--out: {out} ends in {PurePosixPath(out).suffix}; one file is written as Parquet. Name a file that ends in .parquet, or a"
            " folder without a suffix."
        )


def read(transformer: Transformer, path: Path, where: str) -> Source:
    """New rows, read and checked as the map's own data were."""
    reading = transformer.info["reading"]
    card = card_for_new_rows(reading["card"], reading["levels"], transformer.info["feature_names"])
    source = datasets.read(path, None, default_card=card)
    check(source, where, new_rows=True, filled="fill" in transformer.info["scaling"])
    return source


def finished(ids: pd.Series, table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """The columns that are written: id, x, y, error, p_value, out_of_distribution, and the code where it is wanted."""
    table.insert(0, "id", ids.to_numpy())
    table.insert(5, "out_of_distribution", table["p_value"] < alpha)
    return table


def _check_part(transformer: Transformer, name: str) -> None:
    """InputError for a part whose metadata show that it is damaged or has other columns."""
    if not name.endswith(".parquet"):
        return
    with _store_errors(name), fsspec.open(name, "rb") as file:
        try:
            columns = pyarrow.parquet.ParquetFile(file).schema_arrow.names
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise unreadable(name, "a Parquet file", error) from None
    check_columns(transformer.info, columns, name)


def _transform_part(transformer: Transformer, alpha: float, codes: bool, name: str, target: str) -> tuple[int, int]:
    with _local_copy(name) as path:
        try:
            source = read(transformer, path, name)
            rows = transformer.read(source, name)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from error
        table = pd.concat([batch for _, batch in transformer.batches(rows, codes=codes)], ignore_index=True)
    table = finished(source.table["id"], table, alpha)
    with _store_errors(target):
        store, path = fsspec.url_to_fs(target)  # fsspec.open would make a folder again that was removed meanwhile
        try:
            with store.open(path, "wb") as file:
                table.to_parquet(file, index=False)
        except FileNotFoundError:
            raise InputError(
                f"{target}: no such folder on the machine that transformed {name}. Name a folder on a disk that all workers share, or in a"
                " store (s3://...)."
            ) from None
    return len(table), int(table["out_of_distribution"].sum())


@contextmanager
def _local_copy(name: str) -> Iterator[Path]:
    """A part as a file of this machine, downloaded where it is in a store."""
    with tempfile.TemporaryDirectory() as folder:
        with _store_errors(name):
            store, path = fsspec.url_to_fs(name)
            local = Path(path)
            if not isinstance(store, LocalFileSystem):
                local = Path(folder) / PurePosixPath(path).name
                store.get_file(path, str(local))
        yield local


@contextmanager
def _new_folder(out: str) -> Iterator[str]:
    """A folder to write parts to, which becomes `out` when the block ends without an error. A store cannot rename folders: there,
    parts are removed again after an error, and DONE says that all are written, since a worker may still add its own."""
    with _store_errors(out):
        store, path = fsspec.url_to_fs(out)
        if store.exists(path) and (store.isfile(path) or store.ls(path)):
            raise InputError(f"{out}: exists, and is not empty. Name another folder, or remove it.")
    if isinstance(store, LocalFileSystem):
        with whole(Path(path)) as partial_folder:
            partial_folder.mkdir()
            yield str(partial_folder)
        return
    try:
        yield out.rstrip("/")
        with _store_errors(out):
            store.pipe_file(f"{path}/{DONE}", b"")
    except BaseException as error:
        with _store_errors(out):
            if store.exists(path):
                store.rm(path, recursive=True)
        if cluster.in_use() and isinstance(error, InputError):
            raise InputError(
                f"{error} Workers may still finish parts: {out} is not complete without {DONE}."
            ) from error
        raise


@contextmanager
def _store_errors(name: str) -> Iterator[None]:
    """Raise an error of a store as an InputError that names the address."""
    try:
        yield
    except (ImportError, ValueError, OSError) as error:
        if isinstance(error, InputError) or "://" not in name:
            raise
        raise InputError(
            f"{name}: {short(error)}. Check the address, and that you may read and write there."
        ) from error
