"""Maps embedded again on subsamples, and maps of null data."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline import metrics
from pipeline.config import NullMap
from pipeline.controls import null_maps, subsampling
from pipeline.methods import pca
from pipeline.neighbors import graph
from pipeline.statistics import intervals
from pipeline.types import Dataset

N, SHARE, DATASETS = 100, 0.5, 100
PCA = pca.Options(method="pca", space="raw")


def fresh(rng) -> tuple[np.ndarray, np.ndarray]:
    """Rows of three groups in six columns, and codes of them that keep four columns, with noise."""
    rows = rng.normal(size=(N, 6)) * [3, 2, 1.5, 1, 1, 1] + 4 * rng.integers(0, 3, (N, 1)) * np.eye(6)[2]
    return rows.astype(np.float32), (rows[:, :4] + 2 * rng.normal(size=(N, 4))).astype(np.float32)


def measured(rows, codes, seed):
    """R_NX AUC of the PCA map of rows and of codes, on all of them and on subsamples."""
    raw, space = graph.make_space(rows, 5), graph.make_space(codes, 5)
    chosen = subsampling.subsamples(np.zeros(N, dtype=int), SHARE, 10, seed)
    r_nx_aucs = [metrics.r_nx_auc(rows, pca.embed(each, PCA, 0, 1)[0]) for each in (raw, space)]
    subsampled = [
        subsampling.measure(raw, each, pca, PCA, chosen, 0, 1)["r_nx_auc"].to_numpy() for each in (raw, space)
    ]
    return r_nx_aucs, subsampled


@pytest.mark.slow
def test_intervals_over_subsamples_cover_fresh_data_and_verdicts_err_at_their_rate():
    """Each time with new data, and new maps of them; the truth is the mean over all.

    The spread among halves is that of a map of half the rows, which varies a little more than one of all: the intervals
    may be too wide, hardly too narrow.
    """
    pairs = [measured(*fresh(np.random.default_rng(seed)), seed) for seed in range(DATASETS)]
    truth = np.mean([r_nx_aucs[0] - r_nx_aucs[1] for r_nx_aucs, _ in pairs])
    differences = [
        intervals.difference_over_subsamples(r_nx_aucs[0] - r_nx_aucs[1], *subsampled, SHARE)
        for r_nx_aucs, subsampled in pairs
    ]
    missed = np.mean([not each.low <= truth <= each.high for each in differences])
    assert missed <= 0.05 + 3 * (0.05 * 0.95 / DATASETS) ** 0.5
    outcomes = [intervals.verdict(each, 0.01) for each in differences]
    assert truth > 0.01 and outcomes.count("worse") == 0 and outcomes.count("equivalent") / DATASETS <= 0.05
    assert outcomes.count("better") / DATASETS > 0.5, "a known difference is found"


def test_subsamples_are_stratified_and_the_same_for_every_map():
    strata = np.repeat([0, 1], [90, 10])
    first, second = subsampling.subsamples(strata, 0.5, 10, seed=3), subsampling.subsamples(strata, 0.5, 10, seed=3)
    assert (
        all((a == b).all() for a, b in zip(first, second, strict=True)) and len({tuple(rows) for rows in first}) == 10
    )
    assert {(strata[rows] == 1).sum() for rows in first} == {5} and {len(set(rows)) for rows in first} == {50}


def test_samples_that_are_too_small_for_a_method_are_reported():
    options, training = SimpleNamespace(neighbors_needed=30, training_only=False), np.arange(100) < 40
    of_training = SimpleNamespace(neighbors_needed=15, training_only=True)
    samples = [np.arange(0, 100, 2), np.arange(60, 100)]
    assert "leaves 0 rows" in subsampling.too_small(of_training, samples, training)
    assert subsampling.too_small(of_training, samples[:1], training) is None
    assert subsampling.too_small(options, [], training) is None
    assert subsampling.too_small(options, [np.arange(31)], training) is None
    problem = subsampling.too_small(options, [np.arange(31), np.arange(30)], training)
    assert "leaves 30 rows" in problem and "needs 30 neighbors" in problem


@pytest.mark.parametrize("kind", ["gaussian", "shuffled"])
def test_null_data_are_mapped_as_the_real_ones_are(kind):
    """Two groups far apart: their map has a gap, which no map of null data has."""
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(200, 5)) + 8 * rng.integers(0, 2, (200, 1)) * [[1, 1, 1, 0, 0]]).astype(np.float32)
    table = pd.DataFrame({"split": np.resize(["train", "train", "validation", "test"], 200)})
    dataset = Dataset(rows, table, {"unit_interval": False, "kind": "vector"})
    null, done = NullMap(kind=kind, draws=3), []
    embeddings = null_maps.embed(dataset, "euclidean", None, pca, PCA, null, 0, 1, done.append)
    assert embeddings.shape == (3, 200, 2) and done == [1, 2, 3] and len(np.unique(embeddings[:, 0], axis=0)) == 3
    gaps = [
        np.diff(np.sort(points[:, 0])[20:-20]).max() / points[:, 0].std()  # not among the outermost rows
        for points in (pca.embed(graph.make_space(rows, 5), PCA, 0, 1)[0], *embeddings)
    ]
    assert gaps[0] > 1 > 2 * max(gaps[1:])

    class Halving:
        """An encoder that keeps two columns; notes what it was given."""

        def __init__(self):
            self.seen = []

        def fit(self, dataset, options, seed, label):
            self.seen.append(np.asarray(dataset.rows))
            return self

        encode = staticmethod(lambda rows: rows[:, :2] / 2)
        decode = staticmethod(lambda codes: np.pad(codes * 2, ((0, 0), (0, 3))))

    halving = Halving()
    coded = null_maps.embed(dataset, "euclidean", (halving, None), pca, PCA, null, 0, 1)
    assert coded.shape == (3, 200, 2) and len(halving.seen) == 3
    assert not any(np.array_equal(seen, rows) for seen in halving.seen)
