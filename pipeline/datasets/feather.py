"""Tables as Arrow files and streams, Feather included."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.datasets import columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import allow, unreadable

ACCEPTS = "a table (.feather, .arrow)"
CARD_KEYS = columns.CARD_KEYS


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and path.suffix.lower() in (".feather", ".arrow", ".arrows", ".ipc")


def read(path: Path, card: Card, label: str | None) -> Source:
    return columns.to_source(path, table(path), card, label)


def table(path: Path) -> pd.DataFrame:
    """The table, batch by batch, so that one which grows too large is refused before it fills the memory."""
    import pyarrow
    from pyarrow import ipc

    batches, size = [], 0
    try:
        with pyarrow.OSFile(str(path)) as file:
            try:
                stored = ipc.open_file(file)
                numbered = (stored.get_batch(number) for number in range(stored.num_record_batches))
            except pyarrow.ArrowInvalid:
                file.seek(0)
                stored = numbered = ipc.open_stream(file)
            for batch in numbered:
                size += batch.nbytes
                allow(path, size)
                batches.append(batch)
            found = pyarrow.Table.from_batches(batches, stored.schema)
            found.validate(full=True)
            return columns.from_arrow(found)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, "an Arrow file", error) from None
