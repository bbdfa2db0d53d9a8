"""More rows than fit in memory: a whole run of the pipeline on shifted copies of MNIST.

Maps are fitted on a sample (data.rows), and the remaining rows are transformed onto them (transform.remaining). Prints
rows per second and peak memory of each stage, the speed of this disk and of this processor, and the size of the report.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import pair, training

ROOT = Path(__file__).parents[1]
BLOCK = 20_000
PARAMS = """
seed: 0
seeds: 1
cluster: null
data: {{path: tiled, label: null, rows: {fitted}, test_fraction: 0.2, validation_fraction: 0.1, scaling: unit, missing: refuse, metric: euclidean}}
neighbors: {{k: 90, exact_up_to: 200000}}
encoders:
  deep: {{kind: autoencoder, architecture: dense, objective: plain, hidden: [256, 128, 64], code_size: 16, code_activation: linear,
         epochs: 20, batch_size: 256, learning_rate: 0.002, patience: 20}}
maps:
  pca: {{space: raw, method: pca}}
  plane: {{space: deep, method: parametric_tsne, perplexity: 30, hidden: [128, 64], epochs: 100, batch_size: 1024, learning_rate: 0.002}}
subsampling: {{max_rows: 0, subsamples: 10, share: 0.5}}
null_maps: {{}}
code_size_sweep: {{}}
evaluate: {{k: 15, more_k: [], exact_up_to: 20000, equivalent_within: 0.01}}
transform: {{alpha: 0.01, remaining: [pca, plane]}}
report: {{columns: all, inputs: false, points: 100000, max_megabytes: 6}}
"""
LOADER = """
import numpy as np
from pathlib import Path

def load():
    here = Path(__file__).parent
    images = np.load(here / "images.npy", mmap_mode="r", allow_pickle=False)
    return {"x": images, "y": np.load(here / "labels.npy", allow_pickle=False)}
"""


def tiled(rows: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """By block: its first row, images uint8 (b, 28, 28) and labels (b,). The images are random ones of MNIST, moved by
    up to two pixels and changed by up to 8 gray levels."""
    from benchmarks.transform import mnist

    _, points, labels = mnist(70_000)
    images, rng = (255 * points).astype(np.uint8).reshape(-1, 28, 28), np.random.default_rng(0)
    for start in range(0, rows, BLOCK):
        chosen = rng.integers(0, len(images), min(BLOCK, rows - start))
        block = np.roll(images[chosen], rng.integers(-2, 3, 2), axis=(1, 2)).astype(np.int16)
        block += rng.integers(-8, 9, block.shape, dtype=np.int16) * (block > 0)
        yield start, block.clip(0, 255).astype(np.uint8), labels[chosen]


def as_array(folder: Path, rows: int) -> None:
    file, labels = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, (rows, 28, 28)), []
    for start, images, of_block in tiled(rows):
        file[start : start + len(images)] = images
        labels.append(of_block)
    file.flush()
    np.save(folder / "labels.npy", np.concatenate(labels), allow_pickle=False)
    (folder / "load.py").write_text(LOADER, encoding="utf-8", newline="\n")
    (folder / "dataset.yaml").write_text("title: MNIST, tiled\nloader: load.py\n", encoding="utf-8", newline="\n")


def as_parts(folder: Path, rows: int) -> None:
    for start, images, labels in tiled(rows):
        pixels = pd.DataFrame(images.reshape(-1, 784)).add_prefix("pixel ")
        pixels.assign(label=labels).to_parquet(folder / f"part-{start // BLOCK:05}.parquet", index=False)
    (folder / "dataset.yaml").write_text("title: MNIST, tiled\nrange: [0, 255]\n", encoding="utf-8", newline="\n")


def reading_speed(folder: Path) -> float:
    """Gigabytes per second read from this disk, or from the system's cache of it."""
    start, size = time.perf_counter(), 0
    for file in folder.iterdir():
        with file.open("rb") as opened:
            while block := opened.read(2**24):
                size += len(block)
    return size / (time.perf_counter() - start) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--fitted", type=int, default=20_000)
    parser.add_argument("--parts", action="store_true", help="of Parquet, instead of one array of images")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="for the project, which is removed at the end")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        folder = Path(temporary)
        (folder / "tiled").mkdir()
        (as_parts if arguments.parts else as_array)(folder / "tiled", arguments.rows)
        for name in ("pipeline", "dvc.yaml", ".dvcignore"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "params.yaml").write_text(PARAMS.format(fitted=arguments.fitted), encoding="utf-8", newline="\n")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
        for words in (["init", "--no-scm", "--quiet"], ["repro"]):
            start = time.perf_counter()
            command = [sys.executable, "-m", "dvc", *words]
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        whole = time.perf_counter() - start
        speed = reading_speed(folder / "tiled")
        print(f"{arguments.rows:,} x 784, maps fitted on {arguments.fitted:,}: {whole:.0f} s, from start to end")
        size = sum(file.stat().st_size for file in (folder / "tiled").iterdir())
        rate = f"{1e9 * speed * arguments.rows / size:,.0f} rows/s"
        print(f"  this disk {speed:.2f} GB/s ({rate}), matrix products {training.gemm():.0f} GFLOP/s")
        for file in sorted((folder / "artifacts/timings").glob("*.json"), key=lambda file: file.stat().st_mtime):
            timing = json.loads(file.read_text(encoding="utf-8"))
            seconds, memory = timing["seconds"], timing["peak_bytes"] / 2**30
            rows = arguments.rows if file.stem.startswith(("prepare", "transform")) else arguments.fitted
            print(f"  {file.stem:<16}{seconds:8.1f} s {rows / seconds:10,.0f} rows/s {memory:6.2f} GiB")
        page = (folder / "reports/report.html").stat().st_size / 1e6
        print(f"  report {page:.2f} MB")
        pair.keep(f"report of {arguments.rows:,} rows", page, "target", 6.0, "MB")


if __name__ == "__main__":
    main()
