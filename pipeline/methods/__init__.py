"""One file a method, named as the method is in params.yaml.

Each has `Options` (with `space`), `SEEDED` (whether another seed gives another map) and
`embed(space, options, seed, threads, progress)`, which returns points and the arrays that placing needs besides; where rows
can be added to its maps, `place(rows, nearest, points, mapper, options, threads)`. A method that works on neighbors says in
its Options how many (`neighbors_needed`) and what k of them suffice for (`within(k)`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from pipeline import params
from pipeline.errors import InputError

# k -> indices int32 and distances float64 (m, k) of new rows' nearest among those of a map
Nearest = Callable[[int], tuple[np.ndarray, np.ndarray]]


def read(name: str, given: params.Params) -> tuple[ModuleType, Any]:
    """The method and the options of the map `name`, its space and its neighbors checked."""
    found, where = given.maps[name], f"{params.PATH}: maps.{name}"
    method, options = params.kind(sys.modules[__name__], "method", found, "maps", name)
    spaces = ["raw", *given.encoders]
    if options.space not in spaces:
        raise InputError(f'{where}.space is "{options.space}"; {params.choose(options.space, spaces)}')
    needed, k = getattr(options, "neighbors_needed", 0), given.neighbors.k
    if needed > k:
        key, value, most = options.within(k)
        raise InputError(
            f"{where}.{key} is {value:g}, which needs {needed} neighbors; neighbors.k is {k}."
            f" Raise neighbors.k to {needed}, or use a {key} of at most {most}."
        )
    return method, options


def starts(given: params.Params) -> list[int]:
    """The seed of each drawing of a map, all derived from the one `seed`."""
    return np.random.SeedSequence(given.seed).generate_state(given.seeds).tolist()
