"""One file a method, named as the method is in params.yaml.

Each has `Options` (with `space`), `SEEDED` (whether another seed gives another map) and
`embed(space, options, seed, threads, progress)`, which returns points and the arrays that placing needs besides; where rows
can be added to its maps, `place(rows, nearest, points, mapper, options, threads)`; where a dense network does that,
`layers(mapper, options)`, for a page that computes it. A method that works on neighbors says in
its Options how many (`neighbors_needed`) and what k of them suffice for (`within(k)`).
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from pipeline import config
from pipeline.runtime.errors import InputError

# k -> indices int32 and distances float64 (m, k) of new rows' nearest among those of a map
Nearest = Callable[[int], tuple[np.ndarray, np.ndarray]]


def expanded(given: config.Params, only: str | None = None) -> config.Params:
    """The same with every map that is drawn: an entry with a list where its method takes one value, `perplexity: [5, 30]`,
    stands for a map for each, "tsne-raw.5" and "tsne-raw.30". only: those of one entry."""
    entries = given.maps if only is None else {only: given.maps[only]}
    maps = {name: options for entry, found in entries.items() for name, options in _variants(entry, found).items()}
    return given.model_copy(update={"maps": maps})


def tuned(given: config.Params) -> dict[str, list[str]]:
    """entry -> its maps, where it has several; of expanded parameters."""
    found: dict[str, list[str]] = {}
    for name in given.maps:
        found.setdefault(config.entry(name), []).append(name)
    return {name: maps for name, maps in found.items() if len(maps) > 1}


def _variants(name: str, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    methods = [module.name for module in pkgutil.iter_modules(__path__)]
    if found.get("method") not in methods:
        return {name: found}  # `read` says what is wrong
    fields = importlib.import_module(f"{__name__}.{found['method']}").Options.model_fields
    lists = [key for key, value in found.items()
             if isinstance(value, list) and key not in ("method", "space")
             and key in fields and "tuple" not in str(fields[key].annotation)]  # fmt: skip
    for key in lists:
        if not found[key] or len({str(value) for value in found[key]}) < len(found[key]):
            raise InputError(
                f"{config.PATH}: maps.{name}.{key} is {found[key]}; give each value once, and at least one."
            )
    values = [dict(zip(lists, chosen, strict=True)) for chosen in product(*(found[key] for key in lists))]
    return {
        ".".join([name, "-".join(str(value) for value in chosen.values())]) if lists else name: found | chosen
        for chosen in values
    }


def read(name: str, given: config.Params) -> tuple[ModuleType, Any]:
    """The method and the options of the map `name`, its space and its neighbors checked."""
    found, where = given.maps[name], f"{config.PATH}: maps.{config.entry(name)}"
    method, options = config.kind(sys.modules[__name__], "method", found, "maps", config.entry(name))
    spaces = ["raw", *given.encoders]
    if options.space not in spaces:
        raise InputError(f'{where}.space is "{options.space}"; {config.choose(options.space, spaces)}')
    needed, k = getattr(options, "neighbors_needed", 0), given.neighbors.k
    if needed > k:
        key, value, most = options.within(k)
        raise InputError(
            f"{where}.{key} is {value:g}, which needs {needed} neighbors; neighbors.k is {k}."
            f" Raise neighbors.k to {needed}, or use a {key} of at most {most}."
        )
    return method, options


def starts(given: config.Params) -> list[int]:
    """The seed of each drawing of a map, all derived from the one `seed`."""
    return np.random.SeedSequence(given.seed).generate_state(given.seeds).tolist()
