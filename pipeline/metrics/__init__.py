"""What maps and codes get wrong about their data. `evaluate` measures arrays from anywhere; the parts are in the files
beside this one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.metrics import curves, measures, neighborhoods, shape, tables
from pipeline.metrics import labels as voting
from pipeline.metrics.tables import Drawing, Measured
from pipeline.neighbors.index import View
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
    drawings = [drawing for name, found in maps.items() for drawing in _drawings(name, found, n)]
    first = [[other.name for other in drawings].index(drawing.name) for drawing in drawings]
    codes = None if labels is None else np.unique(labels, return_inverse=True)[1]
    codes = codes if codes is not None and codes.any() else None  # one label says nothing
    strata = np.zeros(n, dtype=int) if codes is None else codes
    chosen = sampling.sample(strata, n if n <= exact_up_to else SAMPLE, seed)
    depth = min(n - 1, max(*ks, 5 if len(chosen) == n else DEPTH))

    data, views = View(points, metric), [View(drawing.points) for drawing in drawings]
    own, near = neighborhoods.measure(data, views, ks, first, codes, depth, progress)
    areas, overlaps = curves.measure(data, views, chosen, progress and (lambda done: progress(n + done)))
    far, in_data, on_maps = shape.measure(points, [drawing.points for drawing in drawings], codes, metric, seed)
    areas_of_all, covariance = sampling.estimate(areas, strata, chosen)

    values = [dict(part.means) for part in near]
    for number, (found, drawing) in enumerate(zip(values, drawings, strict=True)):
        found["area", 0] = areas_of_all[number]
        found["density_correlation", ks[0]] = shape.density_correlation(own.radius, near[number].radius)
        found |= far[number] | _placed(drawing.points, codes, split)
    return Measured(
        measures=tables.measures(drawings, values),
        data=tables.data(own.means | _placed(points, codes, split, metric)),
        points=tables.points(drawings, near, areas, chosen, n),
        curves=tables.curves(drawings, near, overlaps, len(chosen), n),
        shepard=tables.shepard(drawings, in_data, on_maps),
        rows=len(chosen),
        sampling=tables.sampling(drawings, covariance),
    )


def area(points: np.ndarray, drawing: np.ndarray, metric: str = "euclidean") -> float:
    """The area under R_NX of one map (n, 2) of points (n, d), and nothing else; of a sample beyond EXACT_UP_TO rows."""
    strata = np.zeros(len(points), dtype=int)
    chosen = sampling.sample(strata, len(points) if len(points) <= EXACT_UP_TO else SAMPLE, seed=0)
    areas, _ = curves.measure(View(points, metric), [View(drawing)], chosen)
    return float(areas.mean())


def work(n: int, exact_up_to: int = EXACT_UP_TO) -> int:
    """Rows that `evaluate` goes through in all: all for their neighborhoods, and all or a sample for whole orders."""
    return n + (n if n <= exact_up_to else min(n, SAMPLE))


def _drawings(name: str, found: np.ndarray, n: int) -> list[Drawing]:
    found = np.asarray(found)
    drawings = [Drawing(name, number, points) for number, points in enumerate(found if found.ndim == 3 else [found])]
    for drawing in drawings:
        found, bad = drawing.points, (~np.isfinite(drawing.points)).reshape(len(drawing.points), -1).any(axis=1).sum()
        if found.ndim != 2 or len(found) != n or bad:
            raise InputError(f"map {name}: shape {found.shape}, {bad} points not finite; {n} finite ones needed")
    return drawings


def _placed(
    points: np.ndarray, codes: np.ndarray | None, split: np.ndarray | None, metric: str = "euclidean"
) -> dict[tuple[str, int], float]:
    if codes is None or split is None or not {"train", "test"} <= set(split):
        return {}
    return voting.placed(points, codes, split == "train", split == "test", metric)
