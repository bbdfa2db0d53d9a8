"""All exact measures of one map and of two, of data with 784 columns: seconds, memory, and how both grow with the rows.

`--rows 70000` measures only that many. Memory is the peak of the process above what it has with the data loaded.
"""

import argparse
import os
import time
from multiprocessing import get_context

import numpy as np

from benchmarks import pair

ROWS = (5_000, 10_000, 20_000, 40_000, 70_000)
SECONDS, MEMORY = 180.0, 1.0  # targets at 70,000 rows
TARGETS = (
    f"targets at 70,000 rows: {SECONDS:g} s and {MEMORY:g} GiB for one map, a quarter of that for each further map"
)


def measure(embeddings: np.ndarray, maps: int) -> tuple[float, float, float]:
    """Seconds, GiB above the data, and R_NX AUC of the first of so many embeddings, float32 (2, n, 2)."""
    from pipeline import metrics

    _, points = pair.images(embeddings.shape[1])
    labels = (embeddings[0, :, 0] > 0) * 2 + (embeddings[0, :, 1] > 0)
    by_name = {f"map {number}": embeddings[number] for number in range(maps)}
    few = {name: embedding[:300] for name, embedding in by_name.items()}
    metrics.evaluate(points[:300], few, labels[:300])  # imports and compiled kernels
    with pair.watched() as memory:
        start = time.perf_counter()
        tables = metrics.evaluate(points, by_name, labels, [15, 5, 50])
        seconds = time.perf_counter() - start
    r_nx_auc = tables.measures.query("measure == 'r_nx_auc' and name == 'map 0'")["value"].iloc[0]
    return seconds, max(memory), float(r_nx_auc)


def planes(n: int) -> np.ndarray:
    """The plane of two principal components, and the same with noise: points close on it are far apart in the data."""
    plane = pair.components(pair.images(n)[1], 2)
    return np.stack([plane, plane + np.random.default_rng(0).normal(size=plane.shape).astype(np.float32)])


def tsne(n: int) -> np.ndarray:
    """Two embeddings by t-SNE of 50 principal components."""
    from pipeline.methods import tsne
    from pipeline.neighbors import graph

    space = graph.make_space(pair.components(pair.images(n)[1], 50), 90)
    options = tsne.Options(method="tsne", space="pca", perplexity=30)
    return np.stack([tsne.embed(space, options, seed, os.cpu_count() or 1)[0] for seed in (0, 1)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--tsne", action="store_true", help="of two t-SNE maps instead of planes; they take minutes")
    arguments = parser.parse_args()
    embed, kind = (tsne, "t-SNE maps") if arguments.tsne else (planes, "planes")
    print(TARGETS)
    times = []
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for n in arguments.rows:
            embeddings = pool.apply(embed, (n,))
            one, memory, r_nx_auc = pool.apply(measure, (embeddings, 1))
            print(f"{n:>8,} rows: {one:7.1f} s {memory:5.2f} GiB, R_NX AUC {r_nx_auc:.4f}", end="; ", flush=True)
            title = f"all measures of {kind} of {n:,} images"
            pair.keep(f"{title}: one map", one, "target at 70,000", SECONDS)
            pair.keep(f"{title}: memory above the data's", memory, "target at 70,000", MEMORY, "GiB")
            two, _, _ = pool.apply(measure, (embeddings, 2))
            print(f"a further map {two - one:6.1f} s ({(two - one) / one:.2f} of it)", flush=True)
            pair.keep(f"{title}: a further map", two - one, "the first", one)
            times.append(one)
    if len(arguments.rows) > 1:
        exponent = np.polyfit(np.log(arguments.rows), np.log(times), 1)[0]
        print(f"time grows as n to the {exponent:.2f}")


if __name__ == "__main__":
    main()
