"""The .ts format of timeseriesclassification.com: one series per line, its channels separated by colons."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from pipeline.datasets.card import Card
from pipeline.datasets.source import Source, check_label, from_arrays
from pipeline.datasets.unpacking import check_size
from pipeline.runtime.errors import InputError

ACCEPTS = "series (.ts, or a folder with NAME_TRAIN.ts and NAME_TEST.ts)"
CARD_KEYS = {"file", "label", "classes"}


def recognizes(path: Path, card: Card) -> bool:
    return (path.is_dir() and len(_parts(path)) == 2) or (path.is_file() and path.suffix.lower() == ".ts")


def read(path: Path, card: Card, label: str | None) -> Source:
    """Series (n, steps, channels), shorter ones padded with NaN at their end; the class, if any, is the label."""
    files = _parts(path) if path.is_dir() else {"": path}
    series, labels, split = [], [], []
    for part, file in files.items():
        channels, classes = _read_file(file)
        series += channels
        labels += classes
        split += [part] * len(channels)
    counts = {len(channels) for channels in series}
    if len(counts) > 1:
        raise InputError(f"{path}: series of {min(counts)} to {max(counts)} channels; all must have the same number.")
    shape = (len(series), max((len(channels[0]) for channels in series), default=0), *counts)
    check_size(next(iter(files.values())), 8 * int(np.prod(shape, dtype=float)))
    rows = np.full(shape, np.nan)
    for row, channels in zip(rows, series, strict=True):
        row[: len(channels[0])] = np.transpose(channels)
    columns = {"split": np.array(split, dtype=object)} if len(files) == 2 else {}
    if any(name is not None for name in labels):
        columns["label"] = np.array(labels, dtype=object)
    check_label(path, card, label, "label" in columns)
    return from_arrays(path, card, rows, columns, kind="sequence")


def _parts(folder: Path) -> dict[str, Path]:
    matches = {
        part: [file for file in sorted(folder.iterdir()) if file.name.lower().endswith(f"_{part}.ts")]
        for part in ("train", "test")
    }
    return {part: files[0] for part, files in matches.items() if len(files) == 1}


def _read_file(file: Path) -> tuple[list[list[np.ndarray]], list[str | None]]:
    """Each series as its channels (steps,), and its class."""
    try:
        text = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{file}: not a text file. A .ts file begins with lines of @.") from None
    start = next((number for number, line in enumerate(text, 1) if line.strip().lower() == "@data"), None)
    if start is None:
        raise InputError(f"{file}: has no line @data, after which the series begin. Add it.")
    header = dict(line[1:].lower().split(None, 1) for line in text[:start] if re.match(r"@\w+\s+\S", line))
    header = {key: value.strip() for key, value in header.items()}
    if header.get("timestamps", "false") == "true":
        raise InputError(f"{file}: its values have timestamps, which are not supported. Write the steps without them.")
    has_class = header.get("classlabel", "false").startswith("true") or header.get("targetlabel") == "true"
    series, classes = [], []
    for number, line in enumerate(text[start:], start + 1):
        if line.strip() and not line.startswith(("#", "%")):
            *channels, name = line.split(":") if has_class else [*line.split(":"), None]
            series.append(_channels(file, number, channels))
            classes.append(name if name is None else name.strip())
    return series, classes


def _channels(file: Path, number: int, texts: list[str]) -> list[np.ndarray]:
    try:
        channels = [
            np.array([np.nan if value.strip() in ("?", "NaN") else float(value) for value in text.split(",")])
            for text in texts
        ]
    except ValueError as error:
        raise InputError(
            f"{file}, line {number}: {error}. Put commas between values, and colons between channels."
        ) from None
    if len({len(channel) for channel in channels}) != 1:
        raise InputError(f"{file}, line {number}: channels of different lengths, or none. Give all the same length.")
    return channels
