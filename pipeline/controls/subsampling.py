"""Other rows like these: every map drawn anew on subsamples of the rows."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pipeline import metrics
from pipeline.config import Subsampling
from pipeline.neighbors import graph
from pipeline.preprocessing import sampling
from pipeline.types import Space


def subsamples(strata: np.ndarray, share: float, count: int, seed: int) -> list[np.ndarray]:
    """Row numbers of `count` subsamples of `share` of the rows, stratified, without replacement; the same for every map."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"redraw")))
    size = round(share * len(strata))
    return [np.flatnonzero(sampling.draw(strata, size, rng)) for _ in range(count)]


def of(table: pd.DataFrame, options: Subsampling, seed: int) -> list[np.ndarray]:
    """The subsamples of a dataset's rows that params.yaml asks for; none of more rows than that is asked of."""
    if len(table) > options.max_rows:
        return []
    strata = np.unique(table["label"], return_inverse=True)[1] if "label" in table else np.zeros(len(table), int)
    return subsamples(strata, options.share, options.subsamples, seed)


def learned_from(options: Any, training: np.ndarray) -> int:
    """How many rows a map is learned from, of rows of which some are training rows, bool (n,)."""
    return int(training.sum()) if getattr(options, "of_training", False) else len(training)


def lacks(options: Any, chosen: list[np.ndarray], training: np.ndarray) -> str | None:
    """Why a map cannot be redrawn on each of the subsamples, in a sentence; None where it can.

    training  which of all rows are training rows, bool (n,)
    """
    k = getattr(options, "neighbors_needed", 1)
    left = min((learned_from(options, training[rows]) for rows in chosen), default=k + 1)
    if left > k:
        return None
    return (
        f"not redrawn on other rows: redraw.share leaves {left:,} to learn from, and it asks for {k} neighbors of each. Raise redraw.share, or"
        " use a smaller perplexity or n_neighbors, for intervals that cover other rows."
    )


def measure(
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
    lines = []
    for number, (rows, start) in enumerate(zip(chosen, _starts(seed, len(chosen)), strict=True)):
        own = graph.make_space(space.points[rows], k, space.metric, space.training[rows], shape=space.shape)
        drawn, _ = method.embed(own, options, start, threads)
        lines.append((number, len(rows), metrics.r_nx_auc(raw.points[rows], drawn, raw.metric)))
        progress(number + 1)
    return pd.DataFrame(lines, columns=["subsample", "rows", "r_nx_auc"])


def _starts(seed: int, count: int) -> list[int]:
    return np.random.SeedSequence(seed, spawn_key=tuple(b"starts")).generate_state(count).tolist()
