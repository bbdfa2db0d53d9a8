"""t-SNE by scikit-learn, the implementation that "Building Autoencoders in Keras" names. It finds its own neighbors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.config import Strict
from pipeline.methods import Nearest
from pipeline.types import Space

SEEDED = True


class Options(Strict):
    method: Literal["sklearn_tsne"]
    space: str
    perplexity: Annotated[float, Field(ge=2)]

    @property
    def neighbors_needed(self) -> int:
        return int(3 * self.perplexity)

    def within(self, k: int) -> tuple[str, float, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "perplexity", self.perplexity, k // 3


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Map a space onto the plane by TSNE's defaults, from a random start drawn from `seed`.

    space    points float32 (n, d)
    returns  float32 (n, 2), in t-SNE's own units; nothing that placing would need besides
    """
    from sklearn.manifold import TSNE

    fitted = TSNE(
        perplexity=options.perplexity, init="random", metric=space.metric, random_state=seed, n_jobs=threads
    )  # fmt: skip
    return fitted.fit_transform(space.points), {}


def place(
    rows: np.ndarray,
    nearest: Nearest,
    points: np.ndarray,
    mapper: dict[str, np.ndarray],
    options: Options,
    threads: int,
) -> np.ndarray:
    """As `tsne.place`: it is the same objective."""
    from pipeline.methods import tsne

    return tsne.place(rows, nearest, points, mapper, options, threads)
