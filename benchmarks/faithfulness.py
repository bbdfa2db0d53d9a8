"""All exact measures of one map and of two, of 784 columns: seconds, memory, and how both grow with the rows.

`--rows 70000` measures that number alone. Memory is the peak of the process less what it held with the data.
"""

import argparse
import os
import time
from multiprocessing import get_context

import numpy as np

from benchmarks import pair

ROWS = (5_000, 10_000, 20_000, 40_000, 70_000)
MARK = "marks at 70,000 rows: 180 s and 1 GiB for one map, a quarter of that for each further map"


def measure(embeddings: np.ndarray, maps: int) -> tuple[float, float, float]:
    """Seconds, GiB above the data, and the first map's area, of the first so many drawings float32 (2, n, 2)."""
    from pipeline import metrics

    _, points = pair.images(embeddings.shape[1])
    labels = (embeddings[0, :, 0] > 0) * 2 + (embeddings[0, :, 1] > 0)
    named = {f"map {number}": embeddings[number] for number in range(maps)}
    few = {name: embedding[:300] for name, embedding in named.items()}
    metrics.evaluate(points[:300], few, labels[:300])  # imports and compiled kernels
    with pair.watched() as memory:
        start = time.perf_counter()
        found = metrics.evaluate(points, named, labels, [15, 5, 50])
        seconds = time.perf_counter() - start
    r_nx_auc = found.measures.query("measure == 'r_nx_auc' and name == 'map 0'")["value"].iloc[0]
    return seconds, max(memory), float(r_nx_auc)


def planes(n: int) -> np.ndarray:
    """The plane of two principal components and the same with noise: what is near on it is far in the data."""
    plane = pair.components(pair.images(n)[1], 2)
    return np.stack([plane, plane + np.random.default_rng(0).normal(size=plane.shape).astype(np.float32)])


def tsne(n: int) -> np.ndarray:
    """Two drawings by t-SNE of 50 components."""
    from pipeline.methods import tsne
    from pipeline.neighbors.search import nearest
    from pipeline.types import Space

    points = pair.components(pair.images(n)[1], 50)
    space = Space(points, "euclidean", *nearest(points, 90), training=np.ones(n, dtype=bool))
    options = tsne.Options(method="tsne", space="pca", perplexity=30)
    return np.stack([tsne.embed(space, options, seed, os.cpu_count() or 1)[0] for seed in (0, 1)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument(
        "--tsne", action="store_true", help="of two t-SNE maps in place of planes; drawing them takes minutes"
    )
    given = parser.parse_args()
    rows, draw = given.rows, tsne if given.tsne else planes
    print(MARK)
    seconds = []
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for n in rows:
            embeddings = pool.apply(draw, (n,))
            one, memory, r_nx_auc = pool.apply(measure, (embeddings, 1))
            print(f"{n:>8,} rows: {one:7.1f} s {memory:5.2f} GiB, area {r_nx_auc:.4f}", end="; ", flush=True)
            kind = "t-SNE maps" if given.tsne else "planes"
            pair.keep(f"all measures of {kind} of {n:,} images: one map", one, "mark at 70,000", 180.0)
            pair.keep(
                f"all measures of {kind} of {n:,} images: memory above the data's", memory, "mark at 70,000", 1.0, "GiB"
            )
            two, _, _ = pool.apply(measure, (embeddings, 2))
            print(f"a further map {two - one:6.1f} s ({(two - one) / one:.2f} of it)", flush=True)
            pair.keep(f"all measures of {kind} of {n:,} images: a further map", two - one, "the first", one)
            seconds.append(one)
    if len(rows) > 1:
        exponent = np.polyfit(np.log(rows), np.log(seconds), 1)[0]
        print(f"time grows as n to the {exponent:.2f}")


if __name__ == "__main__":
    main()
