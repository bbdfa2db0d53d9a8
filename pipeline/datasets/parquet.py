"""Tables as Parquet: a file, or a folder of parts with the same columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.row_groups import READ, ParquetRows, read_columns
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import allow, unreadable
from pipeline.runtime.errors import InputError

ACCEPTS = "a table (.parquet, or a folder of its parts)"
CARD_KEYS = columns.CARD_KEYS
VALUE = 8  # bytes of a number, once it is read
LARGE = 2**30  # bytes of a table, beyond which numbers stay in its files until a block of them is asked for


def recognizes(path: Path, card: Card) -> bool:
    return (path.is_file() and path.suffix.lower() == ".parquet") or len(_parts(path)) > 1


def read(path: Path, card: Card, label: str | None) -> Source:
    files = _parts(path) if path.is_dir() else [path]
    _check_alike(files)
    if not card.time and sum(_size(file) for file in files) > LARGE:
        source = _in_place(path, files, card, label)
        if source is not None:
            return source
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table, its parts in the order of their names."""
    files = _parts(path) if path.is_dir() else [path]
    _check_alike(files)
    tables = [_table(file) for file in files]
    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)


def _in_place(path: Path, files: list[Path], card: Card, label: str | None) -> Source | None:
    """The source of a table whose numbers stay where they are; None where there are categories, which become other columns."""
    first = next(_opened(files[0]).iter_batches(READ), None)
    if first is None:
        return None
    head = columns.to_source(path, columns.from_arrow(pyarrow.Table.from_batches([first])), card, label)
    if head.levels:
        return None
    names = _opened(files[0]).schema_arrow.names
    plain = dict(zip(columns.plain(pd.DataFrame(columns=names)), names, strict=True))
    mapped = [plain[name] for name in head.feature_names]
    for file in files:
        _check_numbers(file, mapped)
    found = columns.from_arrow(read_columns(files, [name for name in names if name not in mapped]))
    found = found.set_axis(columns.plain(found), axis=1)
    card = card.like([*found, *head.feature_names])
    roles, beside = columns.beside(path, found, card, label)
    source = from_arrays(path, card, ParquetRows(files, mapped), beside, feature_names=head.feature_names)
    source.treated = columns.treated(found, roles, card, {})
    return source


def _check_alike(files: list[Path]) -> None:
    first = _opened(files[0]).schema_arrow.names
    for file in files[1:]:
        own = _opened(file).schema_arrow.names
        if own != first:
            odd = set(own) ^ set(first)
            said = f"differ in {', '.join(sorted(odd)[:5])}" if odd else "stand in another order"
            raise InputError(f"{file}: its columns and those of {files[0].name} {said}; parts of a table need the same. Or name one file by `file` in the card.")  # fmt: skip


def _check_numbers(file: Path, names: list[str]) -> None:
    schema = _opened(file).schema_arrow
    for name in names:
        kind = schema.field(name).type
        if not any(
            fits(kind) for fits in (pyarrow.types.is_integer, pyarrow.types.is_floating, pyarrow.types.is_boolean)
        ):
            raise InputError(f'{file}: column "{name}" holds {kind}, where other parts hold numbers. Write them alike.')


def _size(file: Path) -> int:
    about = _opened(file).metadata
    return VALUE * about.num_rows * about.num_columns


def _parts(folder: Path) -> list[Path]:
    """Parquet files of a folder that has no other data in it."""
    if not folder.is_dir():
        return []
    return [
        file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".parquet" and file.name[:1] not in "._"
    ]


def _table(path: Path) -> pd.DataFrame:
    try:
        allow(path, _size(path))
        return columns.from_arrow(pyarrow.parquet.read_table(path, partitioning=None))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, "a Parquet file", error) from None


def _opened(path: Path) -> pyarrow.parquet.ParquetFile:
    try:
        return pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, "a Parquet file", error) from None
