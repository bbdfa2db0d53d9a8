"""t-SNE by scikit-learn, the implementation that "Building Autoencoders in Keras" names. It finds its own neighbors."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.config import Sweepable
from pipeline.methods import Fitted, MethodOptions, Neighborhood, Progress, silent
from pipeline.types import Space


class Options(MethodOptions):
    """perplexity: about how many neighbors attract a row"""

    method: Literal["sklearn_tsne"]
    perplexity: Sweepable[Annotated[float, Field(ge=2), Neighborhood(times=3)]]


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed a space in the plane with TSNE's defaults, from a random initialization.

    space    points float32 (n, d)
    returns  float32 (n, 2), in t-SNE's own units
    """
    from sklearn.manifold import TSNE

    model = TSNE(
        perplexity=options.perplexity, init="random", metric=space.metric, random_state=seed, n_jobs=threads
    )  # fmt: skip
    return model.fit_transform(space.points), {}


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """As `tsne.transform`: the objective is the same."""
    from pipeline.methods import tsne

    return tsne.transform(queries, fitted, threads)
