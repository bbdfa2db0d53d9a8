"""Sources of data: a card or a bare file -> rows and a table. One module for each format.

A format is a module of this package with

    ACCEPTS    what it reads, for people
    CARD_KEYS  the keys of a card that it uses, besides title, source and license
    recognizes(path, card) -> bool
    read(path, card, label) -> Source

and is found by being here. One that a card's `loader` names, in place of a file, has LOADERS, what may be named. One of tables
has table(path) -> DataFrame, too, with all columns as they are; another may have labels(path) -> names that a label can have.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from pipeline.datasets.card import NAME, Card, nearest, read_card
from pipeline.datasets.source import Source
from pipeline.runtime.errors import InputError

__all__ = ["Source", "read"]


# What of a card holds for further rows, which come in another file.
READING = ("label", "id", "exclude", "categories", "time", "rows", "kind", "range", "size")


def read(path: Path, label: str | None, default_card: Card | None = None) -> Source:
    """The data at `path`: a folder with a card (dataset.yaml), or a bare file or folder in a known format.

    label    the column (or array) with the labels; it goes before the card's own
    default_card  used where the folder has no card

    InputError when there is nothing there, no format knows it, or more than one file could be meant.
    """
    if not path.exists():
        siblings = [str(found) for found in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError(
            f"{path}: no such file or folder.{nearest(str(path), siblings)}"
            f" {'Name' if default_card else 'Set data.path to'} what is there."
        )
    own = read_card(path)
    card = own if default_card is None or own.model_fields_set else default_card
    file, format = find(path, card)
    own.refuse_unused(format.CARD_KEYS, format.ACCEPTS)
    source = format.read(file, card, label)
    source.reading = {"card": card.model_dump(include=set(READING), exclude_defaults=True), "levels": source.levels}
    if own.checksum and own.checksum != source.checksum():
        raise InputError(
            f"{path / NAME}: checksum is {own.checksum}, but that of the data is {source.checksum()}. They are not those that"
            " the card was written for; if they should be, put the new checksum there."
        )
    return source


def find(path: Path, card: Card) -> tuple[Path, ModuleType]:
    """The file (or folder) to read, and the format that reads it."""
    known = [format for format in formats() if hasattr(format, "LOADERS") == bool(card.loader)]
    target = path / card.file if card.file else path
    if not target.exists():
        files = [str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()]
        hint = nearest(card.file, files)
        raise InputError(f"{path / NAME}: file is {card.file}, which is not there.{hint}")
    for format in known:
        if format.recognizes(target, card):
            return target, format
    if card.loader:
        loaders = [name for format in known for name in format.LOADERS]
        raise InputError(
            f"{path / NAME}: loader is {card.loader}; allowed: {', '.join(loaders)}.{nearest(card.loader, loaders)}"
        )
    allowed = "; ".join(format.ACCEPTS for format in known)
    if not target.is_dir():
        raise InputError(f"{target}: not a format that can be read. Allowed: {allowed}.")
    files = [file for file in sorted(target.iterdir()) if file.is_file() and not file.name.startswith(".")]
    found = [(file, format) for file in files for format in known if format.recognizes(file, card)]
    if not found:
        what = "holds nothing that can be read" if any(target.iterdir()) else "is an empty folder"
        raise InputError(f"{target}: {what}. Allowed: {allowed}.")
    if len(found) > 1:
        names = ", ".join(file.name for file, _ in found)
        add = f"{card.advice(f'file: {found[0][0].name}', target)}, or set data.path to one of them"
        raise InputError(
            f"{target}: {len(found)} files could be meant ({names}). {'Name one of them' if card.of_new_rows else add}."
        )
    return found[0]


def formats() -> list[ModuleType]:
    """All formats, in the order in which they are tried."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return [module for module in modules if hasattr(module, "recognizes")]
