"""What maps and codes get wrong about their data. `evaluate` measures arrays from anywhere; the parts are in the files
beside this one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.metrics import curves, measures, neighborhoods, shape, tables
from pipeline.metrics import labels as voting
from pipeline.metrics.tables import Drawing, Measured
from pipeline.neighbors.search import Index
from pipeline.preprocessing import sampling
from pipeline.runtime.errors import InputError

EXACT_UP_TO = 20_000  # rows; beyond, whole orders are compared for a sample of rows
SAMPLE = 2_000  # rows
DEPTH = 1_000  # up to this k, R_NX is exact for any number of rows


def evaluate(
    points: np.ndarray,
    maps: dict[str, np.ndarray],
    labels: np.ndarray | None = None,
    k: int | list[int] = 15,
    metric: str = "euclidean",
    split: np.ndarray | None = None,
    exact_up_to: int = EXACT_UP_TO,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Measured:
    """Measure maps (or codes) against the data that they are of, all in one pass over the data's distances.

    points       (n, d), the data
    maps         name -> (n, m), or (seeds, n, m) for several drawings of one map
    labels       (n,), for the measures that need labels
    k            sizes of the neighborhoods that are compared, below n / 2; of several, the first counts where one does
    metric       what "near" means in the data; on a map it is Euclidean
    split        (n,): "train" and "test" rows, for label accuracy of the latter by the former
    exact_up_to  rows; beyond, the area under R_NX is measured on a stratified sample of rows, against all rows
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
    embeddings = [embedding for name, found in maps.items() for embedding in _drawings(name, found, n)]
    first = [[other.name for other in embeddings].index(embedding.name) for embedding in embeddings]
    codes = None if labels is None else np.unique(labels, return_inverse=True)[1]
    codes = codes if codes is not None and codes.any() else None  # one label says nothing
    strata = np.zeros(n, dtype=int) if codes is None else codes
    chosen = sampling.sample(strata, n if n <= exact_up_to else SAMPLE, seed)
    depth = min(n - 1, max(*ks, 5 if len(chosen) == n else DEPTH))

    data, views = Index(points, metric), [Index(embedding.points) for embedding in embeddings]
    own, near = neighborhoods.measure(data, views, ks, first, codes, depth, progress)
    r_nx_aucs, overlaps = curves.measure(data, views, chosen, progress and (lambda done: progress(n + done)))
    far, in_data, on_maps = shape.measure(points, [embedding.points for embedding in embeddings], codes, metric, seed)
    areas_of_all, covariance = sampling.estimate(r_nx_aucs, strata, chosen)

    values = [dict(part.means) for part in near]
    for number, (found, embedding) in enumerate(zip(values, embeddings, strict=True)):
        found["r_nx_auc", 0] = areas_of_all[number]
        found["density_correlation", ks[0]] = shape.density_correlation(own.radius, near[number].radius)
        found |= far[number] | _placed(embedding.points, codes, split)
    return Measured(
        measures=tables.measures(embeddings, values),
        data=tables.data(own.means | _placed(points, codes, split, metric)),
        points=tables.points(embeddings, near, r_nx_aucs, chosen, n),
        curves=tables.curves(embeddings, near, overlaps, len(chosen), n),
        shepard=tables.shepard(embeddings, in_data, on_maps),
        rows=len(chosen),
        sampling=tables.sampling(embeddings, covariance),
    )


def r_nx_auc(points: np.ndarray, embedding: np.ndarray, metric: str = "euclidean") -> float:
    """The area under R_NX of one map (n, 2) of points (n, d), and nothing else; of a sample beyond EXACT_UP_TO rows."""
    strata = np.zeros(len(points), dtype=int)
    chosen = sampling.sample(strata, len(points) if len(points) <= EXACT_UP_TO else SAMPLE, seed=0)
    r_nx_aucs, _ = curves.measure(Index(points, metric), [Index(embedding)], chosen)
    return float(r_nx_aucs.mean())


def work(n: int, exact_up_to: int = EXACT_UP_TO) -> int:
    """Rows that `evaluate` goes through in all: all for their neighborhoods, and all or a sample for whole orders."""
    return n + (n if n <= exact_up_to else min(n, SAMPLE))


def _drawings(name: str, found: np.ndarray, n: int) -> list[Drawing]:
    found = np.asarray(found)
    embeddings = [Drawing(name, number, points) for number, points in enumerate(found if found.ndim == 3 else [found])]
    for embedding in embeddings:
        found, bad = (
            embedding.points,
            (~np.isfinite(embedding.points)).reshape(len(embedding.points), -1).any(axis=1).sum(),
        )
        if found.ndim != 2 or len(found) != n or bad:
            raise InputError(f"map {name}: shape {found.shape}, {bad} points not finite; {n} finite ones needed")
    return embeddings


def _placed(
    points: np.ndarray, codes: np.ndarray | None, split: np.ndarray | None, metric: str = "euclidean"
) -> dict[tuple[str, int], float]:
    if codes is None or split is None or not {"train", "test"} <= set(split):
        return {}
    return voting.placed(points, codes, split == "train", split == "test", metric)
