"""Methods that make maps, one file each, named as in params.yaml. `Method` says what such a file holds."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Protocol

import numpy as np

from pipeline import config
from pipeline.config import Params, Strict
from pipeline.runtime.errors import InputError
from pipeline.types import Layer, Space

Progress = Callable[[float], None]  # called with the share of the work done so far


def silent(share: float) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Neighborhood:
    """Marks the option that decides how many nearest neighbors of a row a method reads: times x its value - itself.

    itself  1 where the method counts a row as its own first neighbor
    """

    times: int = 1
    itself: int = 0


class MethodOptions(Strict):
    """A map's entry in params.yaml, and what its method declares about itself. Options are fields: one that may be a
    list is `config.Sweepable`, one that decides how many neighbors are read has a `Neighborhood`.

    seeded         whether another seed gives another map
    training_only  whether the map is learned from the training rows alone
    """

    seeded: ClassVar[bool] = True
    training_only: ClassVar[bool] = False

    method: str
    space: str

    def neighborhood(self) -> tuple[str, float, Neighborhood] | None:
        """The option that decides how many neighbors are read, its (largest) value, and how it decides."""
        for key, field in type(self).model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, Neighborhood) and getattr(self, key) is not None:
                    return key, np.max(getattr(self, key)), mark
        return None

    @property
    def neighbors_needed(self) -> int:
        """How many nearest neighbors of each row the space must hold: at least 1."""
        deciding = self.neighborhood()
        if deciding is None:
            return 1
        _, value, reads = deciding
        return int(reads.times * value) - reads.itself

    @property
    def uses_all_cores(self) -> bool:
        """Whether one embedding keeps all cores busy, however many rows there are."""
        return False

    @property
    def cannot_transform(self) -> str | None:
        """Why no new points can be added to this map; None where they can."""
        return None

    def layers(self, mapper: dict[str, np.ndarray]) -> dict[str, list[Layer]] | None:
        """Dense layers on flat rows: "transform", which compute what `transform` does, and "reconstruct", from the map
        back to rows, if the method has it. None where no dense network computes the map."""
        return None


@dataclass(frozen=True)
class Fitted:
    """A map that new points are added to.

    embedding  float32 (n, 2), its points
    mapper     further arrays by name, as `embed` returned them
    nearest    queries float32 (m, d), k -> indices int32 and distances float64 (m, k) of the nearest points of the
               map's space
    """

    options: Any
    embedding: np.ndarray
    mapper: dict[str, np.ndarray]
    nearest: Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


class Method(Protocol):
    """What a file of this package holds."""

    Options: type[MethodOptions]

    def embed(
        self, space: Space, options: Any, seed: int, threads: int, progress: Progress = silent
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Embed a space in the plane.

        space    its neighbors are at least `options.neighbors_needed`
        returns  float32 (n, 2), and further arrays by name that `transform` needs

        The same space, options and seed give the same bytes, on any number of threads.
        """

    def transform(self, queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
        """Positions float32 (m, 2) of new points float32 (m, d) of the map's space, each independent of the others; the
        map's own points stay where they are. A file whose `cannot_transform` is never None has none."""


def expand(params: Params, only: str | None = None) -> Params:
    """The parameters with every map that is drawn: an entry with a list of values, `perplexity: [5, 30]`, becomes a map
    for each, "tsne-raw.5" and "tsne-raw.30". only: the maps of one entry."""
    entries = params.maps if only is None else {only: params.maps[only]}
    maps = {name: options for entry, values in entries.items() for name, options in _maps(entry, values).items()}
    return params.model_copy(update={"maps": maps})


def sweeps(params: Params) -> dict[str, list[str]]:
    """entry -> its maps, where it has several; of expanded parameters."""
    maps: dict[str, list[str]] = {}
    for name in params.maps:
        maps.setdefault(config.entry(name), []).append(name)
    return {entry: names for entry, names in maps.items() if len(names) > 1}


def _maps(entry: str, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if values.get("method") not in [module.name for module in pkgutil.iter_modules(__path__)]:
        return {entry: values}  # `read` reports it
    fields = importlib.import_module(f"{__name__}.{values['method']}").Options.model_fields
    lists = {
        key: value
        for key, value in values.items()
        if isinstance(value, list) and key in fields and config.SWEEPABLE in fields[key].metadata
    }
    for key, value in lists.items():
        if not value or len({str(each) for each in value}) < len(value):
            raise InputError(f"{config.PATH}: maps.{entry}.{key} is {value}; give each value once, and at least one.")
    if not lists:
        return {entry: values}
    return {
        f"{entry}.{'-'.join(map(str, combination))}": values | dict(zip(lists, combination, strict=True))
        for combination in product(*lists.values())
    }


def read(name: str, params: Params) -> tuple[Method, Any]:
    """The method and the options of the map `name`; InputError where its space or its neighbors are not there."""
    entry = config.entry(name)
    method, options = config.plugin(sys.modules[__name__], "method", params.maps[name], "maps", entry)
    spaces = ["raw", *params.encoders]
    if options.space not in spaces:
        raise InputError(
            f'{config.PATH}: maps.{entry}.space is "{options.space}"; {config.choose(options.space, spaces)}'
        )
    needed, k = options.neighbors_needed, params.neighbors.k
    if needed > k:
        key, value, reads = options.neighborhood()
        raise InputError(
            f"{config.PATH}: maps.{entry}.{key} is {value:g}, which needs {needed} neighbors; neighbors.k is {k}."
            f" Raise neighbors.k to {needed}, or use a {key} of at most {(k + reads.itself) // reads.times}."
        )
    return method, options


def seeds(params: Params) -> list[int]:
    """The seed of each embedding of a map, all derived from the one `seed`."""
    return np.random.SeedSequence(params.seed).generate_state(params.seeds).tolist()
