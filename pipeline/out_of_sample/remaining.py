"""The rows that a map was not fitted on because a sample was: put onto it block by block, and measured on a sample of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline import ragged
from pipeline.datasets.source import Rows, release_memory
from pipeline.datasets.sparse import SparseRows
from pipeline.metrics import measures
from pipeline.metrics.labels import votes
from pipeline.neighbors import ranks, search
from pipeline.out_of_sample.transformer import Placer
from pipeline.preprocessing import sampling
from pipeline.preprocessing.scaling import scale
from pipeline.statistics import intervals
from pipeline.types import Dataset

SAMPLE = 2_000  # rows that are measured
VOTERS = 5


def place(
    placer: Placer,
    rows: Rows,
    left: np.ndarray,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The rows that are `left` (n,) of rows (n, *shape), in the units of the data: their places float32 (m, 2) on the map, and
    their reconstruction errors float32 (m,), NaN for a map of the raw data. In memory is a block at a time."""
    places, errors = np.empty((left.sum(), 2), np.float32), np.empty(left.sum(), np.float32)
    done = 0
    for _, found in placer.batches(rows, progress, left):
        places[done : done + len(found)] = found[["x", "y"]]
        errors[done : done + len(found)] = found["error"]
        done += len(found)
        release_memory(rows)
    return places, errors


def measure(
    placer: Placer,
    dataset: Dataset,
    rows: Rows,
    labels: np.ndarray | None,
    left: np.ndarray,
    places: np.ndarray,
    k: int,
    metric: str,
    seed: int,
) -> pd.DataFrame:
    """What is kept of the neighborhoods of placed rows, among those that the map was fitted on: on a random sample of them.

    labels   (n,), of all rows of the source, as names
    returns  measure, value, low, high, covers, n: trustworthiness and recall (k), and how often the five nearest fitted rows
             on the map vote for a row's own label; no line where a single row was placed
    """
    numbers = np.flatnonzero(left)
    drawn = sampling.sample(np.zeros(len(numbers), dtype=int), min(SAMPLE, len(numbers)), seed)
    known, own = ragged.flat(np.asarray(dataset.rows)), rows[numbers[drawn]]
    own = ragged.flat(
        scale(own if isinstance(own, SparseRows) else np.asarray(own), dataset.info["scaling"], "the rows left out")
    )
    release_memory(rows)
    shown, _ = search.query(placer.points, places[drawn], k)
    ranked = ranks.query(known, own, shown, metric)
    values = {"trustworthiness": measures.trustworthiness(ranked, 1 + len(known)), "recall": measures.recall(ranked)}
    if labels is not None:
        both_labels = np.concatenate([dataset.table["label"], labels[numbers[drawn]]])
        codes = np.unique(both_labels, return_inverse=True)[1]
        nearest, _ = search.query(placer.points, places[drawn], VOTERS)
        values["label_accuracy"] = votes(nearest, codes[: len(known)], VOTERS) == codes[len(known) :]
    lines = []
    for name, each in values.items() if len(drawn) > 1 else ():  # of one row there is no interval
        mean = intervals.over_rows(np.asarray(each, dtype=np.float64))
        lines.append((name, mean.value, mean.low, mean.high, mean.covers, mean.n))
    return pd.DataFrame(lines, columns=["measure", "value", "low", "high", "covers", "n"])
