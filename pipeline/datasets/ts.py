"""The .ts format of the time-series archives (timeseriesclassification.com): a series a line, its channels between colons."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card, pick
from pipeline.datasets.source import Source, from_arrays
from pipeline.datasets.unpacking import allow
from pipeline.runtime.errors import InputError

ACCEPTS = "series (.ts, or a folder with NAME_TRAIN.ts and NAME_TEST.ts)"
CARD_KEYS = {"file", "label", "classes"}


def recognizes(path: Path, card: Card) -> bool:
    return (path.is_dir() and len(_parts(path)) == 2) or (path.is_file() and path.suffix.lower() == ".ts")


def read(path: Path, card: Card, label: str | None) -> Source:
    """Series (n, steps, channels), the shorter ones padded at their end with NaN; the class, where there is one, is the label."""
    files = _parts(path) if path.is_dir() else {"": path}
    series, labels, split = [], [], []
    for part, file in files.items():
        found, classes = _lines(file)
        series += found
        labels += classes
        split += [part] * len(found)
    channels = {len(one) for one in series}
    if len(channels) > 1:
        raise InputError(f"{path}: series of {min(channels)} to {max(channels)} channels; each must have as many.")
    shape = (len(series), max((len(one[0]) for one in series), default=0), *channels)
    allow(next(iter(files.values())), 8 * int(np.prod(shape, dtype=float)))
    rows = np.full(shape, np.nan)
    for row, one in zip(rows, series, strict=True):
        row[: len(one[0])] = np.transpose(one)
    columns = {"split": np.array(split, dtype=object)} if len(files) == 2 else {}
    if any(name is not None for name in labels):
        columns["label"] = np.array(labels, dtype=object)
    if label or card.label:
        pick(path, label or card.label, columns.keys() & {"label"}, "label")
    return from_arrays(path, card, rows, columns, kind="sequence")


def _parts(folder: Path) -> dict[str, Path]:
    found = {
        part: [file for file in sorted(folder.iterdir()) if file.name.lower().endswith(f"_{part}.ts")]
        for part in ("train", "test")
    }
    return {part: files[0] for part, files in found.items() if len(files) == 1}


def _lines(file: Path) -> tuple[list[list[np.ndarray]], list[str | None]]:
    """Each series as its channels (steps,), and its class."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{file}: not a text file. A .ts file begins with lines of @.") from None
    start = next((number for number, line in enumerate(lines, 1) if line.strip().lower() == "@data"), None)
    if start is None:
        raise InputError(f"{file}: without a line @data, after which the series stand.")
    said = dict(line[1:].lower().split(None, 1) for line in lines[:start] if re.match(r"@\w+\s+\S", line))
    said = {key: value.strip() for key, value in said.items()}
    if said.get("timestamps", "false") == "true":
        raise InputError(
            f"{file}: its values carry timestamps, which are not read. Write it without, a step after another."
        )
    has_class = said.get("classlabel", "false").startswith("true") or said.get("targetlabel") == "true"
    found, classes = [], []
    for number, line in enumerate(lines[start:], start + 1):
        if line.strip() and not line.startswith(("#", "%")):
            *channels, name = line.split(":") if has_class else [*line.split(":"), None]
            found.append(_channels(file, number, channels))
            classes.append(name if name is None else name.strip())
    return found, classes


def _channels(file: Path, number: int, channels: list[str]) -> list[np.ndarray]:
    try:
        found = [np.array([np.nan if value.strip() in ("?", "NaN") else float(value) for value in channel.split(",")]) for channel in channels]  # fmt: skip
    except ValueError as error:
        raise InputError(
            f"{file}, line {number}: {error}. Values stand between commas, channels between colons."
        ) from None
    if len({len(channel) for channel in found}) != 1:
        raise InputError(f"{file}, line {number}: its channels differ in length, or there is none.")
    return found
