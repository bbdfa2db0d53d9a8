"""t-SNE of MNIST: ours beside openTSNE's own, from data to map, both on exact or approximate neighbors of its own finding.

The objective is the Kullback-Leibler divergence of each map from the same exact affinities. Of 32 principal components, which
cost what 32-number codes do, both are also drawn.
"""

import argparse
import os
import time

import numpy as np

from benchmarks import pair
from pipeline import affinities, faithfulness, spaces
from pipeline.methods import tsne

OPTIONS = tsne.Options(method="tsne", space="raw", perplexity=30)
CORES = os.cpu_count() or 1


def ours(points: np.ndarray) -> np.ndarray:
    return tsne.embed(spaces.make(points, 90), OPTIONS, 0, CORES)[0]


def theirs(points: np.ndarray) -> np.ndarray:
    from openTSNE import TSNE

    return np.asarray(TSNE(perplexity=30, n_jobs=CORES, random_state=0).fit(points), dtype=np.float32)


def objective(points: np.ndarray, space: spaces.Space) -> float:
    """KL(P | Q) of a map, with the sum over all pairs by openTSNE."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    joint = affinities.tsne(space.indices, space.distances, [30], CORES)
    held = TSNEEmbedding(points, PrecomputedAffinities(joint, normalize=False), n_jobs=CORES, learning_rate=1e-9)
    return float(held.optimize(1, callbacks=lambda *_: None, callbacks_every_iters=1, use_callbacks=True).kl_divergence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=70_000)
    rows = parser.parse_args().rows
    source, points = pair.images(rows)
    exact = spaces.make(points, 90)
    print(f"{source}, {rows:,} x {points.shape[1]}, perplexity 30, {CORES} cores, one run each", flush=True)
    for data, what in ((points, "784 columns"), (pair.components(points, 32), "32 components")):
        for name, draw in {"ours": ours, "openTSNE": theirs}.items():
            start = time.perf_counter()
            drawn = draw(data)
            seconds = time.perf_counter() - start
            area = faithfulness.area(points, drawn)
            found = f"objective {objective(drawn, exact):.4f}, area under R_NX {area:.4f}, against all 784 columns"
            print(f"  {what:<14} {name:<9} {seconds:7.1f} s   {found}", flush=True)


if __name__ == "__main__":
    main()
