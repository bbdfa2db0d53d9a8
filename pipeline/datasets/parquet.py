"""Tables as Parquet: a file, or a folder of parts with the same columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.row_groups import READ, ParquetRows, read_columns, reading_parquet
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import check_size
from pipeline.runtime.errors import InputError

ACCEPTS = "a table (.parquet, or a folder of its parts)"
CARD_KEYS = columns.CARD_KEYS
VALUE = 8  # bytes of a number in memory
LARGE = 2**30  # bytes; the numbers of larger tables stay in their files until a block of them is read


def recognizes(path: Path, card: Card) -> bool:
    return (path.is_file() and path.suffix.lower() == ".parquet") or len(_parts(path)) > 1


def read(path: Path, card: Card, label: str | None) -> Source:
    files = _parts(path) if path.is_dir() else [path]
    _check_same_columns(files)
    if not card.time and sum(_size(file) for file in files) > LARGE:
        source = _on_disk(path, files, card, label)
        if source is not None:
            return source
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table, its parts in the order of their names."""
    files = _parts(path) if path.is_dir() else [path]
    _check_same_columns(files)
    tables = [_table(file) for file in files]
    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)


def _on_disk(path: Path, files: list[Path], card: Card, label: str | None) -> Source | None:
    """The source of a table whose numbers stay in its files; None if it has categories, which become new columns."""
    first = next(_open(files[0]).iter_batches(READ), None)
    if first is None:
        return None
    head = columns.to_source(path, columns.from_arrow(pyarrow.Table.from_batches([first])), card, label)
    if head.levels:
        return None
    names = _open(files[0]).schema_arrow.names
    in_file = dict(zip(columns.one_line_names(pd.DataFrame(columns=names)), names, strict=True))
    mapped = [in_file[name] for name in head.feature_names]
    for file in files:
        _check_numbers(file, mapped)
    rest = columns.from_arrow(read_columns(files, [name for name in names if name not in mapped]))
    rest = rest.set_axis(columns.one_line_names(rest), axis=1)
    card = card.for_columns([*rest, *head.feature_names])
    roles, own = columns.split_roles(path, rest, card, label)
    source = from_arrays(path, card, ParquetRows(files, mapped), own, feature_names=head.feature_names)
    source.column_summary = columns.summary(rest, roles, card, {})
    return source


def _check_same_columns(files: list[Path]) -> None:
    first = _open(files[0]).schema_arrow.names
    for file in files[1:]:
        names = _open(file).schema_arrow.names
        if names != first:
            different = sorted(set(names) ^ set(first))
            problem = f"differ in {', '.join(different[:5])}" if different else "are in another order"
            raise InputError(
                f"{file}: its columns and those of {files[0].name} {problem}; parts of a table must have the same."
                " Or name one file with `file` in the card."
            )


def _check_numbers(file: Path, names: list[str]) -> None:
    schema = _open(file).schema_arrow
    numeric = (pyarrow.types.is_integer, pyarrow.types.is_floating, pyarrow.types.is_boolean)
    for name in names:
        kind = schema.field(name).type
        if not any(fits(kind) for fits in numeric):
            raise InputError(
                f'{file}: column "{name}" holds {kind}, but numbers in other parts. Write all parts with one type.'
            )


def _size(file: Path) -> int:
    metadata = _open(file).metadata
    return VALUE * metadata.num_rows * metadata.num_columns


def _parts(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [
        file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".parquet" and file.name[:1] not in "._"
    ]


def _table(path: Path) -> pd.DataFrame:
    check_size(path, _size(path))
    with reading_parquet(path):
        return columns.from_arrow(pyarrow.parquet.read_table(path, partitioning=None))


def _open(path: Path) -> pyarrow.parquet.ParquetFile:
    with reading_parquet(path):
        return pyarrow.parquet.ParquetFile(path)
