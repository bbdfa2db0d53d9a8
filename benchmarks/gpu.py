"""Training, encoding and a parametric map on a GPU, beside the processors of the same machine: how fast, and do both say the same?

Each side is a process of its own, and the processors' sees no GPU. Seconds of an epoch: the median after the first, which holds the
compiling. Rows encoded: the second time. The GPU also encodes with the networks that the processors trained: codes should differ
in the last digits alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import pair
from pipeline import metrics
from pipeline.autoencoders import networks, training
from pipeline.autoencoders.backend import tf
from pipeline.autoencoders.options import Options
from pipeline.methods import parametric_tsne
from pipeline.neighbors import graph

BASE = {"objective": "plain", "code_activation": "linear", "learning_rate": 0.001, "patience": 99}
NETWORKS = {
    "784-128-64-32": {"architecture": "dense", "hidden": [128, 64], "code_size": 32, "batch_size": 256},
    "784-1000-500-250-30": {"architecture": "dense", "hidden": [1000, 500, 250], "code_size": 30, "batch_size": 512},
    "convolutional 16-8-32": {"architecture": "convolutional", "hidden": [16, 8], "code_size": 32, "batch_size": 256,
                              "code_maps": False},
    "GRU 128-32": {"architecture": "sequence", "hidden": [128], "code_size": 32, "batch_size": 256, "cell": "gru"},
}  # fmt: skip
HELD_OUT = 1_000
MAP = {"method": "parametric_tsne", "space": "raw", "perplexity": 30, "hidden": [512, 512, 512], "epochs": 30,
       "batch_size": 1024, "learning_rate": 0.001}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=21_000)
    parser.add_argument("--epochs", type=int, default=4, help="of each network, the first left out")
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(measure(*asked.side, asked.rows, asked.epochs)))
        return
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        print("TensorFlow finds no GPU here: nothing was measured. Its libraries: uv sync --extra gpu.")
        return
    with tempfile.TemporaryDirectory() as folder:
        cpu, gpu = (other_process(side, folder, sys.argv[1:]) for side in ("cpu", "gpu"))
    device = tf.config.experimental.get_device_details(gpus[0])["device_name"]
    print(f"{asked.rows:,} rows of {cpu['data']}; {device}, beside {os.cpu_count()} cores")
    for name in NETWORKS:
        mine, theirs = gpu[name], cpu[name]
        for what, unit in (("epoch", "s"), ("encoded", "rows/s")):
            ratio = mine[what] / theirs[what] if what == "encoded" else theirs[what] / mine[what]
            print(f"  {name:<22}{what:<8} {mine[what]:12,.3f} {theirs[what]:12,.3f} {unit:<7}{ratio:6.1f}x")
        pair.keep(f"an epoch of {name} on a GPU", mine["epoch"], f"{os.cpu_count()} cores", theirs["epoch"])
        print(f"  {'':<22}validation loss after training {mine['loss']:.4f}, {theirs['loss']:.4f}; "
              f"same network, codes differ by {mine['apart']:.1e} of their size")  # fmt: skip
    print(f"  parametric t-SNE       {gpu['map']['seconds']:8.1f} s {cpu['map']['seconds']:8.1f} s, trustworthiness (5) "
          f"{gpu['map']['trusted']:.4f}, {cpu['map']['trusted']:.4f}")  # fmt: skip
    pair.keep("parametric t-SNE on a GPU", gpu["map"]["seconds"], f"{os.cpu_count()} cores", cpu["map"]["seconds"])


def other_process(side: str, folder: str, words: list[str]) -> dict[str, Any]:
    hidden = {"CUDA_VISIBLE_DEVICES": "-1"} if side == "cpu" else {}
    command = [sys.executable, "-m", "benchmarks.gpu", *words, "--side", side, folder]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | hidden).stdout
    return json.loads(printed.splitlines()[-1])


def measure(side: str, folder: str, rows: int, epochs: int) -> dict[str, Any]:
    """Of one side, as it can be printed; the processors leave their networks and their codes in the folder."""
    data, points = pair.images(rows)
    images, numbers = np.clip(points, 0, 1).reshape(-1, 28, 28), np.arange(rows)
    found: dict[str, Any] = {"data": data}
    for name, own in NETWORKS.items():
        marks: list[float] = []
        trained = training.fit(
            images, numbers[HELD_OUT:], numbers[:HELD_OUT], "image", True, Options(epochs=epochs, **BASE | own), 0,
            lambda epoch, note, marks=marks: marks.append(time.perf_counter()),
        )  # fmt: skip
        trained.encode(images)
        start = time.perf_counter()
        codes = trained.encode(images)
        speed = rows / (time.perf_counter() - start)
        kept = Path(folder) / name
        if side == "cpu":
            kept.mkdir()
            trained.save(kept)
            np.save(kept / "codes.npy", codes, allow_pickle=False)
        theirs = np.load(kept / "codes.npy", allow_pickle=False)
        again = networks.load(kept).encode(images)
        found[name] = {
            "epoch": float(np.median(np.diff(marks))), "loss": float(trained.history["validation_loss"].min()),
            "encoded": speed, "apart": float(np.linalg.norm(again - theirs) / np.linalg.norm(theirs)),
        }  # fmt: skip
        print(f"{side} {name} {found[name]}", file=sys.stderr, flush=True)
    return found | {"map": drawn(points[: min(rows, 10_000)])}


def drawn(points: np.ndarray) -> dict[str, float]:
    """A parametric t-SNE of all rows: seconds with the search for neighbors, and its trustworthiness."""
    options = parametric_tsne.Options(**MAP)
    space = graph.make_space(points, options.neighbors_needed, "euclidean")
    start = time.perf_counter()
    found, _ = parametric_tsne.embed(space, options, 0, os.cpu_count() or 1)
    seconds = time.perf_counter() - start
    measures = metrics.evaluate(points, {"map": found}, k=5).measures.set_index(["measure", "k"])["value"]
    return {"seconds": seconds, "trusted": float(measures["trustworthiness", 5])}


if __name__ == "__main__":
    main()
