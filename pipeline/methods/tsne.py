"""t-SNE (van der Maaten and Hinton 2008) by openTSNE, on neighbors that are already known."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
import scipy.sparse as sp
from pydantic import Field, model_validator

from pipeline.config import Sweepable, conflict
from pipeline.layout import affinities
from pipeline.methods import Fitted, MethodOptions, Neighborhood, Progress, silent
from pipeline.runtime.errors import InputError
from pipeline.types import Space

EARLY, LATE, EVERY = 250, 500, 50  # steps with early exaggeration, steps after them, steps between reports of progress
# Of a new point, which has to find its position among few neighbors and does not shape the map:
NEW_PERPLEXITY = 5
NEW_NEIGHBORS = 25  # it starts at their median


class Options(MethodOptions):
    """perplexity      about how many neighbors attract a row
    perplexities    instead: several at once, which shape one map together
    exaggeration    factor on the attraction after the early phase, for denser clusters (Kobak and Berens 2019)
    initialization  pca: the first two principal components; spectral: eigenvectors of the graph of neighbors
    """

    method: Literal["tsne"]
    perplexity: Sweepable[Annotated[float | None, Field(ge=2), Neighborhood(times=3)]] = None
    perplexities: Annotated[
        tuple[Annotated[float, Field(ge=2)], ...] | None, Field(min_length=2), Neighborhood(times=3)
    ] = None
    exaggeration: Sweepable[Annotated[float | None, Field(ge=1, le=12)]] = None
    initialization: Sweepable[Literal["pca", "spectral"] | None] = None

    @model_validator(mode="after")
    def _has_one_of_both(self) -> Self:
        if self.perplexity is None and self.perplexities is None:
            raise conflict("perplexity", "is missing; method: tsne needs it, or perplexities.")
        if self.perplexity and self.perplexities:
            raise conflict("perplexity", "is set, and perplexities, too; give one of them.")
        return self

    @property
    def all_perplexities(self) -> tuple[float, ...]:
        return self.perplexities or (self.perplexity,)


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed a space in the plane, initialized by its principal components (or eigenvectors of its graph) and a jitter.

    space    points float32 (n, d), neighbor indices int32 and distances float64 (n, k), k >= options.neighbors_needed
    returns  float32 (n, 2), in t-SNE's own units

    The same space, options and seed give the same bytes, on any number of threads. The learning rate is n divided by
    the exaggeration (Belkina et al. 2019). Raises InputError as `affinities.tsne` does, and where the points diverge.
    """
    from openTSNE import TSNEEmbedding, initialization
    from openTSNE.affinity import PrecomputedAffinities

    joint = affinities.tsne(space.indices, space.distances, options.all_perplexities, threads)
    if options.initialization == "spectral":
        initial = initialization.spectral(joint, random_state=seed)
    else:
        flat = space.points if space.points.shape[1] > 1 else np.pad(space.points, ((0, 0), (0, 1)))
        initial = initialization.pca(flat, random_state=seed)
    points = TSNEEmbedding(
        initial, PrecomputedAffinities(joint, normalize=False), random_state=seed, n_jobs=threads,
        callbacks=_Reporter(progress), callbacks_every_iters=EVERY,
    )  # fmt: skip
    points = points.optimize(n_iter=EARLY, exaggeration=12, momentum=0.8)
    points = points.optimize(n_iter=LATE, exaggeration=options.exaggeration or 1, momentum=0.8)
    points = np.asarray(points, dtype=np.float32)
    if not np.isfinite(points).all():
        perplexities = " and ".join(f"{each:g}" for each in options.all_perplexities)
        raise InputError(
            f"t-SNE: the points diverged until they were no longer numbers, at a perplexity of {perplexities}. Look for"
            " huge values in the data, or use another perplexity."
        )
    return points, {}


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Add queries float32 (m, d) to a map whose own points stay where they are (Poličar, Stražar and Zupan 2023).

    returns  float32 (m, 2), each position independent of the other queries

    A new point starts at the median of its 25 nearest neighbors, and moves by the attraction of the 15 nearest and the
    repulsion of all.
    """
    from openTSNE import TSNEEmbedding, initialization
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.tsne import PartialTSNEEmbedding

    n = len(fitted.embedding)
    indices, distances = fitted.nearest(queries, min(NEW_NEIGHBORS, n))
    attraction = affinities.tsne_of_new(indices, distances, min(NEW_PERPLEXITY, indices.shape[1] / 3), n, threads)
    unused = PrecomputedAffinities(sp.csr_matrix((n, n)), normalize=False)
    reference = TSNEEmbedding(fitted.embedding, unused)
    # The tree, not the grid: a grid spans all points, so that each would depend on the others.
    points = PartialTSNEEmbedding(
        initialization.median(np.asarray(reference), indices), reference, attraction, negative_gradient_method="bh",
        n_jobs=threads,
    )  # fmt: skip
    points = points.optimize(n_iter=250, learning_rate=0.1, momentum=0.8, max_grad_norm=0.25)
    return np.asarray(points, dtype=np.float32)


class _Reporter:
    """Called by openTSNE after each `EVERY` steps."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.done = progress, 0

    def __call__(self, iteration: int, error: float, embedding: np.ndarray) -> None:
        self.done += EVERY
        self.progress(self.done / (EARLY + LATE))
