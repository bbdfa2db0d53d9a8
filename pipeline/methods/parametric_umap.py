"""Parametric UMAP: a network that learns a UMAP map, so that new rows are placed by a forward pass (Sainburg, McInnes and
Gentner 2021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline.autoencoders.parametric_options import ParametricOptions
from pipeline.layout import affinities
from pipeline.methods import Nearest
from pipeline.neighbors import graph
from pipeline.types import Layer, Space

SEEDED = True


class Options(ParametricOptions):
    """n_neighbors  about how many neighbors a row pays attention to, itself included
    min_dist     how close two points may lie
    """

    method: Literal["parametric_umap"]
    n_neighbors: Annotated[int, Field(ge=2)]
    min_dist: Annotated[float, Field(ge=0, le=1)]

    @property
    def neighbors_needed(self) -> int:
        return self.n_neighbors - 1

    def within(self, k: int) -> tuple[str, int, int]:
        """The option that asks for neighbors, its value, and the most that k neighbors suffice for."""
        return "n_neighbors", self.n_neighbors, k + 1


def embed(
    space: Space, options: Options, seed: int, threads: int, progress: Callable[[float], None] = lambda share: None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Learn a map from the training rows, from weights drawn from `seed`.

    space    points float32 (n, d), training bool (n,)
    returns  float32 (n, 2); the weights, and the scaling of its input
    """
    from pipeline.autoencoders import parametric

    rows = space.points[space.training]
    own = graph.make_space(rows, options.neighbors_needed, space.metric)
    edges = affinities.umap(rows, own.indices, own.distances, options.n_neighbors)
    curve = affinities.umap_learn().umap_.find_ab_params(1.0, options.min_dist)
    return parametric.embed(space.shaped(space.points), space.training, edges, options, parametric.umap(*curve), seed, progress)


def place(
    rows: np.ndarray,
    nearest: Nearest,
    points: np.ndarray,
    mapper: dict[str, np.ndarray],
    options: Options,
    threads: int,
) -> np.ndarray:
    """Rows float32 (m, d) through the network: float32 (m, 2)."""
    from pipeline.autoencoders import parametric

    return parametric.transform(rows.reshape(len(rows), *mapper["center"].shape), options, mapper)


def layers(mapper: dict[str, np.ndarray], options: Options) -> dict[str, list[Layer]] | None:
    """What `place` computes, and its way back where there is one, as dense layers of flat rows; None for convolutions."""
    return options.layers(mapper)
