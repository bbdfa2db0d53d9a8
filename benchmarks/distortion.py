"""Trustworthiness, continuity and both mean relative rank errors: ours compared with ZADU's.

Data: 20,000 rows (or `--rows`) of MNIST's first 32 principal components; map: the first two. ZADU needs float64.
"""

import argparse

import numpy as np

from benchmarks import pair

COLUMNS, K = 32, 15
NAMES = ("trustworthiness", "continuity", "mrre_false", "mrre_missing")


def ours(points: np.ndarray, embedding: np.ndarray) -> str:
    from pipeline.metrics import neighborhoods
    from pipeline.neighbors.search import Index

    _, (on_map,) = neighborhoods.measure(Index(points), [Index(embedding)], [K], [0], None, K)
    return _text({name: on_map.means[name, K] for name in NAMES})


def zadu(points: np.ndarray, embedding: np.ndarray) -> str:
    from zadu.zadu import ZADU

    measures = [{"id": measure, "params": {"k": K}} for measure in ("tnc", "mrre")]
    ranks, errors = ZADU(measures, points.astype(np.float64)).measure(embedding.astype(np.float64))
    return _text(ranks | errors)


def _text(values: dict[str, float]) -> str:
    return ", ".join(f"{values[name]:.7f}" for name in NAMES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    source, points = pair.images(rows)
    data = [pair.components(points, COLUMNS), pair.components(points, 2)]
    title = f"distortion measures of {source}, {rows:,} x {COLUMNS}, k = {K}"
    print(", ".join(NAMES))
    pair.run(title, data, {"ours": ours, "ZADU": zadu}, repeats=3)


if __name__ == "__main__":
    main()
