"""dataset.yaml, the card of a dataset: its title, its source, and how to read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from pipeline import config
from pipeline.runtime.errors import InputError

NAME = "dataset.yaml"
ROLES = ("id", "label", "split")  # columns with these names have these roles
Size = Annotated[int, Field(ge=1, le=4096)]


def _ordered(range: tuple[float, float]) -> tuple[float, float]:
    if not range[0] < range[1]:
        raise ValueError("should be two numbers, the lower first")
    return range


def _inside(file: str) -> str:
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise ValueError("should be a file in the card's own folder, which DVC hashes")
    return file


def _numbered(classes: Any) -> Any:
    if isinstance(classes, list):
        return {str(number): name for number, name in enumerate(classes)}
    return classes


class Card(BaseModel):
    """The keys of dataset.yaml. All are optional."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    title: str | None = None
    source: str | None = None
    license: str | None = None
    file: Annotated[str, AfterValidator(_inside)] | None = None
    # Instead of a file: a function of sklearn.datasets or keras.datasets, openml, or a Python file of the user's.
    loader: str | None = None
    name: str | None = None  # of a data set on OpenML
    version: Annotated[int, Field(ge=1)] | None = None
    checksum: str | None = None  # of the data as read; `check` prints it
    label: str | None = None  # the column, or array, with the labels
    # Names for the labels' values: a mapping, or a list where the values are 0, 1, 2, ...
    classes: Annotated[dict[str, str], BeforeValidator(_numbered)] | None = None
    id: str | None = None
    exclude: list[str] = []  # columns that are not features; they stay in the table
    categories: list[str] = []  # columns whose values each become a column of 0 and 1
    time: str | None = None  # of a long table of series: the column that orders the steps of one id
    rows: str | None = None  # the array that holds the rows, where a file has several
    kind: Literal["vector", "image", "sequence"] | None = None  # if it is not what the shape suggests
    range: Annotated[tuple[float, float], AfterValidator(_ordered)] | None = None  # of the values
    size: tuple[Size, Size] | None = None  # height and width that pictures are resized to

    _folder: Path | None = PrivateAttr(None)
    # Of a card for new rows: the values of categorical columns in the known data, and the known data's own columns.
    _levels: dict[str, list] | None = PrivateAttr(None)
    _known_columns: list[str] | None = PrivateAttr(None)

    def for_columns(self, columns: list[str]) -> Card:
        """This card. If it is for new rows: without the columns that they lack, and with unknown columns excluded."""
        if not self.for_new_rows:
            return self
        lists = {key: [name for name in getattr(self, key) if name in columns] for key in ("exclude", "categories")}
        roles = {key: value for key in ("id", "label", "time") if (value := getattr(self, key)) in columns}
        if self._known_columns:
            kept = {*self._known_columns, *lists["exclude"], *roles.values(), *ROLES}
            lists["exclude"] += [name for name in columns if name not in kept]
        card = self.model_copy(update={"id": None, "label": None, "time": None} | lists | roles)
        card._levels, card._known_columns = self._levels, self._known_columns
        return card

    @property
    def for_new_rows(self) -> bool:
        return self._levels is not None

    def levels(self, column: str) -> list | None:
        """The values of a categorical column, if they are known before it is read."""
        return (self._levels or {}).get(column)

    def how_to_add(self, line: str, path: Path) -> str:
        """How users get `line` into the card of the data at `path`; new rows must be fixed instead."""
        if self.for_new_rows:
            return "Fix it in the new rows"
        if self._folder:
            return f"Add `{line}` to {self._folder / NAME}"
        return (
            f"Write {path.parent / NAME} with `file: {quoted(path.name)}` and `{line}`, "
            f"and set data.path to {path.parent}"
        )

    def refuse_unused(self, used: Set[str], format: str) -> None:
        """InputError for a key that the format would ignore."""
        used = used | {"title", "source", "license", "checksum"}
        for key in sorted(self.model_fields_set - used):
            raise InputError(
                f"{self._folder}/{NAME}: {key} is not used with {format}. Remove it; "
                f"allowed: {', '.join(name for name in Card.model_fields if name in used)}."
            )


def read_card(path: Path) -> Card:
    """The card in the folder `path`; an empty one where there is none, or where `path` is a file."""
    if not path.is_dir():
        return Card()
    card, file = Card(), path / NAME
    if file.exists():
        values = config.read_yaml(file)
        if not isinstance(values, dict | None):
            raise InputError(f"{file}: holds no keys. Allowed: {', '.join(Card.model_fields)}.")
        card = config.parse(Card, values or {}, path=file)
    card._folder = path
    return card


def card_for_new_rows(known: dict[str, Any], levels: dict[str, list], features: list[str] | None = None) -> Card:
    """A card for new rows that have none, from the known data: their card's keys, and the columns that they have."""
    card = Card.model_validate(known)
    card._levels, card._known_columns = levels, [*levels, *features] if features else None
    return card


def pick(path: Path, wanted: str, names: Iterable[str], what: str) -> str:
    """`wanted`, if it is one of `names`; InputError if not."""
    names = list(names)
    if wanted not in names:
        allowed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "") or "null, since there is none"
        raise InputError(f'{path}: no {what} "{wanted}"; allowed: {allowed}.{config.did_you_mean(wanted, names)}')
    return wanted


def quoted(name: str) -> str:
    """`name` as an item of a YAML list."""
    return name if re.fullmatch(r"[A-Za-z_][\w .-]*", name) else json.dumps(name, ensure_ascii=False)
