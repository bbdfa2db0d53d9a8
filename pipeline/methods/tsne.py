"""t-SNE (van der Maaten and Hinton 2008) by openTSNE, on neighbors that are already known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

import numpy as np
import scipy.sparse as sp
from pydantic import Field, model_validator

from pipeline.config import Strict, refused
from pipeline.layout import affinities
from pipeline.methods import Nearest
from pipeline.runtime.errors import InputError
from pipeline.types import Space

SEEDED = True
Perplexity = Annotated[float, Field(ge=2)]
PLACED_WITH = 5  # perplexity of a new row: it is to find its place among few neighbors, not to shape the map
STARTS_AMONG = 25


class Options(Strict):
    """perplexity     about how many neighbors a row pays attention to
    perplexities   in its place: several at once, which shape one map together
    exaggeration   factor on the attraction after the early phase, for denser clusters (Kobak and Berens 2019)
    start          pca: the first two principal components; spectral: of the graph of neighbors
    """

    method: Literal["tsne"]
    space: str
    perplexity: Perplexity | None = None
    perplexities: Annotated[tuple[Perplexity, ...], Field(min_length=2)] | None = None
    exaggeration: Annotated[float, Field(ge=1, le=12)] | None = None
    start: Literal["pca", "spectral"] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.perplexity is None and self.perplexities is None:
            raise refused("perplexity", "is missing; method: tsne needs it, or perplexities.")
        if self.perplexity and self.perplexities:
            raise refused("perplexity", "is set, and perplexities, too; give one of them.")
        return self

    @property
    def scales(self) -> tuple[float, ...]:
        return self.perplexities or (self.perplexity,)

    @property
    def neighbors_needed(self) -> int:
        return int(3 * max(self.scales))

    def within(self, k: int) -> tuple[str, float, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "perplexities" if self.perplexities else "perplexity", max(self.scales), k // 3


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Map a space onto the plane, starting from its principal components (or its graph's) and a jitter drawn from `seed`.

    space     points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= neighbors_needed
    progress  called with the share of the work done so far
    returns   float32 (n, 2), in t-SNE's own units; nothing that placing would need besides

    The same space, options and seed give the same bytes, whatever the number of threads. The learning rate is n divided by
    the exaggeration (Belkina et al. 2019). Raises InputError as `affinities.tsne` does, and where points run away.
    """
    from openTSNE import TSNEEmbedding, initialization
    from openTSNE.affinity import PrecomputedAffinities

    joint = affinities.tsne(space.indices, space.distances, options.scales, threads)
    if options.start == "spectral":
        first = initialization.spectral(joint, random_state=seed)
    else:
        flat = space.points if space.points.shape[1] > 1 else np.pad(space.points, ((0, 0), (0, 1)))
        first = initialization.pca(flat, random_state=seed)
    points = TSNEEmbedding(
        first, PrecomputedAffinities(joint, normalize=False), random_state=seed, n_jobs=threads,
        callbacks=_Said(progress, 750), callbacks_every_iters=50,
    )  # fmt: skip
    points = points.optimize(n_iter=250, exaggeration=12, momentum=0.8)
    points = points.optimize(n_iter=500, exaggeration=options.exaggeration or 1, momentum=0.8)
    points = np.asarray(points, dtype=np.float32)
    if not np.isfinite(points).all():
        raise InputError(
            f"t-SNE: the points ran away from each other until they were no longer numbers, at {_said(options)}. Look for"
            " huge values in the data, or use another perplexity."
        )
    return points, {}


def place(
    rows: np.ndarray,
    nearest: Nearest,
    points: np.ndarray,
    mapper: dict[str, np.ndarray],
    options: Strict,
    threads: int,
) -> np.ndarray:
    """Put rows onto a map float32 (n, 2) whose own points stay where they are (Poličar, Stražar and Zupan 2023).

    returns  float32 (m, 2), each row's place whatever rows come with it, since they do not see each other

    A row starts at the median of its 25 nearest, and moves by the attraction of the 15 nearest and the repulsion of all.
    """
    from openTSNE import TSNEEmbedding, initialization
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.tsne import PartialTSNEEmbedding

    indices, distances = nearest(min(STARTS_AMONG, len(points)))
    attraction = affinities.tsne_of_new(
        indices, distances, min(PLACED_WITH, indices.shape[1] / 3), len(points), threads
    )
    unused = PrecomputedAffinities(sp.csr_matrix((len(points), len(points))), normalize=False)
    reference = TSNEEmbedding(points, unused)
    # The tree, not the grid: a grid spans all points, so that each would depend on the others.
    placed = PartialTSNEEmbedding(
        initialization.median(np.asarray(reference), indices), reference, attraction, negative_gradient_method="bh",
        n_jobs=threads,
    )  # fmt: skip
    placed = placed.optimize(n_iter=250, learning_rate=0.1, momentum=0.8, max_grad_norm=0.25)
    return np.asarray(placed, dtype=np.float32)


class _Said:
    """What openTSNE calls every so many steps."""

    def __init__(self, progress: Callable[[float], None], steps: int) -> None:
        self.progress, self.steps, self.done = progress, steps, 0

    def __call__(self, iteration: int, error: float, embedding: np.ndarray) -> None:
        self.done += 50
        self.progress(self.done / self.steps)


def _said(options: Options) -> str:
    return f"a perplexity of {' and '.join(f'{scale:g}' for scale in options.scales)}"
