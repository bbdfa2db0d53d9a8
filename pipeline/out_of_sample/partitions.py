"""Rows that come in parts, Parquet files of a folder or of any store that fsspec knows, put onto a map part by part: by all
workers of a cluster at once, where one is in use. In memory is a part at a time, for each worker."""

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
from pipeline.out_of_sample.transformer import Placer, check_columns
from pipeline.runtime import cluster
from pipeline.runtime.atomic_io import whole
from pipeline.runtime.errors import InputError, short
from pipeline.runtime.parallel import in_turn

DONE = "_SUCCESS"  # an empty file that says that all parts are there: Hadoop's name for it, which Spark and Dask know
AT_ONCE = 16  # parts that are looked at together: in a store, most of that is waiting


def place(
    placer: Placer,
    new: str,
    out: str,
    level: float,
    codes: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Put each part of `new` into the folder `out`, as a Parquet file of the same name with the columns that `finished` gives.

    new, out  folders, or addresses of ones (s3://bucket/folder); new may be one part
    progress  called with the number of parts done so far
    returns   rows placed, and how many are called novel

    InputError for a part that cannot be placed, by its name (before any work, where its columns or its form say so), and for an
    `out` that is not empty: then nothing is left there.
    """
    names, (rows, novel) = parts(new), (0, 0)
    with _filled(out) as target:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(partial(_look, placer), names))
        task = partial(_part, placer, level, codes)
        found = in_turn(task, ((name, f"{target}/{PurePosixPath(name).stem}.parquet") for name in names))
        for done, (count, flagged) in enumerate(found, 1):
            rows, novel = rows + count, novel + flagged
            progress(done)
    return rows, novel


def parts(new: str) -> list[str]:
    """Addresses of the Parquet files of a folder, in the order of their names, or of the one that `new` is."""
    with _reached(new):
        store, path = fsspec.url_to_fs(new)
        if store.isfile(path):
            return [new]
        found = sorted(store.ls(path, detail=False)) if store.isdir(path) else []
    names = [PurePosixPath(name).name for name in found]
    wanted = [name for name in names if name.endswith(".parquet") and name[0] not in "._"]
    if not wanted:
        raise InputError(
            f"{new}: holds no part (.parquet). To place the rows of another file, give --out a name that ends in .parquet."
        )
    return [f"{new.rstrip('/')}/{name}" for name in wanted]


def check_out(new: str, out: str) -> None:
    """InputError where `out`, to be a folder, is named as a file that one input file might become."""
    if PurePosixPath(out).suffix and parts(new) == [new]:
        raise InputError(
            f"--out: {out} ends in {PurePosixPath(out).suffix}; of one file, Parquet is written. Name a file that ends in .parquet, or a"
            " folder without a suffix."
        )


def read(placer: Placer, path: Path, where: str) -> Source:
    """New rows as the known ones were read, and checked."""
    reading = placer.info["reading"]
    source = datasets.read(path, None, default_card=card_for_new_rows(reading["card"], reading["levels"], placer.info["feature_names"]))
    check(source, where, new_rows=True, filled="fill" in placer.info["scaling"])
    return source


def finished(ids: pd.Series, placed: pd.DataFrame, level: float) -> pd.DataFrame:
    """What was placed, as it is written: id, x, y, error, p_value, novel, and a code's numbers where they are asked for."""
    placed.insert(0, "id", ids.to_numpy())
    placed.insert(5, "novel", placed["p_value"] < level)
    return placed


def _look(placer: Placer, name: str) -> None:
    """InputError for a part that its own first and last bytes tell is damaged, or of other columns."""
    if not name.endswith(".parquet"):
        return
    with _reached(name), fsspec.open(name, "rb") as file:
        try:
            columns = pyarrow.parquet.ParquetFile(file).schema_arrow.names
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise unreadable(name, "a Parquet file", error) from None
    check_columns(placer.info, columns, name)


def _part(placer: Placer, level: float, codes: bool, name: str, target: str) -> tuple[int, int]:
    with _here(name) as path:
        try:
            source = read(placer, path, name)
            rows = placer.read(source, name)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from error
        found = pd.concat([placed for _, placed in placer.batches(rows, codes=codes)], ignore_index=True)
    found = finished(source.table["id"], found, level)
    with _reached(target):
        store, path = fsspec.url_to_fs(target)  # fsspec.open would make a folder that was removed meanwhile anew
        try:
            with store.open(path, "wb") as file:
                found.to_parquet(file, index=False)
        except FileNotFoundError:
            raise InputError(
                f"{target}: no such folder where {name} was placed. Workers write to a disk that all share, or a store (s3://...)."
            ) from None
    return len(found), int(found["novel"].sum())


@contextmanager
def _here(name: str) -> Iterator[Path]:
    """A part as a file of this machine, fetched where it is none."""
    with tempfile.TemporaryDirectory() as folder:
        with _reached(name):
            store, path = fsspec.url_to_fs(name)
            fetched = Path(path)
            if not isinstance(store, LocalFileSystem):
                fetched = Path(folder) / PurePosixPath(path).name
                store.get_file(path, str(fetched))
        yield fetched


@contextmanager
def _filled(out: str) -> Iterator[str]:
    """A folder to write parts into, which becomes `out` once the block has ended well. A store renames no folder: there the parts
    are taken away again where the block fails, and DONE says that they are all there: a worker that is still at it may add its own."""
    with _reached(out):
        store, path = fsspec.url_to_fs(out)
        if store.exists(path) and (store.isfile(path) or store.ls(path)):
            raise InputError(f"{out}: is there already, and not empty. Name another folder, or remove it.")
    if isinstance(store, LocalFileSystem):
        with whole(Path(path)) as partial_folder:
            partial_folder.mkdir()
            yield str(partial_folder)
        return
    try:
        yield out.rstrip("/")
        with _reached(out):
            store.pipe_file(f"{path}/{DONE}", b"")
    except BaseException as error:
        with _reached(out):
            if store.exists(path):
                store.rm(path, recursive=True)
        if cluster.in_use() and isinstance(error, InputError):
            raise InputError(f"{error} Workers may end their parts: {out} is not whole without {DONE}.") from error
        raise


@contextmanager
def _reached(name: str) -> Iterator[None]:
    """What a store says, as a line that names what was wanted of it."""
    try:
        yield
    except (ImportError, ValueError, OSError) as error:
        if isinstance(error, InputError):
            raise
        if "://" not in name:
            raise
        raise InputError(
            f"{name}: {short(error)}. Check the address, and that you may read and write there."
        ) from error
