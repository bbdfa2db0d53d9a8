"""Measures compared with scikit-learn, ZADU, a slow version from the definitions, and five points by hand; invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from sklearn.manifold import trustworthiness as peer_trustworthiness
from sklearn.neighbors import KNeighborsClassifier
from zadu.measures import mean_relative_rank_error, trustworthiness_continuity

from pipeline import metrics
from pipeline.metrics import evaluate, work
from pipeline.metrics.labels import accuracy_of_test_rows, votes
from pipeline.metrics.lost_neighbors import FALSE, TRUE, of_map_neighbors, of_true_neighbors
from pipeline.neighbors.search import nearest
from pipeline.preprocessing import sampling
from pipeline.runtime.errors import InputError
from pipeline.statistics import sampling_error

SEEDS = st.integers(0, 2**32 - 1)


def draw(seed: int, n: int = 90, columns: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Points and a noisy projection of them, float32, without ties."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, columns)).astype(np.float32)
    return points, (points[:, :2] + rng.normal(size=(n, 2)) * 0.3).astype(np.float32)


def values(points: np.ndarray, embedding: np.ndarray, **options) -> dict[tuple[str, int], float]:
    """(measure, k) -> value of the first embedding."""
    measures = evaluate(points, {"map": embedding}, **options).measures.query("seed == 0")
    return dict(zip(zip(measures["measure"], measures["k"], strict=True), measures["value"], strict=True))


def slow(points: np.ndarray, embedding: np.ndarray, k: int) -> dict[tuple[str, int], float]:
    """From the definitions, with whole tables of ranks by distance and then row number."""
    n = len(points)

    def ranked(x):
        x = x.astype(np.float64)
        distance = np.sqrt(np.square(x[:, None] - x[None]).sum(axis=2))
        np.fill_diagonal(distance, -1)
        order = np.argsort(distance, axis=1, kind="stable")
        found = np.empty_like(order)
        np.put_along_axis(found, order, np.arange(n)[None], axis=1)
        return found

    data, drawn = ranked(points), ranked(embedding)
    true, shown = (data > 0) & (data <= k), (drawn > 0) & (drawn <= k)
    scale = 2 / (n * k * (2 * n - 3 * k - 1))
    worst = n * sum(abs(n - 2 * rank + 1) / rank for rank in range(1, k + 1))
    larger = np.maximum(data, drawn)[~np.eye(n, dtype=bool)]
    sizes = np.arange(1, n - 1)
    kept = np.array([(larger <= size).sum() for size in sizes]) / (n * sizes)
    r_nx = ((n - 1) * kept - sizes) / (n - 1 - sizes)
    return {
        ("recall", k): (true & shown).sum() / (n * k),
        ("trustworthiness", k): 1 - scale * (data - k)[shown & ~true].sum(),
        ("continuity", k): 1 - scale * (drawn - k)[true & ~shown].sum(),
        ("mrre_false", k): 1 - (np.abs(data - drawn)[shown] / drawn[shown]).sum() / worst,
        ("mrre_missing", k): 1 - (np.abs(data - drawn)[true] / data[true]).sum() / worst,
        ("r_nx_auc", 0): (r_nx / sizes).sum() / (1 / sizes).sum(),
    }


def test_five_points_by_hand():
    """On the map, the third and the fifth point have changed places.

    Nearest in the data: b a b c d. On the map: b a d e b, whose ranks in the data are 1 1 3 4 3, so the excess
    over k = 1 is 0 0 2 3 2, each worth 2 / (k (2n - 3k - 1)) = 1/3. The exchange undoes itself, so the same
    holds the other way round. Pairs whose larger rank is at most 1, 2, 3: 2, 6, 12, of 5, 10, 15; of those chance
    keeps 1/4, 2/4, 3/4. R_NX is (2/5 - 1/4) / (3/4) = 0.2, (6/10 - 1/2) / (1/2) = 0.2, (12/15 - 3/4) / (1/4) = 0.2.
    """
    data = np.array([[0], [1], [3], [7], [15]])
    found = evaluate(data, {"map": data[[0, 1, 4, 3, 2]]}, k=1)
    measures = found.measures.set_index("measure")["value"]
    assert measures[["recall", "trustworthiness", "continuity"]].tolist() == pytest.approx([2 / 5, 8 / 15, 8 / 15])
    assert found.points["trustworthiness_1"].tolist() == pytest.approx([1, 1, 1 / 3, 0, 1 / 3])
    assert found.points["recall_1"].tolist() == [1, 1, 0, 0, 0]
    assert found.curves["r_nx"].tolist() == pytest.approx(by_hand(data[:, 0], data[[0, 1, 4, 3, 2], 0]))


def by_hand(data, drawn):
    """R_NX at 1, 2, 3 of five points on a line, by counting."""
    kept = []
    for k in (1, 2, 3):
        near = [[set(np.argsort(np.abs(x - x[i]), kind="stable")[1 : k + 1]) for x in (data, drawn)] for i in range(5)]
        share = sum(len(true & shown) for true, shown in near) / (5 * k)
        kept.append((4 * share - k) / (4 - k))
    return kept


@given(seed=SEEDS, k=st.integers(1, 44))
@settings(deadline=None, max_examples=12)
def test_scikit_learn_and_zadu_agree(seed, k):
    points, embedding = draw(seed)
    found = values(points, embedding, k=k)
    wide, wide_drawing = points.astype(np.float64), embedding.astype(np.float64)
    assert found["trustworthiness", k] == pytest.approx(
        peer_trustworthiness(wide, wide_drawing, n_neighbors=k), abs=1e-12
    )
    theirs, by_row = trustworthiness_continuity.measure(wide, wide_drawing, k=k, return_local=True)
    theirs |= mean_relative_rank_error.measure(wide, wide_drawing, k=k)
    assert {name: found[name, k] for name in theirs} == pytest.approx(theirs, abs=1e-12)
    ours = evaluate(points, {"map": embedding}, k=k).points
    np.testing.assert_allclose(ours[f"trustworthiness_{k}"], by_row["local_trustworthiness"], atol=1e-12)


@pytest.mark.parametrize(("n", "columns"), [(60, 3), (60, 9), (400, 6)])
def test_the_definitions_agree_on_ties_and_duplicates(n, columns):
    """Whole numbers full of ties; all order by float64 distance and then row number, as ZADU does."""
    rng = np.random.default_rng(0)
    points, embedding = rng.integers(0, 3, (n, columns)), rng.integers(0, 8, (n, 2))
    found = values(points, embedding, k=12)
    expected = slow(points, embedding, 12)
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-12)
    theirs = trustworthiness_continuity.measure(points.astype(float), embedding.astype(float), k=12)
    assert {name: found[name, 12] for name in theirs} == pytest.approx(theirs, abs=1e-12)


@pytest.mark.slow
def test_the_definitions_agree_on_more_than_ten_thousand_rows():
    """Ties and duplicates among 10,500 rows; the slow version goes row by row."""
    n, k = 10_500, 15
    rng = np.random.default_rng(0)
    points, embedding = rng.integers(0, 4, (n, 9)).astype(np.float32), rng.integers(0, 300, (n, 2)).astype(np.float32)
    points[200:400] = points[0]
    found = evaluate(points, {"map": embedding}, k=k)
    measures, harmonic = found.measures.set_index("measure")["value"], (1 / np.arange(1, n - 1)).sum()
    sizes = np.arange(1, n - 1)
    excess, kept, r_nx_aucs = 0.0, 0, []
    for i in range(0, n, 7):
        ranked = []
        for x in (points, embedding):
            squared = np.square(x - x[i]).sum(axis=1)  # whole numbers: exact
            squared[i] = -1
            order = np.argsort(squared, kind="stable")
            ranks = np.empty(n, dtype=int)
            ranks[order] = np.arange(n)
            ranked.append(ranks)
        data, drawn = ranked
        shown = (drawn > 0) & (drawn <= k)
        excess += np.maximum(data[shown] - k, 0).sum()
        kept += (data[shown] <= k).sum()
        counts = np.bincount(np.maximum(data, drawn), minlength=n)[1 : n - 1].cumsum()
        r_nx_aucs.append(((((n - 1) * counts / sizes - sizes) / (n - 1 - sizes)) / sizes).sum() / harmonic)
    rows = found.points.iloc[::7]
    assert rows["r_nx_auc"].to_numpy() == pytest.approx(np.array(r_nx_aucs), abs=1e-9)
    assert rows[f"recall_{k}"].mean() == pytest.approx(kept / (len(rows) * k))
    assert rows[f"trustworthiness_{k}"].mean() == pytest.approx(1 - 2 * excess / (len(rows) * k * (2 * n - 3 * k - 1)))
    assert measures["r_nx_auc"] == pytest.approx(found.points["r_nx_auc"].mean())


@given(seed=SEEDS, k=st.integers(1, 30))
@settings(deadline=None, max_examples=8)
def test_a_copy_is_perfect_and_transforms_change_nothing(seed, k):
    """Rotating, scaling and moving a map changes nothing; neither does the order of the rows."""
    points, embedding = draw(seed)
    labels = np.random.default_rng(seed).integers(0, 3, len(points))
    of_copy = values(points, points, k=k)
    assert set(of_copy.values()) == {1.0} or all(value == pytest.approx(1, abs=1e-12) for value in of_copy.values())
    found = values(points, embedding, k=k, labels=labels)
    turned = embedding.astype(np.float64) @ [[0.6, -0.8], [0.8, 0.6]] * 7 + 3
    assert values(points, turned, k=k, labels=labels) == pytest.approx(found, abs=0.03)  # a swap or two by rounding
    assert values(points, embedding[:, ::-1] * -4, k=k, labels=labels) == pytest.approx(found, abs=1e-9)
    order = np.random.default_rng(seed).permutation(len(points))
    assert values(points[order], embedding[order], k=k, labels=labels[order]) == pytest.approx(found, abs=1e-9)


def test_a_random_map_scores_about_chance():
    points = np.random.default_rng(0).normal(size=(2000, 5))
    found = values(points, np.random.default_rng(1).normal(size=(2000, 2)), k=20)
    assert found["recall", 20] == pytest.approx(20 / 1999, abs=0.003)
    assert found["trustworthiness", 20] == pytest.approx(0.5, abs=0.01)
    assert found["r_nx_auc", 0] == pytest.approx(0, abs=0.01)
    assert found["distance_correlation", 0] == pytest.approx(0, abs=0.03)


def test_scipy_agrees_on_global_measures():
    points, embedding = draw(5, n=60)
    labels = np.arange(60) % 4
    found = values(points, embedding, labels=labels, k=6)
    i, j = np.triu_indices(60, 1)
    between = [np.linalg.norm(x[i].astype(float) - x[j], axis=1) for x in (points, embedding)]
    assert found["distance_correlation", 0] == pytest.approx(spearmanr(*between).statistic)
    centers = [np.stack([x[labels == c].mean(axis=0, dtype=float) for c in range(4)]) for x in (points, embedding)]
    i, j = np.triu_indices(4, 1)
    assert found["centroid_correlation", 0] == pytest.approx(
        spearmanr(*(np.linalg.norm(x[i] - x[j], axis=1) for x in centers)).statistic
    )
    radii = [np.log(nearest(x, 6)[1].mean(axis=1)) for x in (points, embedding)]
    assert found["density_correlation", 6] == pytest.approx(pearsonr(*radii).statistic)


@given(seed=SEEDS, k=st.integers(1, 9), classes=st.integers(1, 5))
@settings(deadline=None, max_examples=12)
def test_labels_vote_as_in_scikit_learn(seed, k, classes):
    _, embedding = draw(seed, n=60)
    labels = np.random.default_rng(seed).integers(0, classes, 60)
    codes = np.unique(labels, return_inverse=True)[1]
    peer = KNeighborsClassifier(k, algorithm="brute").fit(embedding.astype(np.float64), codes)
    expected = peer.predict(None)  # None: leave each row out of its own vote
    np.testing.assert_array_equal(votes(nearest(embedding, k)[0], codes, k), expected)


def test_only_training_rows_vote_on_test_rows():
    """Clusters in which test rows sit together, so that a test row's nearest are hardly ever training rows."""
    points, _ = draw(3, n=300)
    split = np.array(["train", "test", "validation"])[np.random.default_rng(0).integers(0, 3, 300)]
    points[split == "test"] = points[split == "test"] * 0.01 + 2
    codes = (points[:, 0] > 2).astype(int)
    found = accuracy_of_test_rows(points, codes, split == "train", split == "test")
    for k in (1, 5):
        peer = KNeighborsClassifier(k).fit(points[split == "train"].astype(float), codes[split == "train"])
        expected = peer.score(points[split == "test"].astype(float), codes[split == "test"])
        assert found["test_accuracy", k] == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_maps_measured_together_and_alone_agree(metric):
    points, embedding = draw(0)
    labels = np.arange(90) % 3
    maps = {"one": embedding, "seeds": np.stack([embedding[:, ::-1], embedding**3]), "code": points[:, :5]}
    done = []
    found = evaluate(points, maps, labels, [9, 4], metric, progress=done.append)
    assert done[-1] == work(90) and done == sorted(done)
    assert found.points.groupby("name")["row"].apply(list).to_dict() == {name: list(range(90)) for name in maps}
    for (name, seed), lines in found.measures.groupby(["name", "seed"]):
        alone = values(points, np.asarray(maps[name]).reshape(-1, *maps[name].shape[-2:])[seed],
                       labels=labels, k=[9, 4], metric=metric)  # fmt: skip
        together = dict(zip(zip(lines["measure"], lines["k"], strict=True), lines["value"], strict=True))
        together.pop(("stability", 9), None)
        assert together == pytest.approx(alone, abs=1e-12)


def test_stability_is_the_share_of_neighbors_on_other_embeddings():
    points, embedding = draw(1)
    embeddings = np.stack([embedding, embedding, draw(2)[1]])
    near = [nearest(each, 7)[0] for each in embeddings]
    expected = [np.mean([1, len(set(a) & set(b)) / 7]) for a, b in zip(near[0], near[2], strict=True)]
    assert evaluate(points, {"map": embeddings}, k=7).points["stability_7"].tolist() == pytest.approx(expected)


@given(seed=SEEDS, k=st.integers(1, 12))
@settings(deadline=None, max_examples=12)
def test_lost_neighbors_add_up(seed, k):
    points, embedding = draw(seed, n=40)
    data, code, shown = (nearest(each, k)[0] for each in (points, points[:, :4], embedding))
    true, false = of_true_neighbors(data, code, shown), of_map_neighbors(data, code, shown)
    assert (true.sum(axis=1) == k).all() and (false.sum(axis=1) == k).all()
    for row in range(40):
        near, coded, drawn = set(data[row]), set(code[row]), set(shown[row])
        parts = (near & coded & drawn, (near & coded) - drawn, near - coded - drawn, (near & drawn) - coded)
        assert dict(zip(TRUE, true[row], strict=True)) == {
            part: len(found) for part, found in zip(TRUE, parts, strict=True)
        }
        parts = (near & coded & drawn, drawn - near - coded, (drawn & coded) - near, (near & drawn) - coded)
        assert dict(zip(FALSE, false[row], strict=True)) == {
            part: len(found) for part, found in zip(FALSE, parts, strict=True)
        }


def test_a_sample_of_rows_estimates_all_of_them(monkeypatch):
    """Beyond exact_up_to rows: the curve is exact up to DEPTH, and the interval of R_NX AUC covers the true value at its rate."""
    monkeypatch.setattr(metrics, "SAMPLE", 120)
    monkeypatch.setattr(metrics, "DEPTH", 30)
    points, embedding = draw(4, n=600)
    labels = (points[:, 0] > 0.5) * 2 + (points[:, 1] > 0)
    maps = {"map": np.stack([embedding, embedding[:, ::-1] * 1.01]), "worse": embedding + draw(5, n=600)[1]}
    exact = evaluate(points, maps, labels, k=10)
    assert exact.rows == 600 and not exact.sampling.to_numpy().any()
    found = evaluate(points, maps, labels, k=10, exact_up_to=500)
    assert found.rows < 130 and found.points["r_nx_auc"].notna().sum() == 2 * found.rows
    both = exact.curves.merge(found.curves, on=["name", "seed", "k"])
    assert both.query("k <= 30")["r_nx_x"].tolist() == pytest.approx(
        both.query("k <= 30")["r_nx_y"].tolist(), abs=1e-12
    )
    assert set(found.curves.query("k <= 30")["rows"]) == {600} and set(found.curves.query("k > 30")["rows"]) == {
        found.rows
    }

    r_nx_aucs = exact.points.pivot(index="row", columns="name", values="r_nx_auc")[["map", "worse"]].to_numpy().T
    missed = []
    for seed in range(2000):
        chosen = sampling.sample(labels, 120, seed)
        means, covariance = sampling_error.estimate(r_nx_aucs[:, chosen], labels, chosen)
        errors = [means[0] - r_nx_aucs[0].mean(), means[0] - means[1] - r_nx_aucs[0].mean() + r_nx_aucs[1].mean()]
        variances = [covariance[0, 0], covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]]
        missed.append(np.abs(errors) > 1.96 * np.sqrt(variances))
    assert np.mean(missed, axis=0) == pytest.approx([0.05, 0.05], abs=0.02)


def test_every_stratum_is_in_a_sample_twice():
    strata = np.repeat([0, 1, 2], [1000, 3, 1])
    chosen = sampling.sample(strata, 50, seed=0)
    assert np.bincount(strata[chosen]).tolist() == [50, 2, 1] and (np.diff(chosen) > 0).all()


@pytest.mark.parametrize(
    ("embedding", "k", "says"),
    [
        (np.zeros((5, 2)), 2, r"map tsne: shape \(5, 2\).*6 finite ones needed"),
        (np.full((6, 2), np.nan), 2, "6 points not finite"),
        (np.zeros(6), 2, "map tsne: shape"),
        (np.zeros((6, 2)), 3, "use a k from 1 to 2"),
    ],
)
def test_bad_input_is_named(embedding, k, says):
    with pytest.raises(InputError, match=says):
        evaluate(np.eye(6), {"tsne": embedding}, k=k)


def test_keys_of_view_and_name_are_columns():
    points, embedding = draw(6)
    maps = {("maps", "a"): np.stack([embedding, embedding[:, ::-1] ** 3]), ("codes", "a"): points[:, :3]}
    by_key, by_name = (
        evaluate(points, maps, k=5),
        evaluate(points, {"x": maps["maps", "a"], "y": maps["codes", "a"]}, k=5),
    )
    for part in ("measures", "points", "curves", "shepard"):
        keyed, named = getattr(by_key, part), getattr(by_name, part)
        assert set(zip(keyed["view"], keyed["name"], strict=True)) == {("maps", "a"), ("codes", "a")}
        assert keyed.drop(columns=["view", "name"]).equals(named.drop(columns="name"))
    assert list(by_key.sampling) == list(maps) and list(by_name.sampling) == ["x", "y"]
