"""Training on rows that do not fit into memory.

Shifted copies of MNIST fill a file of 8 GB. An autoencoder (784-128-64-32) is trained on it for two epochs in a
separate process, then on as many of its rows as training keeps in memory. Rows per second are of the second epoch.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import pair

BATCH = 256
TRAIN = """
import re, sys, time
import numpy as np
from pipeline.autoencoders import batches, training
from pipeline.autoencoders.options import Options

path, resident = sys.argv[1], sys.argv[2] == "memory"
rows = np.load(path, mmap_mode="r")
count = len(rows) - 5000
if resident:
    count = min(count, batches.RESIDENT_BYTES // rows[0].nbytes)
options = Options(architecture="dense", objective="plain", hidden=(128, 64), code_size=32, code_activation="linear",
                  epochs=2, batch_size=256, learning_rate=0.001, patience=9)
ends = []
training.fit(rows, np.arange(count), np.arange(len(rows) - 5000, len(rows)), "vector", True, options, 0,
             lambda epoch, note: ends.append((time.perf_counter(), note)))
# Linux's own peak of this process; getrusage would include the parent's, which maps the whole file.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status", encoding="utf-8").read())[1]) / 2**20
speed = count / (ends[1][0] - ends[0][0])
print(f"{count:>9,} rows from {sys.argv[2]:<7} {speed:8,.0f} rows/s   peak {peak:.2f} GiB   {ends[1][1]}",
      file=sys.stderr)
print(speed, peak)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=8)
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="for the file, which is removed at the end")
    arguments = parser.parse_args()
    name, images = pair.images(60_000)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path = Path(folder) / "rows.npy"
        tiles = round(arguments.gigabytes * 1e9 / images.nbytes)
        tile(np.clip(images, 0, 1), tiles, path)
        print(f"{tiles} tiles of {name}: {path.stat().st_size / 1e9:.1f} GB; 784-128-64-32, batch {BATCH}")
        figures = {}
        for source in ("file", "memory"):
            command = [sys.executable, "-c", TRAIN, path, source]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            figures[source] = [float(word) for word in printed.split()[-2:]]
    what = f"training on {arguments.gigabytes:g} GB in a file"
    pair.keep(f"{what} (more is better)", figures["file"][0], "from memory", figures["memory"][0], "rows/s")
    pair.keep(f"{what}: peak of the process", figures["file"][1], "target", 3.0, "GiB")


def tile(images: np.ndarray, tiles: int, path: Path) -> None:
    """Write copies of images (n, 784), each copy shifted by up to three pixels around the border."""
    file = np.lib.format.open_memmap(path, "w+", np.float32, (tiles * len(images), 784))
    square, rng = images.reshape(-1, 28, 28), np.random.default_rng(0)
    for number in range(tiles):
        shifted = np.roll(square, rng.integers(-3, 4, size=2), axis=(1, 2))
        file[number * len(images) : (number + 1) * len(images)] = shifted.reshape(-1, 784)
    file.flush()


if __name__ == "__main__":
    main()
