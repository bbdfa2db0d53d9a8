"""Would other rows like these say the same? Every map embedded again on subsamples of the rows."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Subsampling
from pipeline.preprocessing import sampling
from pipeline.types import Space

COLUMNS = ["map", "subsample", "rows", "r_nx_auc"]


def draw(table: pd.DataFrame, options: Subsampling, seed: int) -> list[np.ndarray]:
    """Row numbers of each subsample of a dataset; none where it has more than `options.max_rows` rows.

    table  the dataset's; subsamples are stratified by its column `label`, where it has one
    """
    if len(table) > options.max_rows:
        return []
    strata = np.unique(table["label"], return_inverse=True)[1] if "label" in table else np.zeros(len(table), int)
    return subsamples(strata, options.share, options.subsamples, seed)


def subsamples(strata: np.ndarray, share: float, count: int, seed: int) -> list[np.ndarray]:
    """Row numbers of `count` stratified subsamples of `share` of the rows, without replacement; the same for every map."""
    # The label of this random stream stays: changing it moves numbers.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"redraw")))
    size = round(share * len(strata))
    return [np.flatnonzero(sampling.draw(strata, size, rng)) for _ in range(count)]


def learned_from(options: Any, training: np.ndarray) -> int:
    """How many rows a map learns from, of rows of which some are training rows, bool (n,)."""
    return int(training.sum()) if options.training_only else len(training)


def too_small(options: Any, samples: list[np.ndarray], training: np.ndarray) -> str | None:
    """Why a map cannot be embedded again on each of the subsamples, in a sentence; None where it can.

    training  bool (n,), which of all rows are training rows
    """
    k = options.neighbors_needed
    smallest = min((learned_from(options, training[rows]) for rows in samples), default=k + 1)
    if smallest > k:
        return None
    return (
        f"not embedded again on subsamples: subsampling.share leaves {smallest:,} rows to learn from, and the map needs {k} neighbors of"
        " each. For intervals that cover other rows, raise subsampling.share, or use a smaller perplexity or n_neighbors."
    )


def measure(
    raw: Space,
    space: Space,
    method: ModuleType,
    options: Any,
    samples: list[np.ndarray],
    seed: int,
    threads: int,
    progress: Callable[[int], None] = lambda done: None,
) -> pd.DataFrame:
    """R_NX AUC, compared with the raw data, of a map embedded again on each subsample: subsample, rows, r_nx_auc.

    space    of the map; neighbors are searched again within each subsample
    samples  row numbers of each subsample
    """
    from pipeline import metrics  # heavy, and not needed where there is nothing to do
    from pipeline.neighbors import graph

    k = options.neighbors_needed
    records = []
    for number, (rows, own_seed) in enumerate(zip(samples, _seeds(seed, len(samples)), strict=True)):
        own = graph.make_space(space.points[rows], k, space.metric, space.training[rows], shape=space.shape)
        points, _ = method.embed(own, options, own_seed, threads)
        records.append((number, len(rows), metrics.r_nx_auc(raw.points[rows], points, raw.metric)))
        progress(number + 1)
    return pd.DataFrame(records, columns=["subsample", "rows", "r_nx_auc"])


def _seeds(seed: int, count: int) -> list[int]:
    # The label of this random stream stays: changing it moves numbers.
    return np.random.SeedSequence(seed, spawn_key=tuple(b"starts")).generate_state(count).tolist()
