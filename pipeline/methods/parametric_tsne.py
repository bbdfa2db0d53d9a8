"""Parametric t-SNE: a network learns a t-SNE map, and new points pass through it (van der Maaten 2009).

Unlike there, affinities are computed among all training rows, not within a batch, which tears the map: see
autoencoders.parametric.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from pipeline.autoencoders.parametric_options import ParametricOptions
from pipeline.config import Sweepable
from pipeline.layout import affinities
from pipeline.methods import Fitted, MethodOptions, Neighborhood, Progress, silent
from pipeline.neighbors import graph
from pipeline.types import Space


class Options(ParametricOptions, MethodOptions):
    """perplexity: about how many neighbors attract a row"""

    training_only: ClassVar[bool] = True

    method: Literal["parametric_tsne"]
    perplexity: Sweepable[Annotated[float, Field(ge=2), Neighborhood(times=3)]]


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed all rows with a network trained on the training rows, its weights initialized by `seed`."""
    from pipeline.autoencoders import parametric

    own = graph.make_space(space.points[space.training], options.neighbors_needed, space.metric)
    edges = affinities.tsne(own.indices, own.distances, [options.perplexity], threads)
    return parametric.embed(space, edges, options, parametric.tsne_loss, seed, progress)


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Queries float32 (m, d) through the network: float32 (m, 2)."""
    from pipeline.autoencoders import parametric

    return parametric.transform(queries, fitted.options, fitted.mapper)
