"""What the laws are told of a run: its data, its parameters, and what numba has compiled already."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Params

# A module with kernels -> seconds that numba takes, once, for those that are compiled together with its own.
KERNELS = {"selection": 8.0, "curves": 5.5, "neighborhoods": 11.0}


@dataclass(frozen=True)
class Sizes:
    """rows: of the run, after data.rows; shape of one; kind: vector, image or sequence; tests: share of
    test rows, None where data.test_fraction decides; cores of the machine; uncompiled: modules of KERNELS; left: rows of the source
    that data.rows left out.
    """

    given: Params
    rows: int
    shape: tuple[int, ...]
    kind: str
    tests: float | None = None
    cores: int = 1
    uncompiled: frozenset[str] = frozenset()
    left: int = 0

    @property
    def values(self) -> int:
        return math.prod(self.shape)

    @property
    def testing(self) -> float:
        return self.rows * (self.given.data["test_fraction"] if self.tests is None else self.tests)

    @property
    def placed(self) -> int:
        """Rows that the stage place puts onto each map."""
        return self.left if self.given.place.others else 0

    @property
    def training(self) -> float:
        return (self.rows - self.testing) * (1 - self.given.data["validation_fraction"])

    def space(self, name: str) -> tuple[int, ...]:
        """The shape of a point of a space."""
        return self.shape if name == "raw" else (self.given.encoders[name].get("code_size") or 10,)


def uncompiled() -> frozenset[str]:
    """Of KERNELS, those that numba has left nothing of beside the modules."""
    found = {path.name.partition(".")[0] for path in Path(__file__).parents[1].glob("**/__pycache__/*.nbi")}
    return frozenset(KERNELS.keys() - found)
