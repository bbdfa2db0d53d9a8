"""The rows that `data.rows` left out: transformed onto a map block by block, and measured on a sample of them."""

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
from pipeline.out_of_sample.transformer import Transformer
from pipeline.preprocessing import sampling
from pipeline.preprocessing.scaling import scale
from pipeline.statistics import intervals
from pipeline.types import Dataset

SAMPLE = 2_000  # rows that are measured
VOTERS = 5


def transform(
    transformer: Transformer,
    rows: Rows,
    left_out: np.ndarray,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Of rows (n, *shape), in the units of the source, those `left_out`, bool (n,): their points on the map, float32 (m, 2), and
    reconstruction errors, float32 (m,), NaN for a map of the raw data. One block at a time is in memory."""
    points, errors = np.empty((left_out.sum(), 2), np.float32), np.empty(left_out.sum(), np.float32)
    done = 0
    for _, table in transformer.batches(rows, progress, left_out):
        points[done : done + len(table)] = table[["x", "y"]]
        errors[done : done + len(table)] = table["error"]
        done += len(table)
        release_memory(rows)
    return points, errors


def measure(
    transformer: Transformer,
    dataset: Dataset,
    rows: Rows,
    labels: np.ndarray | None,
    left_out: np.ndarray,
    points: np.ndarray,
    k: int,
    metric: str,
    seed: int,
) -> pd.DataFrame:
    """How well the map keeps the neighborhoods of the transformed rows among those it was fitted on; on a random sample of them.

    labels   (n,), of all rows of the source, as names
    returns  measure, value, low, high, covers, n: trustworthiness and recall (k), and label_accuracy, the share of rows whose label
             wins the vote of the five nearest fitted rows on the map; empty where a single row was transformed
    """
    numbers = np.flatnonzero(left_out)
    sample = sampling.sample(np.zeros(len(numbers), dtype=int), min(SAMPLE, len(numbers)), seed)
    fitted, own = ragged.flat(np.asarray(dataset.rows)), rows[numbers[sample]]
    own = ragged.flat(
        scale(own if isinstance(own, SparseRows) else np.asarray(own), dataset.info["scaling"], "the rows left out")
    )
    release_memory(rows)
    near_on_map, _ = search.query(transformer.points, points[sample], k)
    ranked = ranks.query(fitted, own, near_on_map, metric)
    values = {"trustworthiness": measures.trustworthiness(ranked, 1 + len(fitted)), "recall": measures.recall(ranked)}
    if labels is not None:
        all_labels = np.concatenate([dataset.table["label"], labels[numbers[sample]]])
        codes = np.unique(all_labels, return_inverse=True)[1]
        voters, _ = search.query(transformer.points, points[sample], VOTERS)
        values["label_accuracy"] = votes(voters, codes[: len(fitted)], VOTERS) == codes[len(fitted) :]
    records = []
    for name, by_row in values.items() if len(sample) > 1 else ():  # one row has no interval
        mean = intervals.over_rows(np.asarray(by_row, dtype=np.float64))
        records.append((name, mean.value, mean.low, mean.high, mean.covers, mean.n))
    return pd.DataFrame(records, columns=["measure", "value", "low", "high", "covers", "n"])
