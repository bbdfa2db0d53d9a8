"""Trustworthiness, continuity and both mean relative rank errors: ours beside ZADU's.

Of 20,000 x 32 (or `--rows`), MNIST's first components, and their plane. ZADU is given float64, as it wants.
"""

import argparse

import numpy as np

from benchmarks import pair

COLUMNS, K = 32, 15
NAMES = ("trustworthiness", "continuity", "mrre_false", "mrre_missing")


def ours(points: np.ndarray, embedding: np.ndarray) -> str:
    from pipeline.metrics import neighborhoods
    from pipeline.neighbors.search import Index

    _, (found,) = neighborhoods.measure(Index(points), [Index(embedding)], [K], [0], None, K)
    return _say({name: found.means[name, K] for name in NAMES})


def zadu(points: np.ndarray, embedding: np.ndarray) -> str:
    from zadu.zadu import ZADU

    asked = [{"id": measure, "params": {"k": K}} for measure in ("tnc", "mrre")]
    found = ZADU(asked, points.astype(np.float64)).measure(embedding.astype(np.float64))
    return _say(found[0] | found[1])


def _say(found: dict[str, float]) -> str:
    return ", ".join(f"{found[name]:.7f}" for name in NAMES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    source, points = pair.images(rows)
    data = [pair.components(points, COLUMNS), pair.components(points, 2)]
    print(", ".join(NAMES))
    pair.run(
        f"distortion measures of {source}, {rows:,} x {COLUMNS}, k = {K}", data, {"ours": ours, "ZADU": zadu}, repeats=3
    )


if __name__ == "__main__":
    main()
