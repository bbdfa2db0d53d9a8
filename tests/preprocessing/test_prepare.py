"""Sampling, the split, scaling, and what cannot be prepared."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import sklearn.impute
import sklearn.pipeline
import sklearn.preprocessing
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.neighbors import KNeighborsClassifier

from pipeline import config, datasets, ragged
from pipeline.datasets import Source
from pipeline.datasets.sparse import SparseRows
from pipeline.preprocessing.prepare import draw, prepare
from pipeline.preprocessing.scaling import scale
from pipeline.runtime.errors import InputError

DIGITS = Path(__file__).parents[2] / "data" / "digits"
MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"
VOWELS = MNIST.parent / "japanese_vowels"
RNG = np.random.default_rng(5)


def options(**changes) -> config.Data:
    defaults = {"path": "data/mine", "label": None, "rows": None, "test_fraction": 0.2, "validation_fraction": 0.1}
    return config.Data(**{**defaults, "metric": "euclidean", "scaling": "auto", "missing": "refuse", **changes})


def vectors(rows, value_range=None, **columns) -> Source:
    rows = np.asarray(rows)
    names = [f"c{number}" for number in range(rows.shape[1])]
    table = pd.DataFrame({"id": range(len(rows)), **columns})
    return Source(rows, table, "Mine", "vector", value_range, names, "my desk")


def sequences(rows, value_range=None, **columns) -> Source:
    table = pd.DataFrame({"id": range(len(rows)), **columns})
    return Source(np.asarray(rows), table, "Mine", "sequence", value_range, None, "my desk")


def padded(n: int, steps: int, channels: int) -> np.ndarray:
    """Series of 1 to `steps` steps around 5."""
    rows = RNG.normal(5, 2, size=(n, steps, channels))
    rows[np.arange(steps) >= RNG.integers(1, steps + 1, size=(n, 1))] = np.nan
    return rows


def refusal(source: Source, **changed) -> str:
    with pytest.raises(InputError) as error:
        prepare(source, options(**changed), seed=0)
    assert "\n" not in str(error.value)
    return str(error.value)


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_every_class_gets_its_share_rounded_up_or_down(sizes, share, seed):
    strata = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    count = max(1, round(share * len(strata)))
    chosen = draw(strata, count, np.random.default_rng(seed))
    assert chosen.sum() == count
    expected = np.array(sizes) * count / len(strata)
    counts = np.bincount(strata[chosen], minlength=len(sizes))
    assert np.all((np.floor(expected) <= counts) & (counts <= np.ceil(expected)))


def test_every_row_is_as_likely_to_be_drawn():
    strata = np.repeat([0, 1, 2], [1, 5, 14])
    rng = np.random.default_rng(0)
    share = np.mean([draw(strata, 7, rng) for _ in range(2000)], axis=0)
    assert np.abs(share - 7 / 20).max() < 4 * np.sqrt(0.35 * 0.65 / 2000)


@pytest.mark.parametrize("rows", [None, 500])
def test_digits_are_divided_within_each_class_and_keep_their_order(rows):
    source = datasets.read(DIGITS, None)
    dataset = prepare(source, options(rows=rows), seed=3)
    n = rows or 1797
    counts = dataset.table["split"].value_counts()
    assert counts.to_dict() == {
        "test": round(n * 0.2),
        "validation": round(0.8 * n * 0.1),
        "train": counts["train"],
    }
    by_class = pd.crosstab(dataset.table["label"], dataset.table["split"], normalize="index")
    assert np.abs(by_class - by_class.mean()).to_numpy().max() < 0.04
    ids = dataset.table["id"].to_numpy()
    assert np.all(np.diff(ids) > 0) and len(ids) == n
    assert np.array_equal(dataset.rows, (source.rows[ids] / 16).astype(np.float32))
    assert list(dataset.table["label"]) == [str(label) for label in source.table["label"][ids]]
    assert dataset.info["labels"] == list("0123456789") and dataset.info["unit_interval"]


def test_the_seed_alone_decides():
    source = datasets.read(DIGITS, None)
    first, second, other = (prepare(source, options(rows=300), seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.table, second.table)
    assert np.array_equal(first.rows, second.rows)
    assert not first.table.equals(other.table)


def test_the_sources_own_test_rows_are_kept():
    split = ["test", "train"] * 50
    dataset = prepare(vectors(RNG.normal(size=(100, 3)), split=split, label=[0, 0, 1, 1] * 25), options(), seed=0)
    assert np.array_equal(dataset.table["split"] == "test", np.array(split) == "test")
    assert (dataset.table["split"] == "validation").sum() == 5
    assert any("own test rows" in note and "50" in note for note in dataset.info["notes"])
    sampled = prepare(vectors(RNG.normal(size=(100, 3)), split=split), options(rows=40), seed=0)
    assert (sampled.table["split"] == "test").sum() == 20
    only_train = prepare(vectors(RNG.normal(size=(100, 3)), split=["train"] * 100), options(), seed=0)
    assert (only_train.table["split"] == "test").sum() == 20


def test_columns_are_standardized_by_the_training_rows_alone():
    rows = np.c_[RNG.normal(1e9, 1, 60), RNG.exponential(1e-9, 60), np.full(60, 0.1), RNG.integers(0, 9, 60)]
    dataset = prepare(vectors(rows), options(), seed=0)
    training = (dataset.table["split"] == "train").to_numpy()
    theirs = sklearn.preprocessing.StandardScaler().fit(rows[training]).transform(rows)
    assert dataset.rows.dtype == np.float32
    np.testing.assert_allclose(dataset.rows, theirs, atol=1e-6)
    assert [note.partition(": ")[2] for note in dataset.info["notes"]] == ["1 of 4 columns (c2)."]
    assert not dataset.info["unit_interval"]


@pytest.mark.parametrize("missing", ["mean", "median"])
@pytest.mark.parametrize(("rule", "scaler"), [("standard", sklearn.preprocessing.StandardScaler), ("min_max", sklearn.preprocessing.MinMaxScaler)])  # fmt: skip
def test_missing_values_and_scales_are_scikit_learns_of_the_training_rows(missing, rule, scaler):
    rows = RNG.normal(3, 2, size=(60, 4)).astype(np.float32)
    rows[RNG.random(rows.shape) < 0.2] = np.nan
    dataset = prepare(vectors(rows), options(missing=missing, scaling=rule), seed=0)
    training = (dataset.table["split"] == "train").to_numpy()
    steps = sklearn.pipeline.make_pipeline(sklearn.impute.SimpleImputer(strategy=missing), scaler()).fit(rows[training].astype(float))  # fmt: skip
    np.testing.assert_allclose(dataset.rows, steps.transform(rows), atol=1e-6)
    np.testing.assert_array_equal(
        scale(rows[:5], json.loads(json.dumps(dataset.info["scaling"])), "new"), dataset.rows[:5]
    )
    count, gaps = np.isnan(rows).sum(), np.isnan(rows).any(axis=1).sum()
    note = next(note for note in dataset.info["notes"] if note.startswith("Missing values"))
    assert f"{count} in {gaps} of 60 rows" in note and missing in note


def test_sparse_rows_are_prepared_as_dense_ones_are():
    rows = RNG.poisson(0.3, size=(50, 8)).astype(np.float32)
    dense, sparse = vectors(rows), vectors(rows)
    sparse.rows = SparseRows(sp.csr_array(rows))
    for rule in ("auto", "none", "min_max"):
        made = [prepare(source, options(scaling=rule, rows=40), seed=0) for source in (dense, sparse)]
        np.testing.assert_array_equal(made[0].rows, made[1].rows)
        assert made[0].info == made[1].info


def test_channels_are_standardized_over_the_true_steps_of_the_training_rows():
    rows = padded(60, 7, 3)
    rows[..., 2] = np.where(np.isnan(rows[..., 0]), np.nan, 4)
    rows[-1, 0, 2] = 9  # in the last row, which is a test row
    dataset = prepare(sequences(rows, split=["train"] * 50 + ["test"] * 10), options(), seed=0)
    training = rows[(dataset.table["split"] == "train").to_numpy()]
    scaling = dataset.info["scaling"]
    np.testing.assert_allclose(scaling["center"], np.nanmean(training, axis=(0, 1)))
    np.testing.assert_allclose(scaling["scale"], [*np.nanstd(training[..., :2], axis=(0, 1)), 1])
    expected = (rows - scaling["center"]) / scaling["scale"]
    np.testing.assert_allclose(dataset.rows, expected, atol=1e-6)
    assert dataset.rows.dtype == np.float32 and dataset.info["shape"] == [7, 3]
    assert any("1 of 3 channels (3)" in note for note in dataset.info["notes"])
    assert "data.scaling is unit" in refusal(sequences(rows), scaling="unit")


@pytest.mark.parametrize(
    ("rule", "missing"), [("standard", "its channel's mean"), ("unit", "the lowest possible value"), ("none", "0")]
)
def test_the_rule_by_which_series_are_compared_is_noted(rule, missing):
    rows = np.repeat(padded(30, 6, 2), 2, axis=0).clip(0, 10)
    rows[:2], rows[2:4, 2:] = 1, np.nan
    rows[1::2][np.isnan(rows[1::2])] = -np.nan  # the same to a reader, other bytes
    dataset = prepare(sequences(rows, value_range=(0, 10)), options(scaling=rule), seed=0)
    assert dataset.info["unit_interval"] == (rule == "unit")
    lengths = (~np.isnan(rows[..., 0])).sum(axis=1)
    duplicates, comparison = dataset.info["notes"][-2:]
    assert f"{lengths.min()} to 6 steps" in comparison and comparison.endswith(f"counts as {missing}.")
    assert "duplicates" in duplicates and "30" in duplicates
    whole = prepare(sequences(np.arange(240).reshape(20, 6, 2)), options(), seed=0)
    assert len(whole.info["notes"]) == 1 and "Series of 6 steps" in whole.info["notes"][0]


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (np.s_[4:, 3, 1], np.nan, "steps with NaN that is not padding: 5, the first in row 4, step 3,"),
        (np.s_[4, :2], np.nan, "steps with NaN that is not padding: 2, the first in row 4, step 0,"),
        (np.s_[5:7], np.nan, "series without a single step: 2, the first in row 5, step 0,"),
        (np.s_[4, 3, 1], np.inf, "values that are infinite: 1, the first in row 4, step 3, channel 1,"),
        (np.s_[4, 3, 1], 11, "values that are outside the range 0 to 10: 1, the first in row 4, step 3, channel 1"),
        (np.s_[:], 1, "all 6 training rows are equal"),
        (np.s_[:], np.arange(12).reshape(6, 2) % 10, "all 6 training rows are equal"),
    ],
)
def test_series_that_cannot_be_mapped_are_named_with_their_place(place, value, problem):
    rows = np.random.default_rng(0).uniform(0, 10, size=(9, 6, 2))
    rows[:, 5] = np.nan
    rows[place] = value
    assert refusal(sequences(rows, value_range=(0, 10))).startswith(f"data/mine: {problem}")


@pytest.mark.parametrize("rule", ["none", "standard", "unit"])
def test_what_info_says_is_enough_to_scale_new_rows(rule):
    rows = RNG.integers(0, 256, size=(50, 4, 3), dtype=np.uint8)
    source = Source(rows, pd.DataFrame({"id": range(50)}), "Mine", "image", (0, 255), None, "my desk")
    dataset = prepare(source, options(scaling=rule), seed=0)
    info = json.loads(json.dumps(dataset.info))
    assert np.array_equal(scale(rows, info["scaling"], "here"), dataset.rows)
    assert info["unit_interval"] == (rule == "unit") and info["shape"] == [4, 3]


def test_images_without_a_known_range_are_standardized():
    source = Source(RNG.normal(size=(50, 4, 3)), pd.DataFrame({"id": range(50)}), "Mine", "image", None, None, "desk")
    dataset = prepare(source, options(), seed=0)
    assert dataset.info["scaling"]["rule"] == "standard"
    assert len(dataset.info["notes"]) == 1 and "`range`" in dataset.info["notes"][0]
    assert "data.scaling is unit" in refusal(source, scaling="unit")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (np.nan, "values that are NaN (missing): 2, the first in row 4"),
        (-np.inf, "values that are infinite: 2, the first in row 4"),
        (1e39, "values that are beyond float32 (3.4e38): 2, the first in row 4"),
        (16.5, "values that are outside the range 0 to 16: 2, the first in row 4"),
    ],
)
def test_values_that_cannot_be_mapped_are_named_with_their_place(value, problem):
    rows = np.ones((9, 3))
    rows[7, 0] = rows[4, 2] = value
    message = refusal(vectors(rows, value_range=(0, 16) if value == 16.5 else None))
    assert message.startswith(f'data/mine: {problem}, column "c2", counting from 0.')
    image = Source(rows.reshape(9, 3, 1), pd.DataFrame({"id": range(9)}), "", "image", (0, 16), None, "")
    assert "row 4, pixel (2, 0)" in refusal(image)


@pytest.mark.parametrize(
    ("source", "fragment"),
    [
        (vectors(np.empty((0, 2))), "holds 0 rows; at least 5"),
        (vectors([[1.0, 2.0]]), "holds 1 row; at least 5"),
        (
            vectors(np.eye(5), split=["test"] * 5),
            "train 0, validation 0, test 5",
        ),
        (
            vectors(np.eye(5), split=["train"] * 4 + ["test"]),
            "train 3, validation 1, test 1",
        ),
        (vectors(np.eye(5), split=["train", *["test"] * 4]), "train 0, validation 1, test 4"),
        (vectors(np.ones((9, 2))), "data/mine: all 6 training rows are equal"),
        (
            vectors(np.eye(5), id=["a", "b", "a", "b", "c"]),
            "rows 0 and 2, counting from 0, both have the id a",
        ),
        (vectors(np.eye(5), id=["a", "b", None, "c", "d"]), "row 2, counting from 0, has no id"),
        (vectors(np.eye(5), label=["a", None, "b", "b", "a"]), "label: 1 (first: row 1"),
    ],
)
def test_what_cannot_be_prepared_is_refused_in_one_line(source, fragment):
    assert fragment in refusal(source)


def test_five_rows_are_enough_and_fractions_must_leave_some():
    dataset = prepare(vectors(np.eye(5)), options(), seed=0)
    assert sorted(dataset.table["split"]) == ["test", "test", "train", "train", "validation"]
    assert "data.test_fraction" in refusal(vectors(np.eye(5)), test_fraction=0.9)
    assert "data.rows" in refusal(vectors(np.eye(9)), rows=2)


def test_a_column_that_varies_only_elsewhere_than_in_training_stays_in_float32():
    rows = np.c_[np.arange(20.0), np.linspace(0, 1e-300, 20)]
    test = ["train"] * 18 + ["test"] * 2
    rows[18:, 1] = 1e30
    dataset = prepare(vectors(rows, split=test), options(), seed=0)
    assert np.isfinite(dataset.rows).all()
    rows[:18, 1] *= 1e180
    assert "beyond float32" in refusal(vectors(rows, split=test))


def test_notes_on_labels_samples_and_duplicates():
    rows = np.repeat(RNG.normal(size=(30, 3)), 2, axis=0)
    one = prepare(vectors(rows, label=["a"] * 60), options(rows=40), seed=0)
    notes = "\n".join(one.info["notes"])
    assert 'label "a"' in notes and one.info["labels"] == ["a"]
    assert "in proportion to the labels: 40 of 60 rows" in notes
    assert one.info["source_rows"] == 60
    duplicates = 40 - len(np.unique(one.rows, axis=0))
    assert f"duplicates of an earlier row: {duplicates}." in notes
    rare = prepare(vectors(rows, label=["a"] * 59 + ["b"]), options(), seed=0)
    assert any("every split: 1 (b)" in note for note in rare.info["notes"])


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"test_fraction": 1.0}, {"metric": "l1"}, {"shuffle": True}])
def test_options_are_exact(wrong):
    with pytest.raises(ValidationError):
        options(**wrong)


@pytest.mark.slow
@pytest.mark.skipif(not MNIST.is_dir(), reason="needs ../shared/data/mnist")
def test_mnist_is_prepared_whole():
    dataset = prepare(datasets.read(MNIST, None), options(), seed=0)
    counts = dataset.table["split"].value_counts().to_dict()
    assert counts == {"train": 54000, "validation": 6000, "test": 10000}
    assert dataset.rows.nbytes == 70000 * 784 * 4 and dataset.info["unit_interval"]


@pytest.mark.skipif(not VOWELS.is_dir(), reason="needs ../shared/data/japanese_vowels")
def test_japanese_vowels_are_prepared():
    dataset = prepare(datasets.read(VOWELS, None), options(path=str(VOWELS)), seed=0)
    assert dataset.table["split"].value_counts().to_dict() == {"train": 243, "validation": 27, "test": 370}
    assert "7 to 29 steps" in dataset.info["notes"][-1]
    points = ragged.flat(dataset.rows)
    train, test = ((dataset.table["split"] == part).to_numpy() for part in ("train", "test"))
    labels = dataset.table["label"].to_numpy()
    near = KNeighborsClassifier(1).fit(points[train], labels[train])
    assert near.score(points[test], labels[test]) > 0.9  # the nearest series tells the speaker


@pytest.mark.parametrize("missing", ["mean", "median"])
def test_a_missing_category_becomes_the_shares_of_the_training_rows(tmp_path, missing):
    """Its missing values are counted once, not per column of 0 and 1."""
    table = pd.DataFrame({"mass": RNG.normal(size=60), "region": RNG.choice(["e", "n", "s"], 60, p=[0.7, 0.2, 0.1])})
    table.loc[::4, "region"] = None
    table.loc[:2, "mass"] = np.nan
    table.to_csv(tmp_path / "wine.csv", index=False)
    (tmp_path / "dataset.yaml").write_text("categories: [region]\n")
    dataset = prepare(datasets.read(tmp_path, None), options(missing=missing, scaling="none"), seed=0)
    training = table[(dataset.table["split"] == "train").to_numpy()]
    shares = training["region"].value_counts(normalize=True)[["e", "n", "s"]]
    np.testing.assert_allclose(dataset.rows[::4, 1:], np.tile(shares, (15, 1)), rtol=1e-6)
    np.testing.assert_allclose(dataset.rows[:3, 0], training["mass"].agg(missing), rtol=1e-6)
    assert any("18 in 17 of 60 rows" in note and "category" in note for note in dataset.info["notes"])
