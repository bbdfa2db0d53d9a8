"""More rows than the memory would hold: MNIST tiled and shifted, encoded and placed end to end by the real pipeline.

Maps are fitted on a sample (data.rows); the other rows are put onto them (place.others). Prints rows a second of each step beside
this disk's reading and this processor's products, the memory of the largest process, and the size of the report.
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
structureless: {{}}
advise: {{}}
evaluate: {{k: 15, more_k: [], exact_up_to: 20000, equivalent_within: 0.01}}
place: {{level: 0.01, others: true}}
report: {{columns: all, inputs: false, points: 100000, max_megabytes: 6}}
"""
LOADER = """
import numpy as np
from pathlib import Path

def load():
    here = Path(__file__).parent
    return {"x": np.load(here / "images.npy", mmap_mode="r", allow_pickle=False), "y": np.load(here / "labels.npy", allow_pickle=False)}
"""


def tiled(rows: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Images uint8 (b, 28, 28) and labels (b,), a block at a time: each of MNIST again and again, moved by up to two pixels and
    changed by up to 8 gray levels."""
    from benchmarks.transform import mnist

    _, points, labels = mnist(70_000)
    images, rng = (255 * points).astype(np.uint8).reshape(-1, 28, 28), np.random.default_rng(0)
    for start in range(0, rows, BLOCK):
        drawn = rng.integers(0, len(images), min(BLOCK, rows - start))
        own = np.roll(images[drawn], rng.integers(-2, 3, 2), axis=(1, 2)).astype(np.int16)
        own += rng.integers(-8, 9, own.shape, dtype=np.int16) * (own > 0)
        yield start, own.clip(0, 255).astype(np.uint8), labels[drawn]


def as_array(folder: Path, rows: int) -> None:
    made, labels = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, (rows, 28, 28)), []
    for start, images, own in tiled(rows):
        made[start : start + len(images)] = images
        labels.append(own)
    made.flush()
    np.save(folder / "labels.npy", np.concatenate(labels), allow_pickle=False)
    (folder / "load.py").write_text(LOADER, encoding="utf-8", newline="\n")
    (folder / "dataset.yaml").write_text("title: MNIST, tiled\nloader: load.py\n", encoding="utf-8", newline="\n")


def as_parts(folder: Path, rows: int) -> None:
    for start, images, own in tiled(rows):
        pixels = pd.DataFrame(images.reshape(-1, 784)).add_prefix("pixel ")
        pixels.assign(label=own).to_parquet(folder / f"part-{start // BLOCK:05}.parquet", index=False)
    (folder / "dataset.yaml").write_text("title: MNIST, tiled\nrange: [0, 255]\n", encoding="utf-8", newline="\n")


def reading(folder: Path) -> float:
    """Gigabytes a second that this disk reads, or the memory that the system keeps of it."""
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
    parser.add_argument("--parts", action="store_true", help="of Parquet, in place of one array of images")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where the project is made, and removed again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made)
        (folder / "tiled").mkdir()
        (as_parts if asked.parts else as_array)(folder / "tiled", asked.rows)
        for name in ("pipeline", "dvc.yaml", ".dvcignore"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "params.yaml").write_text(PARAMS.format(fitted=asked.fitted), encoding="utf-8", newline="\n")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
        for words in (["init", "--no-scm", "--quiet"], ["repro"]):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "dvc", *words],
                cwd=folder,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        whole = time.perf_counter() - start
        speed = reading(folder / "tiled")
        print(f"{asked.rows:,} x 784, maps fitted on {asked.fitted:,}: {whole:.0f} s, start to end")
        size = sum(file.stat().st_size for file in (folder / "tiled").iterdir())
        print(
            f"  this disk {speed:.2f} GB/s ({1e9 * speed * asked.rows / size:,.0f} rows/s), products {training.gemm():.0f} GFLOP/s"
        )
        for file in sorted((folder / "artifacts/timings").glob("*.json"), key=lambda file: file.stat().st_mtime):
            took = json.loads(file.read_text(encoding="utf-8"))
            rows = asked.rows if file.stem.startswith(("prepare", "place")) else asked.fitted
            print(
                f"  {file.stem:<14}{took['seconds']:8.1f} s {rows / took['seconds']:10,.0f} rows/s {took['peak_bytes'] / 2**30:6.2f} GiB"
            )
        page = (folder / "reports/report.html").stat().st_size / 1e6
        print(f"  report {page:.2f} MB")
        pair.keep(f"{asked.rows:,} rows, MB of the report", page, "mark", 6.0, "MB")


if __name__ == "__main__":
    main()
