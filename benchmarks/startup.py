"""Seconds from the command to the end of the first epoch, compared with TensorFlow's import alone.

A new process each time: Python starts, TensorFlow and Keras are imported, networks built, their training traced and
compiled, and one epoch of 10 steps runs (784-256-128-64-10). Compile the bytecode first, as README.md says.
"""

import argparse
import itertools
import statistics
import subprocess
import sys
import time

from benchmarks import pair

PROGRAM = """
import sys, time
started = time.time()
import tensorflow
import keras
imported = time.time()
from pipeline.autoencoders import training
from pipeline.autoencoders.options import Options
import numpy as np
rows = np.random.default_rng(0).random((1280 + 128, 784), dtype=np.float32)
options = Options(architecture="dense", objective="plain", hidden=(256, 128, 64), code_size=10,
                  code_activation="linear", epochs=2, batch_size=128, learning_rate=0.001, patience=9)
ready, times = time.time(), []
training.fit(rows, np.arange(1280), np.arange(1280, 1408), "vector", True, options, 0,
             lambda epoch, note: times.append(time.time()))
print(float(sys.argv[1]), started, imported, ready, *times)
"""
PARTS = ["Python", "TensorFlow and Keras", "our modules", "build, trace, compile, first epoch", "second epoch"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    runs = []
    for _ in range(repeats):
        command = [sys.executable, "-c", PROGRAM, str(time.time())]
        process = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        times = [float(word) for word in process.stdout.split()]
        runs.append([after - before for before, after in itertools.pairwise(times)])
    parts = [statistics.median(part) for part in zip(*runs, strict=True)]
    whole = sum(parts[:-1])
    print(f"from the command to the end of the first epoch: {whole:.1f} s (median of {repeats} new processes)")
    pair.keep("from the command to the end of the first epoch", whole, "TensorFlow's import alone", parts[1])
    for name, seconds in zip(PARTS, parts, strict=True):
        print(f"  {name:<36}{seconds:6.2f} s  {seconds / whole:4.0%}")


if __name__ == "__main__":
    main()
