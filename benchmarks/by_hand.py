"""A whole run, compared with a script by hand: Keras, scikit-learn's PCA, t-SNE and trustworthiness, `umap.UMAP`.

Both embed the rows, their 32 principal components and their 32-dimensional codes by t-SNE, and the codes by UMAP, once
each, and print the trustworthiness (15) of each map. Ours also measures where neighbors are lost, and writes the
report. Each runs in a new process, imports included.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import pair

ROOT = Path(__file__).parents[1]
PARAMS = """
seed: 0
seeds: 1
cluster: null
data: {path: rows.npy, label: null, rows: null, test_fraction: 0.2, validation_fraction: 0.1, scaling: none, missing: refuse, metric: euclidean}
neighbors: {k: 90, exact_up_to: 200000}
encoders:
  pca: {kind: pca, code_size: 32}
  deep: {kind: autoencoder, architecture: dense, objective: plain, hidden: [128, 64], code_size: 32, code_activation: linear,
         epochs: 20, batch_size: 256, learning_rate: 0.001, patience: 20}
maps:
  tsne-raw: {space: raw, method: tsne, perplexity: 30}
  tsne-pca: {space: pca, method: tsne, perplexity: 30}
  tsne-deep: {space: deep, method: tsne, perplexity: 30}
  umap-deep: {space: deep, method: umap, n_neighbors: 15, min_dist: 0.1}
subsampling: {max_rows: 0, subsamples: 10, share: 0.5}
null_maps: {}
code_size_sweep: {}
evaluate: {k: 15, more_k: [], exact_up_to: 20000, equivalent_within: 0.01}
transform: {alpha: 0.01, remaining: []}
report: {columns: all, inputs: true, points: 100000, max_megabytes: 10}
"""


def by_hand() -> None:
    import keras
    import umap
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE, trustworthiness

    rows = np.load("rows.npy", allow_pickle=False)
    rng = np.random.default_rng(0)
    training = rng.random(len(rows)) < 0.72
    inputs = keras.Input((rows.shape[1],))
    codes = keras.layers.Dense(32)(keras.layers.Dense(64, "gelu")(keras.layers.Dense(128, "gelu")(inputs)))
    outputs = keras.layers.Dense(128, "gelu")(keras.layers.Dense(64, "gelu")(codes))
    model = keras.Model(inputs, keras.layers.Dense(rows.shape[1], "sigmoid")(outputs))
    model.compile("adam", "binary_crossentropy")
    model.fit(rows[training], rows[training], epochs=20, batch_size=256, verbose=0)
    deep = keras.Model(inputs, codes).predict(rows, verbose=0)
    components = PCA(32).fit(rows[training]).transform(rows)
    maps = {
        "tsne-raw": TSNE(random_state=0, n_jobs=-1).fit_transform(rows),
        "tsne-pca": TSNE(random_state=0, n_jobs=-1).fit_transform(components),
        "tsne-deep": TSNE(random_state=0, n_jobs=-1).fit_transform(deep),
        "umap-deep": umap.UMAP(random_state=0, n_jobs=1).fit_transform(deep),
    }
    print(json.dumps({name: float(trustworthiness(rows, points, n_neighbors=15)) for name, points in maps.items()}))


def ours(folder: Path) -> tuple[float, float, dict[str, float]]:
    """Seconds, GiB of the largest process, and the trustworthiness of each map."""
    for name in ("pipeline", "dvc.yaml", ".dvcignore"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8", newline="\n")
    run(folder, "dvc", "init", "--no-scm", "--quiet")
    seconds, memory, _ = run(folder, "dvc", "repro", "--quiet")
    maps = json.loads((folder / "reports/metrics.json").read_text(encoding="utf-8"))["maps"]
    return seconds, memory, {name: measures["trustworthiness_15"] for name, measures in maps.items()}


def run(folder: Path, *words: str) -> tuple[float, float, str]:
    """`python -m words` in the folder: seconds, GiB of its largest process, and its output."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment, start = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}, time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=folder, env=environment, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)  # of this process and its children only
        seconds, process.returncode = time.perf_counter() - start, os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, words)
        output.seek(0)
        return seconds, usage.ru_maxrss / 2**20, output.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--by-hand", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.by_hand:
        by_hand()
        return
    name, points = pair.images(arguments.rows)
    print(f"{arguments.rows:,} rows of {name}, start-up included")
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "rows.npy", points, allow_pickle=False)
        seconds, memory, measures = ours(Path(folder))
        length = len(PARAMS.strip().splitlines())
        print(f"  ours     {seconds:6.1f} s {memory:5.2f} GiB, {length} lines of params.yaml, with report")
        print(f"           {listed(measures)}", flush=True)
        their_seconds, their_memory, output = run(Path(folder), "benchmarks.by_hand", "--by-hand")
        their_length = len(inspect.getsource(by_hand).splitlines())
        print(f"  by hand  {their_seconds:6.1f} s {their_memory:5.2f} GiB, {their_length} lines of Python")
        print(f"           {listed(json.loads(output))}")
    title = f"a whole run on {arguments.rows:,} rows of {name}"
    pair.keep(title, seconds, "by hand", their_seconds)
    pair.keep(f"{title}: largest process", memory, "by hand", their_memory, "GiB")
    pair.keep(f"{title}: to write", length, "by hand", their_length, "lines")


def listed(measures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in measures.items())


if __name__ == "__main__":
    main()
