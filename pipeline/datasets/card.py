"""dataset.yaml, the card of a dataset: what it is called, where it comes from, how it is read."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PrivateAttr
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from pipeline import params
from pipeline.errors import InputError

NAME = "dataset.yaml"


def _ordered(range: tuple[float, float]) -> tuple[float, float]:
    if not range[0] < range[1]:
        raise ValueError("should be two numbers, the lower first")
    return range


def _inside(file: str) -> str:
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise ValueError("should be a file in the card's own folder, which is what DVC hashes")
    return file


def _numbered(classes: Any) -> Any:
    if isinstance(classes, list):
        return {str(number): name for number, name in enumerate(classes)}
    return classes


class Card(BaseModel):
    """What dataset.yaml may say. All of it is optional."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    title: str | None = None
    source: str | None = None
    license: str | None = None
    file: Annotated[str, AfterValidator(_inside)] | None = None
    loader: str | None = None  # a function of sklearn.datasets, in place of a file
    label: str | None = None  # the column, or array, with the labels
    # Names for the labels' values: a mapping, or a list where the values are 0, 1, 2, ...
    classes: Annotated[dict[str, str], BeforeValidator(_numbered)] | None = None
    id: str | None = None
    exclude: list[str] = []  # columns that are no features; they stay in the table
    rows: str | None = None  # the array of an .npz file that holds the rows
    kind: Literal["vector", "image", "sequence"] | None = None  # what the rows are, where their shape tells otherwise
    range: Annotated[tuple[float, float], AfterValidator(_ordered)] | None = None  # of the values

    _folder: Path | None = PrivateAttr(None)

    def advice(self, line: str, path: Path) -> str:
        """How the user gets `line` into the card of the data at `path`."""
        if self._folder:
            return f"Add `{line}` to {self._folder / NAME}"
        return (
            f"Write {path.parent / NAME} with `file: {quoted(path.name)}` and `{line}`, "
            f"and set data.path to {path.parent}"
        )

    def refuse_unused(self, used: Set[str], format: str) -> None:
        """InputError for a key that the format would pass over in silence."""
        used = used | {"title", "source", "license"}
        for key in sorted(self.model_fields_set - used):
            raise InputError(
                f"{self._folder}/{NAME}: {key} is not used with {format}. Take it out; "
                f"allowed: {', '.join(name for name in Card.model_fields if name in used)}."
            )


def read_card(path: Path) -> Card:
    """The card in the folder `path`; an empty one where there is none, or where `path` is a file."""
    if not path.is_dir():
        return Card()
    card, file = Card(), path / NAME
    if file.exists():
        try:
            found = YAML(typ="safe", pure=True).load(file)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else "?"
            raise InputError(f"{file}, line {line}: {error.problem}. Mend the YAML there.") from None
        if not isinstance(found, dict | None):
            raise InputError(f"{file}: holds no keys. Allowed: {', '.join(Card.model_fields)}.")
        card = params.parse(Card, found or {}, path=file)
    card._folder = path
    return card


def pick(path: Path, wanted: str, names: Iterable[str], what: str) -> str:
    """`wanted`, if it is one of `names`; InputError if not."""
    names = list(names)
    if wanted not in names:
        allowed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "") or "null, since it has none"
        raise InputError(f'{path}: no {what} "{wanted}"; allowed: {allowed}.{nearest(wanted, names)}')
    return wanted


def nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def quoted(name: str) -> str:
    """`name` as it may stand in a YAML list."""
    return name if re.fullmatch(r"[A-Za-z_][\w .-]*", name) else json.dumps(name, ensure_ascii=False)
