"""Would null data look like this? The same map of random data that lack the structure of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from pipeline import config, encoders, ragged
from pipeline.config import NullMap, Params
from pipeline.controls import null_data
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset


def read(name: str, params: Params) -> NullMap:
    """The options of the null maps of the map `name`; of expanded params."""
    where = f"{config.PATH}: null_maps.{name}"
    if name not in params.maps and any(config.entry(each) == name for each in params.maps):
        raise InputError(
            f"{where}: {name} stands for several maps. Remove this line, or give the one you mean an entry of its own in maps."
        )
    if name not in params.maps:
        raise InputError(f"{where}: no such map; {config.choose(name, list(params.maps))}")
    return params.null_maps[name]


def embed(
    dataset: Dataset,
    metric: str,
    encoder: tuple[ModuleType, Any] | None,
    method: ModuleType,
    options: Any,
    null: NullMap,
    seed: int,
    threads: int,
    progress: Callable[[int], None] = lambda done: None,
) -> np.ndarray:
    """A map of each of several random null datasets, float32 (draws, n, 2).

    metric   of the raw data
    encoder  kind and options of the encoder of the map's codes, trained again on each null dataset; None for a map of the raw data.
             What it reconstructs is clipped to [0, 1] where the data lie there.
    """
    k, training = options.neighbors_needed, dataset.is_in("train")
    embeddings = []
    for number, own_seed in enumerate(encoders.seeds(seed, null.draws), start=1):
        rows = null_data.KINDS[null.kind](dataset.rows, own_seed)
        if encoder is None:
            space = graph.make_space(ragged.flat(rows), k, metric, training, shape=dataset.image_shape)
        else:
            kind, encoder_options = encoder
            rows = np.clip(rows, 0, 1) if dataset.info["unit_interval"] else rows
            fitted = kind.fit(replace(dataset, rows=rows), encoder_options, own_seed, label=None)
            codes, _, _ = encoders.compress(fitted, rows)
            space = graph.make_space(codes, k, training=training)
        embeddings.append(method.embed(space, options, own_seed, threads)[0])
        progress(number)
    return np.stack(embeddings)
