"""Reads a data set, a folder with a card (dataset.yaml) or a bare file, into rows and a table. One module per format, which
is found because it is here; `Format` says what it holds."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Set
from pathlib import Path
from typing import Protocol, runtime_checkable

import pandas as pd

from pipeline.config import choose, did_you_mean
from pipeline.datasets.card import NAME, Card, read_card
from pipeline.datasets.source import Source
from pipeline.runtime.errors import InputError

# The keys of a card that also apply to new rows, which come in another file.
READING = ("label", "id", "exclude", "categories", "time", "rows", "kind", "range", "size")


@runtime_checkable
class Format(Protocol):
    """A module of this package that reads a format.

    ACCEPTS    what it reads, as users see it in messages
    CARD_KEYS  the keys of a card that it uses, besides title, source and license
    """

    ACCEPTS: str
    CARD_KEYS: Set[str]

    def recognizes(self, path: Path, card: Card) -> bool: ...

    def read(self, path: Path, card: Card, label: str | None) -> Source: ...


@runtime_checkable
class LoaderFormat(Format, Protocol):
    """A format that a card's `loader` names, instead of a file. LOADERS: the allowed names."""

    LOADERS: list[str]


@runtime_checkable
class TableFormat(Format, Protocol):
    def table(self, path: Path) -> pd.DataFrame:
        """All columns, unchanged."""


@runtime_checkable
class LabelsFormat(Format, Protocol):
    def labels(self, path: Path) -> list[str]:
        """Names that can be used as label, of a format that is no table."""


def read(path: Path, label: str | None, default_card: Card | None = None) -> Source:
    """The data at `path`: a folder with a card (dataset.yaml), or a bare file or folder in a known format.

    label         the column (or array) with the labels; takes precedence over the card's
    default_card  used where `path` has no card

    InputError if nothing is there, no format recognizes it, or several files qualify.
    """
    if not path.exists():
        siblings = [str(file) for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError(
            f"{path}: no such file or folder.{did_you_mean(str(path), siblings)}"
            f" {'Name an existing one' if default_card else 'Set data.path to an existing one'}."
        )
    own_card = read_card(path)
    card = own_card if default_card is None or own_card.model_fields_set else default_card
    file, format = find(path, card)
    own_card.refuse_unused(format.CARD_KEYS, format.ACCEPTS)
    source = format.read(file, card, label)
    source.reading = {"card": card.model_dump(include=set(READING), exclude_defaults=True), "levels": source.levels}
    if own_card.checksum and own_card.checksum != source.checksum():
        raise InputError(
            f"{path / NAME}: checksum is {own_card.checksum}, but the data have {source.checksum()}. The data have"
            " changed since the card was written; if that is intended, put the new checksum there."
        )
    return source


def find(path: Path, card: Card) -> tuple[Path, Format]:
    """The file (or folder) to read, and the format that reads it."""
    candidates = [format for format in formats() if isinstance(format, LoaderFormat) == bool(card.loader)]
    target = path / card.file if card.file else path
    if not target.exists():
        files = [str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()]
        raise InputError(
            f"{path / NAME}: file is {card.file}, which does not exist.{did_you_mean(card.file, files)}"
            " Name a file of that folder."
        )
    for format in candidates:
        if format.recognizes(target, card):
            return target, format
    if card.loader:
        loaders = [name for format in candidates for name in format.LOADERS]
        raise InputError(f"{path / NAME}: loader is {card.loader}; {choose(card.loader, loaders)}")
    allowed = "; ".join(format.ACCEPTS for format in candidates)
    if not target.is_dir():
        raise InputError(f"{target}: not a format that can be read. Allowed: {allowed}.")
    files = [file for file in sorted(target.iterdir()) if file.is_file() and not file.name.startswith(".")]
    matches = [(file, format) for file in files for format in candidates if format.recognizes(file, card)]
    if not matches:
        reason = "holds nothing that can be read" if any(target.iterdir()) else "is an empty folder"
        raise InputError(f"{target}: {reason}. Allowed: {allowed}.")
    if len(matches) > 1:
        names = ", ".join(file.name for file, _ in matches)
        fix = f"{card.how_to_add(f'file: {matches[0][0].name}', target)}, or set data.path to one of them"
        raise InputError(
            f"{target}: holds {len(matches)} files that can be read ({names})."
            f" {'Name one of them' if card.for_new_rows else fix}."
        )
    return matches[0]


def formats() -> list[Format]:
    """All formats, in the order in which they are tried."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return [module for module in modules if isinstance(module, Format)]
