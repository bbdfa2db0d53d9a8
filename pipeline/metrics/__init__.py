"""How faithful maps and codes are to their data. `evaluate` measures arrays from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pipeline.metrics import curves, labels, measures, neighborhoods, shape, tables
from pipeline.metrics.tables import Embedding, Key, MeasureTables
from pipeline.neighbors.search import Index
from pipeline.preprocessing import sampling
from pipeline.runtime.errors import InputError
from pipeline.statistics import sampling_error

EXACT_UP_TO = 20_000  # rows; beyond, R_NX AUC is estimated from a sample of rows
SAMPLE = 2_000  # rows
DEPTH = 1_000  # up to this k, R_NX is exact for any number of rows


def evaluate(
    points: np.ndarray,
    maps: Mapping[Key, np.ndarray],
    labels: np.ndarray | None = None,
    k: int | list[int] = 15,
    metric: str = "euclidean",
    split: np.ndarray | None = None,
    exact_up_to: int = EXACT_UP_TO,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> MeasureTables:
    """Compare maps (or codes) with their data, all in one pass over the data's distances.

    points       (n, d), the data
    maps         name, or (view, name) -> (n, m), or (seeds, n, m) for several embeddings of one map
    labels       (n,), for the measures that need labels
    k            neighborhood sizes, below n / 2; measures with a single size use the first
    metric       of the data; maps are always Euclidean
    split        (n,): "train" and "test" rows, for label accuracy of test rows by training rows
    exact_up_to  rows; beyond, R_NX AUC is measured on a stratified sample of rows, each compared with all rows
    seed         of the samples of rows and of pairs
    progress     called with the number of rows done so far, of `work(n, exact_up_to)`

    Memory grows with n, never with n squared. Raises InputError for maps that are not (n, m) finite numbers, and for a k
    that is too large.
    """
    n, ks = len(points), [k] if isinstance(k, int) else list(k)
    for size in ks:
        measures.check_k(size, n)
    if not maps:
        raise InputError("maps: none given; give at least one")
    embeddings = [embedding for key, arrays in maps.items() for embedding in _embeddings(key, arrays, n)]
    codes = None if labels is None else np.unique(labels, return_inverse=True)[1]
    codes = codes if codes is not None and codes.any() else None  # a single label carries no information
    strata = np.zeros(n, dtype=int) if codes is None else codes
    sample = sampling.sample(strata, n if n <= exact_up_to else SAMPLE, seed)
    depth = min(n - 1, max(*ks, 5 if len(sample) == n else DEPTH))

    data, indices = Index(points, metric), [Index(embedding.points) for embedding in embeddings]
    own, near = neighborhoods.measure(data, indices, ks, tables.first_of_map(embeddings), codes, depth, progress)
    r_nx_aucs, overlaps = curves.measure(data, indices, sample, progress and (lambda done: progress(n + done)))
    global_measures, in_data, on_maps = shape.measure(points, [each.points for each in embeddings], codes, metric, seed)
    mean_aucs, covariance = sampling_error.estimate(r_nx_aucs, strata, sample)

    values = [dict(part.means) for part in near]
    for number, (own_values, embedding) in enumerate(zip(values, embeddings, strict=True)):
        own_values["r_nx_auc", 0] = mean_aucs[number]
        own_values["density_correlation", ks[0]] = shape.density_correlation(own.radius, near[number].radius)
        own_values |= global_measures[number] | _test_accuracy(embedding.points, codes, split)
    return MeasureTables(
        measures=tables.measures(embeddings, values),
        data=tables.data(own.means | _test_accuracy(points, codes, split, metric)),
        points=tables.points(embeddings, near, r_nx_aucs, sample, n),
        curves=tables.curves(embeddings, near, overlaps, len(sample), n),
        shepard=tables.shepard(embeddings, in_data, on_maps),
        rows=len(sample),
        sampling=tables.sampling(embeddings, covariance),
    )


def r_nx_auc(points: np.ndarray, embedding: np.ndarray, metric: str = "euclidean") -> float:
    """R_NX AUC of one map (n, 2) of points (n, d), and nothing else; of a sample beyond EXACT_UP_TO rows."""
    strata = np.zeros(len(points), dtype=int)
    sample = sampling.sample(strata, len(points) if len(points) <= EXACT_UP_TO else SAMPLE, seed=0)
    r_nx_aucs, _ = curves.measure(Index(points, metric), [Index(embedding)], sample)
    return float(r_nx_aucs.mean())


def work(n: int, exact_up_to: int = EXACT_UP_TO) -> int:
    """Rows that `evaluate` processes: all of them for their neighborhoods, and all or a sample for R_NX at every k."""
    return n + (n if n <= exact_up_to else min(n, SAMPLE))


def _embeddings(key: Key, arrays: np.ndarray, n: int) -> list[Embedding]:
    arrays = np.asarray(arrays)
    for points in arrays if arrays.ndim == 3 else [arrays]:
        bad = (~np.isfinite(points)).reshape(len(points), -1).any(axis=1).sum()
        if points.ndim != 2 or len(points) != n or bad:
            name = key if isinstance(key, str) else "/".join(key)
            raise InputError(f"map {name}: shape {points.shape}, {bad} points not finite; {n} finite ones needed")
    return [Embedding(key, seed, points) for seed, points in enumerate(arrays if arrays.ndim == 3 else [arrays])]


def _test_accuracy(
    points: np.ndarray, codes: np.ndarray | None, split: np.ndarray | None, metric: str = "euclidean"
) -> dict[tuple[str, int], float]:
    if codes is None or split is None or not {"train", "test"} <= set(split):
        return {}
    return labels.accuracy_of_test_rows(points, codes, split == "train", split == "test", metric)
