"""Tables as Arrow files and streams, including Feather."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import check_size, reading

ACCEPTS = "a table (.feather, .arrow)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() in (".feather", ".arrow", ".arrows", ".ipc")


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table, read in batches, so that one that grows too large is refused before it fills the memory."""
    import pyarrow
    from pyarrow import ipc

    batches, size = [], 0
    damaged = (pyarrow.ArrowException, OSError, ValueError)
    with reading(path, "an Arrow file", *damaged), pyarrow.OSFile(str(path)) as file:
        try:
            reader = ipc.open_file(file)
            stored = (reader.get_batch(number) for number in range(reader.num_record_batches))
        except pyarrow.ArrowInvalid:
            file.seek(0)
            reader = stored = ipc.open_stream(file)
        for batch in stored:
            size += batch.nbytes
            check_size(path, size)
            batches.append(batch)
        data = pyarrow.Table.from_batches(batches, reader.schema)
        data.validate(full=True)
        return columns.from_arrow(data)
