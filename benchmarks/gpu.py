"""Training, encoding and a parametric map on a GPU, compared with the CPUs of the same machine: speed and agreement.

Each side is a separate process; the CPUs' process sees no GPU. Seconds of an epoch are the median without the first,
which includes compiling. Rows are encoded twice, and the second time is measured. The GPU also encodes with the
networks that the CPUs trained: codes should differ only in the last digits.
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
    parser.add_argument("--epochs", type=int, default=4, help="of each network; the first is not measured")
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        print(json.dumps(measure(*arguments.side, arguments.rows, arguments.epochs)))
        return
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        print("TensorFlow finds no GPU, so nothing was measured. Its libraries: uv sync --extra gpu.")
        return
    with tempfile.TemporaryDirectory() as folder:
        cpu, gpu = (in_new_process(side, folder, sys.argv[1:]) for side in ("cpu", "gpu"))
    device = tf.config.experimental.get_device_details(gpus[0])["device_name"]
    print(f"{arguments.rows:,} rows of {cpu['data']}; {device} compared with {os.cpu_count()} cores")
    for name in NETWORKS:
        ours, theirs = gpu[name], cpu[name]
        for what, unit in (("epoch", "s"), ("encoded", "rows/s")):
            ratio = ours[what] / theirs[what] if what == "encoded" else theirs[what] / ours[what]
            print(f"  {name:<22}{what:<8} {ours[what]:12,.3f} {theirs[what]:12,.3f} {unit:<7}{ratio:6.1f}x")
        pair.keep(f"an epoch of {name} on a GPU", ours["epoch"], f"{os.cpu_count()} cores", theirs["epoch"])
        print(f"  {'':<22}validation loss after training {ours['loss']:.4f}, {theirs['loss']:.4f}; "
              f"same network, codes differ by {ours['difference']:.1e} of their size")  # fmt: skip
    ours, theirs = gpu["map"], cpu["map"]
    print(f"  parametric t-SNE       {ours['seconds']:8.1f} s {theirs['seconds']:8.1f} s, trustworthiness (5)"
          f" {ours['trustworthiness']:.4f}, {theirs['trustworthiness']:.4f}")  # fmt: skip
    pair.keep("parametric t-SNE on a GPU", ours["seconds"], f"{os.cpu_count()} cores", theirs["seconds"])


def in_new_process(side: str, folder: str, words: list[str]) -> dict[str, Any]:
    hidden = {"CUDA_VISIBLE_DEVICES": "-1"} if side == "cpu" else {}
    command = [sys.executable, "-m", "benchmarks.gpu", *words, "--side", side, folder]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | hidden).stdout
    return json.loads(printed.splitlines()[-1])


def measure(side: str, folder: str, rows: int, epochs: int) -> dict[str, Any]:
    """The figures of one side, as JSON holds them; the CPUs save their networks and codes in the folder."""
    data, points = pair.images(rows)
    images, indices = np.clip(points, 0, 1).reshape(-1, 28, 28), np.arange(rows)
    figures: dict[str, Any] = {"data": data}
    for name, architecture in NETWORKS.items():
        ends: list[float] = []
        options = Options(epochs=epochs, **BASE | architecture)
        trained = training.fit(
            images, indices[HELD_OUT:], indices[:HELD_OUT], "image", True, options, 0,
            lambda epoch, note, ends=ends: ends.append(time.perf_counter()),
        )  # fmt: skip
        trained.encode(images)
        start = time.perf_counter()
        codes = trained.encode(images)
        speed = rows / (time.perf_counter() - start)
        saved = Path(folder) / name
        if side == "cpu":
            saved.mkdir()
            trained.save(saved)
            np.save(saved / "codes.npy", codes, allow_pickle=False)
        theirs = np.load(saved / "codes.npy", allow_pickle=False)
        again = networks.load(saved).encode(images)
        figures[name] = {
            "epoch": float(np.median(np.diff(ends))), "loss": float(trained.history["validation_loss"].min()),
            "encoded": speed, "difference": float(np.linalg.norm(again - theirs) / np.linalg.norm(theirs)),
        }  # fmt: skip
        print(f"{side} {name} {figures[name]}", file=sys.stderr, flush=True)
    return figures | {"map": embed(points[: min(rows, 10_000)])}


def embed(points: np.ndarray) -> dict[str, float]:
    """Seconds of a parametric t-SNE, including its search for neighbors, and its trustworthiness."""
    options = parametric_tsne.Options(**MAP)
    space = graph.make_space(points, options.neighbors_needed, "euclidean")
    start = time.perf_counter()
    embedding, _ = parametric_tsne.embed(space, options, 0, os.cpu_count() or 1)
    seconds = time.perf_counter() - start
    measures = metrics.evaluate(points, {"map": embedding}, k=5).measures.set_index(["measure", "k"])["value"]
    return {"seconds": seconds, "trustworthiness": float(measures["trustworthiness", 5])}


if __name__ == "__main__":
    main()
