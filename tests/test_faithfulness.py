"""Measures against scikit-learn, ZADU, five points worked by hand, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness as peer_trustworthiness
from sklearn.neighbors import KNeighborsClassifier
from zadu.measures import trustworthiness_continuity

from pipeline.errors import InputError
from pipeline.faithfulness import evaluate, label_accuracy, work
from pipeline.neighbors import nearest

SEEDS = st.integers(0, 2**32 - 1)


def draw(seed: int, n: int = 90, columns: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Points and a noisy projection of them, float32, without ties."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, columns)).astype(np.float32)
    return points, (points[:, :2] + rng.normal(size=(n, 2)) * 0.3).astype(np.float32)


def values(points: np.ndarray, drawing: np.ndarray, **options) -> dict[str, float]:
    measures, _ = evaluate(points, {"map": drawing}, **options)
    return dict(zip(measures["measure"], measures["value"], strict=True))


def test_five_points_by_hand():
    """On the map, the third and the fifth point have changed places.

    Nearest in the data: b a b c d. On the map: b a d e b, whose ranks in the data are 1 1 3 4 3, so the excess
    over k = 1 is 0 0 2 3 2, each worth 2 / (k (2n - 3k - 1)) = 1/3. The exchange undoes itself, so the same
    holds the other way round.
    """
    data = np.array([[0], [1], [3], [7], [15]])
    measures, by_row = evaluate(data, {"map": data[[0, 1, 4, 3, 2]]}, k=1)
    assert measures["measure"].tolist() == ["recall", "trustworthiness", "continuity"]
    assert measures["value"].tolist() == pytest.approx([2 / 5, 8 / 15, 8 / 15])
    assert by_row["trustworthiness"].tolist() == pytest.approx([1, 1, 1 / 3, 0, 1 / 3])
    assert by_row["recall"].tolist() == [1, 1, 0, 0, 0]


@given(seed=SEEDS, k=st.integers(1, 44))
@settings(deadline=None, max_examples=25)
def test_scikit_learn_and_zadu_agree(seed, k):
    points, drawing = draw(seed)
    found = values(points, drawing, k=k)
    wide, wide_drawing = points.astype(np.float64), drawing.astype(np.float64)
    assert found["trustworthiness"] == pytest.approx(peer_trustworthiness(wide, wide_drawing, n_neighbors=k), abs=1e-12)
    theirs, by_row = trustworthiness_continuity.measure(wide, wide_drawing, k=k, return_local=True)
    assert found["trustworthiness"] == pytest.approx(theirs["trustworthiness"], abs=1e-12)
    assert found["continuity"] == pytest.approx(theirs["continuity"], abs=1e-12)
    ours = evaluate(points, {"map": drawing}, k=k)[1]
    np.testing.assert_allclose(ours["trustworthiness"], by_row["local_trustworthiness"], atol=1e-12)


def test_zadu_agrees_on_ties():
    """Whole numbers full of ties and duplicates; both order by float64 distance and then row number."""
    rng = np.random.default_rng(0)
    points, drawing = rng.integers(0, 3, (400, 6)), rng.integers(0, 8, (400, 2))
    theirs = trustworthiness_continuity.measure(points.astype(float), drawing.astype(float), k=12)
    found = values(points, drawing, k=12)
    assert {name: found[name] for name in theirs} == pytest.approx(theirs, abs=1e-12)


@given(seed=SEEDS, k=st.integers(1, 30))
@settings(deadline=None, max_examples=15)
def test_a_perfect_copy_and_its_likes(seed, k):
    """A copy scores 1; turning, scaling and moving a map changes nothing; neither does the order of the rows."""
    points, drawing = draw(seed)
    labels = np.random.default_rng(seed).integers(0, 3, len(points))
    assert set(values(points, points, k=k).values()) == {1.0}
    found = values(points, drawing, k=k, labels=labels)
    turned = drawing.astype(np.float64) @ [[0.6, -0.8], [0.8, 0.6]] * 7 + 3
    assert values(points, turned, k=k, labels=labels) == pytest.approx(found, abs=0.03)  # a swap or two by rounding
    assert values(points, drawing[:, ::-1] * -4, k=k, labels=labels) == found
    order = np.random.default_rng(seed).permutation(len(points))
    assert values(points[order], drawing[order], k=k, labels=labels[order]) == pytest.approx(found, abs=1e-12)


def test_a_random_map_scores_about_chance():
    points = np.random.default_rng(0).normal(size=(2000, 5))
    found = values(points, np.random.default_rng(1).normal(size=(2000, 2)), k=20)
    assert found["recall"] == pytest.approx(20 / 1999, abs=0.003)
    assert found["trustworthiness"] == pytest.approx(0.5, abs=0.01)


@given(seed=SEEDS, k=st.integers(1, 9), classes=st.integers(1, 5))
@settings(deadline=None, max_examples=25)
def test_labels_vote_as_in_scikit_learn(seed, k, classes):
    _, drawing = draw(seed, n=60)
    labels = np.array(list("vwxyz"))[np.random.default_rng(seed).integers(0, classes, 60)]
    peer = KNeighborsClassifier(k, algorithm="brute").fit(drawing.astype(np.float64), labels)
    expected = np.mean(peer.predict(None) == labels)  # None: leave each row out of its own vote
    assert label_accuracy(nearest(drawing, k)[0], labels, k) == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_all_maps_at_once_are_each_alone(metric):
    points, drawing = draw(0)
    labels = np.arange(90) % 3
    maps = {"one": drawing, "seeds": np.stack([drawing[:, ::-1], drawing**3]), "code": points[:, :5]}
    done = []
    known = nearest(points, 20, metric)[0]
    measures, by_row = evaluate(points, maps, labels, 9, metric, neighbors=known, progress=done.append)
    assert done[-1] == work(points, maps) and done == sorted(done)
    assert by_row.groupby("name")["row"].apply(list).to_dict() == {name: list(range(90)) for name in maps}
    for (name, seed), lines in measures.groupby(["name", "seed"]):
        alone = values(points, np.asarray(maps[name]).reshape(-1, *maps[name].shape[-2:])[seed],
                       labels=labels, k=9, metric=metric)  # fmt: skip
        assert dict(zip(lines["measure"], lines["value"], strict=True)) == alone


@pytest.mark.parametrize(
    ("drawing", "k", "says"),
    [
        (np.zeros((5, 2)), 2, r"map tsne: shape \(5, 2\).*6 finite ones needed"),
        (np.full((6, 2), np.nan), 2, "6 points not finite"),
        (np.zeros(6), 2, "map tsne: shape"),
        (np.zeros((6, 2)), 3, "use a k from 1 to 2"),
    ],
)
def test_bad_input_is_named(drawing, k, says):
    with pytest.raises(InputError, match=says):
        evaluate(np.eye(6), {"tsne": drawing}, k=k)
