"""Neighbors by worker processes of one thread each: one beside two, and this process's threads; and what the smallest job costs.

The workers lie on this machine and share its memory bus: on machines of their own they do not.
"""

import argparse
import os
import time

import numpy as np

from benchmarks import pair


def found(points: np.ndarray, chosen: str | None) -> tuple[float, float, float, np.ndarray]:
    """Seconds to start, of the whole work once its data are there, and of the smallest job; the distances."""
    from pipeline.neighbors import search
    from pipeline.runtime import cluster

    with cluster.use(chosen):
        start = time.perf_counter()
        search.nearest(points[:2_000], 15)  # workers, imports, compiled kernels
        started = time.perf_counter()
        distances = search.nearest(points, 15)[1]
        worked = time.perf_counter()
        search.nearest(points[:64], 15)
        return started - start, worked - started, time.perf_counter() - worked, distances


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="70,000 rows; takes minutes")
    source, points = pair.images(70_000 if parser.parse_args().full else 20_000)
    title = f"{source}, {len(points):,} x {points.shape[1]}, k = 15"
    print(f"{title}, {os.cpu_count()} cores; seconds: in all / to start / the smallest job")
    seconds, expected = {}, None
    for chosen in ("local:1", "local:2", None):
        start, worked, least, distances = found(points, chosen)
        expected = distances if expected is None else expected
        assert np.array_equal(distances, expected), "workers must find what threads find"
        seconds[chosen] = worked
        print(f"  {chosen or 'threads':<10}{worked:8.2f} {start:8.2f} {least:8.3f}")
    print(
        f"  two workers are {seconds['local:1'] / seconds['local:2']:.2f} times as fast as one; all distances equal to the bit"
    )
    pair.keep(f"neighbors, {title}: two workers beside one", seconds["local:2"], "one worker", seconds["local:1"])


if __name__ == "__main__":
    main()
