"""All exact measures of one map and of two, of 784 columns: seconds, memory, and how both grow with the rows.

`--rows 70000` measures that number alone. The map is the plane of two principal components, the second one the same with
noise. Memory is the peak of the process less what it held with the data.
"""

import argparse
import threading
import time
from multiprocessing import get_context

import numpy as np

from benchmarks import pair

ROWS = (5_000, 10_000, 20_000, 40_000, 70_000)
MARK = "marks at 70,000 rows: 180 s and 1 GiB for one map, a quarter of that for each further map"


def measure(n: int, maps: int) -> tuple[float, float, float]:
    """Seconds, GiB above the data, and the first map's area."""
    from pipeline import faithfulness

    rng = np.random.default_rng(0)
    _, points = pair.images(n)
    plane = pair.components(points, 2)
    drawings = {f"map {number}": plane + np.float32(number) * rng.normal(size=plane.shape) for number in range(maps)}
    labels = (plane[:, 0] > 0) * 2 + (plane[:, 1] > 0)
    faithfulness.evaluate(points[:300], {"map": plane[:300]}, labels[:300])  # imports and compiled kernels
    before, peak, done = resident(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], resident())

    threading.Thread(target=watch, daemon=True).start()
    start = time.perf_counter()
    found = faithfulness.evaluate(points, drawings, labels, [15, 5, 50])
    seconds = time.perf_counter() - start
    done.set()
    area = found.measures.query("measure == 'area' and name == 'map 0'")["value"].iloc[0]
    return seconds, peak[0] - before, float(area)


def resident() -> float:
    """GiB of this process in memory now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    rows = parser.parse_args().rows
    print(MARK)
    seconds = []
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for n in rows:
            one, memory, area = pool.apply(measure, (n, 1))
            print(f"{n:>8,} rows: {one:7.1f} s {memory:5.2f} GiB, area {area:.4f}", end="; ", flush=True)
            two, _, _ = pool.apply(measure, (n, 2))
            print(f"a further map {two - one:6.1f} s ({(two - one) / one:.2f} of it)", flush=True)
            seconds.append(one)
    if len(rows) > 1:
        exponent = np.polyfit(np.log(rows), np.log(seconds), 1)[0]
        print(f"time grows as n to the {exponent:.2f}")


if __name__ == "__main__":
    main()
