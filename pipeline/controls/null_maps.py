"""Would data without structure look like this? The same map of random data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, Literal

import numpy as np
from pydantic import PositiveInt

from pipeline import config, encoders, ragged
from pipeline.controls import null_data
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset


class Options(config.Strict):
    """kind: gaussian (the data's mean and covariance), or shuffled (columns, each on its own); draws: random datasets."""

    kind: Literal["gaussian", "shuffled"]
    draws: PositiveInt


def read(name: str, given: config.Params) -> Options:
    """How the map `name` is held against data without structure."""
    where = f"{config.PATH}: structureless.{name}"
    if name not in given.maps and any(each.startswith(f"{name}.") for each in given.maps):
        raise InputError(
            f"{where}: {name} stands for several maps. Take this line out, or give the one to ask about an entry of its own in maps."
        )
    if name not in given.maps:
        raise InputError(f"{where}: no such map; {config.choose(name, list(given.maps))}")
    return config.parse(Options, given.null_maps[name], "null_maps", name)


def draw(
    dataset: Dataset,
    metric: str,
    encoder: tuple[ModuleType, Any] | None,
    method: ModuleType,
    options: Any,
    null: Options,
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
        rows = null_data.KINDS[null.kind](dataset.rows, each)
        if encoder is None:
            space = graph.make_space(ragged.flat(rows), k, metric, training, shape=dataset.whole_shape)
        else:
            kind, encoder_options = encoder
            rows = np.clip(rows, 0, 1) if dataset.info["unit_interval"] else rows
            fitted = kind.fit(replace(dataset, rows=rows), encoder_options, each, label=None)
            codes, _, _ = encoders.compress(fitted, rows, np.zeros(len(rows), dtype=bool))
            space = graph.make_space(codes, k, training=training)
        found.append(method.embed(space, options, each, threads)[0])
        progress(number)
    return np.stack(found)
