"""Parametric UMAP: a network learns a UMAP map, and new points pass through it (Sainburg, McInnes and Gentner 2021)."""

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
    """n_neighbors  about how many neighbors attract a row, itself included
    min_dist     how close two points may lie
    """

    training_only: ClassVar[bool] = True

    method: Literal["parametric_umap"]
    n_neighbors: Sweepable[Annotated[int, Field(ge=2), Neighborhood(itself=1)]]
    min_dist: Sweepable[Annotated[float, Field(ge=0, le=1)]]


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Progress = silent
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Embed all rows with a network trained on the training rows, its weights initialized by `seed`."""
    from pipeline.autoencoders import parametric

    own = graph.make_space(space.points[space.training], options.neighbors_needed, space.metric)
    edges = affinities.umap(own.points, own.indices, own.distances, options.n_neighbors)
    loss = parametric.umap_loss(*affinities.umap_learn().umap_.find_ab_params(1.0, options.min_dist))
    return parametric.embed(space, edges, options, loss, seed, progress)


def transform(queries: np.ndarray, fitted: Fitted, threads: int) -> np.ndarray:
    """Queries float32 (m, d) through the network: float32 (m, 2)."""
    from pipeline.autoencoders import parametric

    return parametric.transform(queries, fitted.options, fitted.mapper)
