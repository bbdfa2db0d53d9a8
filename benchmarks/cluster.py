"""Neighbors by worker processes of one thread each: two compared with one, and with the threads of this process.

Also the seconds to start, and of the smallest job. The workers share this machine's memory bus, which workers on other
machines do not.
"""

import argparse
import os
import time

import numpy as np

from benchmarks import pair


def measure(points: np.ndarray, address: str | None) -> tuple[float, float, float, np.ndarray]:
    """Seconds to start, of all rows after that, and of the smallest job; the distances."""
    from pipeline.neighbors import search
    from pipeline.runtime import cluster

    with cluster.use(address):
        start = time.perf_counter()
        search.nearest(points[:2_000], 15)  # workers, imports, compiled kernels
        started = time.perf_counter()
        distances = search.nearest(points, 15)[1]
        done = time.perf_counter()
        search.nearest(points[:64], 15)
        return started - start, done - started, time.perf_counter() - done, distances


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="70,000 rows; takes minutes")
    source, points = pair.images(70_000 if parser.parse_args().full else 20_000)
    title = f"{source}, {len(points):,} x {points.shape[1]}, k = 15"
    print(f"{title}, {os.cpu_count()} cores; seconds: of all rows / to start / of the smallest job")
    seconds, expected = {}, None
    for address in ("local:1", "local:2", None):
        start, all_rows, smallest, distances = measure(points, address)
        expected = distances if expected is None else expected
        assert np.array_equal(distances, expected), "workers must compute the same distances as threads"
        seconds[address] = all_rows
        print(f"  {address or 'threads':<10}{all_rows:8.2f} {start:8.2f} {smallest:8.3f}")
    ratio = seconds["local:1"] / seconds["local:2"]
    print(f"  two workers are {ratio:.2f} times as fast as one; all distances are bitwise equal")
    pair.keep(f"neighbors of {title}: two workers", seconds["local:2"], "one worker", seconds["local:1"])


if __name__ == "__main__":
    main()
