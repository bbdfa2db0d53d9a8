"""What else could have been drawn: the same map of other rows like these, and of data without structure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import PositiveInt

from pipeline import encoders, faithfulness, nulls, padding, params, preparation, spaces
from pipeline.errors import InputError
from pipeline.nouns import Dataset, Space


class Structureless(params.Strict):
    """kind: gaussian (the data's mean and covariance), or shuffled (columns, each on its own); draws: random datasets."""

    kind: Literal["gaussian", "shuffled"]
    draws: PositiveInt


def read(name: str, given: params.Params) -> Structureless:
    """How the map `name` is held against data without structure."""
    if name not in given.maps:
        where = f"{params.PATH}: structureless.{name}"
        raise InputError(f"{where}: no such map; {params.choose(name, list(given.maps))}")
    return params.parse(Structureless, given.structureless[name], "structureless", name)


def subsamples(strata: np.ndarray, share: float, count: int, seed: int) -> list[np.ndarray]:
    """Row numbers of `count` subsamples of `share` of the rows, stratified, without replacement; the same for every map."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"redraw")))
    size = round(share * len(strata))
    return [np.flatnonzero(preparation.draw(strata, size, rng)) for _ in range(count)]


def redraw(
    raw: Space,
    space: Space,
    method: ModuleType,
    options: Any,
    chosen: list[np.ndarray],
    seed: int,
    threads: int,
    progress: Callable[[int], None] = lambda done: None,
) -> pd.DataFrame:
    """The area under R_NX, against the raw data, of a map drawn anew on each subsample: subsample, rows, area.

    space   what the map is of, with neighbors; those within a subsample are found anew
    chosen  row numbers of each subsample
    """
    k = getattr(options, "neighbors_needed", 1)
    least = min((len(rows) for rows in chosen), default=k + 1)
    if least <= k:
        raise InputError(
            f"{params.PATH}: redraw.share leaves {least:,} rows, but the map asks for {k} neighbors of each."
            " Raise redraw.share, or use redraw.subsamples: 0 to do without."
        )
    lines = []
    for number, (rows, start) in enumerate(zip(chosen, encoders.seeds(seed, len(chosen)), strict=True)):
        own = spaces.make(space.points[rows], k, space.metric, space.training[rows])
        drawn = method.embed(own, options, start, threads)
        lines.append((number, len(rows), faithfulness.area(raw.points[rows], drawn, raw.metric)))
        progress(number + 1)
    return pd.DataFrame(lines, columns=["subsample", "rows", "area"])


def structureless(
    dataset: Dataset,
    metric: str,
    encoder: tuple[ModuleType, Any] | None,
    method: ModuleType,
    options: Any,
    null: Structureless,
    seed: int,
    threads: int,
    progress: Callable[[int], None] = lambda done: None,
) -> np.ndarray:
    """A map of each of several random datasets without structure, float32 (draws, n, 2).

    metric   of the raw data
    encoder  kind and options of what the map's codes come from, trained anew on each; None for a map of the raw data.
             What it is to rebuild is cut off at 0 and 1 where the data lie in [0, 1].
    """
    k, training = getattr(options, "neighbors_needed", 1), (dataset.table["split"] == "train").to_numpy()
    found = []
    for number, each in enumerate(encoders.seeds(seed, null.draws), start=1):
        rows = nulls.KINDS[null.kind](dataset.rows, each)
        if encoder is None:
            space = spaces.make(padding.flat(rows), k, metric, training)
        else:
            kind, encoder_options = encoder
            rows = np.clip(rows, 0, 1) if dataset.info["unit_interval"] else rows
            fitted = kind.fit(replace(dataset, rows=rows), encoder_options, each, label=None)
            codes, _, _ = encoders.compress(fitted, rows, np.zeros(len(rows), dtype=bool))
            space = spaces.make(codes, k, training=training)
        found.append(method.embed(space, options, each, threads))
        progress(number)
    return np.stack(found)
