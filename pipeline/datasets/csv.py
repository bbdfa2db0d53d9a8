"""Tables as text, with column names in the first line. Delimiter, encoding and decimal mark are detected."""

from __future__ import annotations

import csv
import re
from io import BytesIO
from pathlib import Path

import pandas as pd

from pipeline.datasets import cells, columns
from pipeline.datasets.card import Card
from pipeline.datasets.source import Source
from pipeline.datasets.unpacking import read_unpacked
from pipeline.runtime.errors import InputError

ACCEPTS = "a table (.csv, .tsv, also with .gz, .bz2, .xz)"
CARD_KEYS = columns.CARD_KEYS
DELIMITERS = ",;\t|"
SAMPLE = 2**16  # characters from which the delimiter is detected
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def recognizes(path: Path, card: Card) -> bool:
    return path.is_file() and bool(re.search(r"\.(csv|tsv)(\.gz|\.bz2|\.xz)?$", path.name.lower()))


def read(path: Path, card: Card, label: str | None) -> Source:
    data = table(path)
    _check_names(path, data, card)
    return columns.to_source(path, data, card, label)


def table(path: Path) -> pd.DataFrame:
    """The table; attrs["notes"] says what was detected that users should know."""
    notes = []
    content = read_unpacked(path, "a table")
    encoding = _encoding(path, content)
    if encoding == "cp1252":
        notes.append("The table is not in UTF-8; it was read as Windows-1252 (Western European).")
    sample = content[: 4 * SAMPLE].decode(encoding, errors="ignore")[:SAMPLE]
    delimiter = "\t" if ".tsv" in path.name.lower() else _delimiter(sample)
    decimal = "," if delimiter == ";" and _has_decimal_comma(sample) else "."
    if decimal == ",":
        notes.append("Numbers were read with a decimal comma.")
    try:
        frame = pd.read_csv(BytesIO(content), sep=delimiter, encoding=encoding, decimal=decimal, low_memory=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeError, ValueError) as error:
        reason = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise InputError(f"{path}: not a readable table: {reason}. Fix it there.") from None
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise InputError(f"{path}: rows have more values than the first line has names. Name every column.")
    frame.attrs["notes"] = notes
    return frame


def _encoding(path: Path, content: bytes) -> str:
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if b"\0" not in content[:SAMPLE]:
            return encoding
    raise InputError(f"{path}: not a text file in UTF-8, UTF-16 or Windows-1252. Store it as UTF-8.")


def _delimiter(sample: str) -> str:
    """The delimiter that divides the first lines into the most columns, equally many in each line."""
    first = sample.splitlines()[:20]
    first = first[:-1] if len(sample) == SAMPLE and len(first) > 1 else first
    best = (",", 1)
    for delimiter in DELIMITERS:
        try:
            widths = {len(fields) for fields in csv.reader(first, delimiter=delimiter) if fields}
        except csv.Error:  # a field beyond the standard library's limit
            continue
        if len(widths) == 1 and (width := widths.pop()) > best[1]:
            best = (delimiter, width)
    return best[0]


def _has_decimal_comma(sample: str) -> bool:
    def has_numbers(mark: str) -> bool:
        return bool(re.search(rf"(^|;)\s*-?\d+{mark}\d+\s*(;|$)", sample, re.MULTILINE))

    return has_numbers(",") and not has_numbers(r"\.")


def _check_names(path: Path, table: pd.DataFrame, card: Card) -> None:
    """InputError for what pandas reads without a warning: no header, or an index."""
    names = list(table.columns)
    if all(map(cells.is_number, names)) and names != [str(number) for number in range(len(names))]:
        raise InputError(f"{path}: the first line holds numbers ({names[0]}, ...). Put column names there.")
    for name in names:
        if name.startswith("Unnamed: ") and name not in [*card.for_columns(names).exclude, card.id]:
            line = f'exclude: ["{name}"]'
            raise InputError(
                f"{path}: column {names.index(name)}, counting from 0, has no name (a row number?). "
                f"Name it, or exclude it: {card.how_to_add(line, path)}."
            )
