"""PCA against scikit-learn; the autoencoder against PCA, against itself, and against another process."""

import hashlib
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from pipeline import encoders
from pipeline.encoders import autoencoder, pca
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

SMALL = {"kind": "autoencoder", "architecture": "dense", "objective": "plain", "code_activation": "linear",
         "batch_size": 32, "patience": 20, "learning_rate": 0.005}  # fmt: skip
TINY = autoencoder.Options(**SMALL, hidden=[8], code_size=3, epochs=2, trainings=2)


def dataset(rows, split, unit_interval, kind="image"):
    return Dataset(rows, pd.DataFrame({"split": split}), {"kind": kind, "unit_interval": unit_interval})


@pytest.fixture(scope="module")
def digits():
    rows = (load_digits().images / 16).astype(np.float32)
    split = np.array(["train"] * 1200 + ["validation"] * 200 + ["test"] * 397)
    return rows, split


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(encoders.__path__)])
def test_each_kind_defines_what_the_protocol_says(name):
    kind = importlib.import_module(f"pipeline.encoders.{name}")
    for function in ("check", "fit", "load", "diagnostics"):
        declared = [*inspect.signature(getattr(encoders.Kind, function)).parameters][1:]
        assert [*inspect.signature(getattr(kind, function)).parameters] == declared
    assert {"kind", "code_size"} <= kind.Options.model_fields.keys()
    trainings = kind.Options.model_fields.get("trainings")
    assert (trainings.default if trainings else kind.Options.trainings) == 1


def test_each_training_has_its_seed_and_label():
    calls = []

    class Kind:
        @staticmethod
        def fit(*arguments):
            calls.append(arguments)
            return len(calls)

    assert encoders.fit(Kind, "data", TINY, 5, "scratch") == [1, 2]
    first, second = calls
    assert first == ("data", TINY, 5, "scratch", "training")
    assert second == ("data", TINY, encoders.seeds(5, 9)[1], "scratch", "training 2 of 2")
    assert encoders.seeds(5, 1) == [5] and len({*encoders.seeds(5, 9)}) == 9


def test_pca_is_scikit_learns(digits, tmp_path):
    rows, split = digits
    pca.fit(dataset(rows, split, True), pca.Options(kind="pca", code_size=7), seed=0).save(tmp_path)
    ours = pca.load(tmp_path)
    theirs = PCA(7).fit(rows[split == "train"].reshape(-1, 64))
    back = theirs.inverse_transform(theirs.transform(rows.reshape(-1, 64))).reshape(rows.shape)
    np.testing.assert_allclose(ours.decode(ours.encode(rows)), back, atol=1e-5)
    np.testing.assert_allclose(ours.share[:7], theirs.explained_variance_ratio_, rtol=1e-5)
    assert len(ours.share) == 64


def test_pca_is_exact_far_from_zero():
    """In float32, products of values around 10,000 lose all digits unless the rows are centered first."""
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(500, 5)) * [3, 2, 1, 0.5, 0.2] + 1e4).astype(np.float32)
    split = np.array(["train"] * 400 + ["test"] * 100)
    ours = pca.fit(dataset(rows, split, False), pca.Options(kind="pca", code_size=2), seed=0)
    theirs = PCA(5).fit(rows[:400].astype(np.float64))
    np.testing.assert_allclose(ours.share, theirs.explained_variance_ratio_, atol=1e-3)
    np.testing.assert_allclose(np.abs(ours.components @ theirs.components_[:2].T), np.eye(2), atol=0.02)


def test_padding_counts_in_no_error(monkeypatch):
    monkeypatch.setattr(encoders, "BLOCK", 40)  # of 90 rows
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(90, 6, 2)).astype(np.float32).cumsum(axis=1)
    rows[np.arange(6) >= rng.integers(1, 7, size=(90, 1))] = np.nan
    split = np.repeat(["train", "test"], [60, 30])
    ours, done = pca.fit(dataset(rows, split, False), pca.Options(kind="pca", code_size=4), seed=0), []
    codes, errors, reconstructions = encoders.compress(ours, rows, split == "test", done.append)

    flat = np.nan_to_num(rows, nan=0).reshape(90, 12)
    theirs = PCA(4).fit(flat[:60])
    back = theirs.inverse_transform(theirs.transform(flat)).reshape(rows.shape)
    np.testing.assert_allclose(np.abs(codes), np.abs(theirs.transform(flat)), atol=1e-4)
    np.testing.assert_allclose(reconstructions, back[60:], atol=1e-4)
    np.testing.assert_allclose(errors, np.nansum(np.square(rows - back), axis=(1, 2)), rtol=1e-3)
    assert done == [40, 80, 90]


def test_pca_refuses_more_components_than_there_are(digits):
    rows, split = digits
    for count, message in ((1200, "65; PCA of 1,200 training rows by 64 columns .* 64"), (9, "65; PCA of 9 .* 9")):
        own = np.where(np.arange(len(rows)) < count, "train", "test")
        with pytest.raises(InputError, match=rf"code_size is {message}\."):
            pca.fit(dataset(rows, own, True), pca.Options(kind="pca", code_size=65), seed=0)
    pca.check(pca.Options(kind="pca", code_size=64), dataset(rows, split, True))


@pytest.fixture(scope="module")
def trained(digits):
    rows, split = digits
    options = autoencoder.Options(**SMALL, hidden=[64], code_size=8, epochs=15)
    return autoencoder.fit(dataset(rows, split, True), options, seed=0)


def test_a_deep_code_beats_principal_components_of_its_size(digits, trained):
    rows, split = digits
    linear = pca.fit(dataset(rows, split, True), pca.Options(kind="pca", code_size=8), seed=0)
    errors = [
        encoders.compress(encoder, rows, split == "test")[1][split == "test"].mean() for encoder in (trained, linear)
    ]
    assert errors[0] < 0.8 * errors[1]


def test_the_code_of_a_row_does_not_depend_on_other_rows(digits, trained):
    rows, _ = digits
    np.testing.assert_array_equal(trained.encode(rows)[17:19], trained.encode(rows[17:19]))


FRESH = """
import hashlib, numpy, pandas, pathlib
from pipeline.encoders import autoencoder
from pipeline.types import Dataset
folder = pathlib.Path(".")
with numpy.load("digits.npz") as digits:
    rows, split = digits["rows"], digits["split"]
options = autoencoder.Options.model_validate_json((folder / "options.json").read_text())
dataset = Dataset(rows, pandas.DataFrame({"split": split}), {"kind": "image", "unit_interval": True})
autoencoder.fit(dataset, options, 1).save(folder / "fresh")
print(hashlib.md5(autoencoder.load(folder / "trained").encode(rows).tobytes()).hexdigest())
"""


def test_another_process_gives_the_same_codes_and_files(digits, trained, tmp_path):
    """Codes of a saved autoencoder; the files of a training with the same seed, and not with another one."""
    import keras

    rows, split = digits
    for name in ("trained", "fresh", "1", "2"):
        (tmp_path / name).mkdir()
    trained.save(tmp_path / "trained")
    np.savez(tmp_path / "digits.npz", rows=rows, split=split)
    (tmp_path / "options.json").write_text(TINY.model_dump_json())
    environment = os.environ | {"PYTHONPATH": os.getcwd(), "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", FRESH]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == hashlib.md5(trained.encode(rows).tobytes()).hexdigest()

    for seed in (1, 2):
        keras.utils.clear_session()  # a file names its layers by how many were made before in the process
        autoencoder.fit(dataset(rows, split, True), TINY, seed).save(tmp_path / str(seed))
    fresh, same, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("fresh", "1", "2")
    )
    assert fresh == same
    assert all(fresh[name] != other[name] for name in fresh)


def test_the_best_weights_are_kept(digits):
    """60 rows are soon overfitted. The validation loss of the returned networks, computed by hand, is the smallest of the
    history, and not the last."""
    rows = digits[0][:200]
    split = np.where(np.arange(200) < 60, "train", "validation")
    options = autoencoder.Options(
        **{**SMALL, "learning_rate": 0.01, "patience": 2}, hidden=[64], code_size=16, epochs=200
    )
    fitted = autoencoder.fit(dataset(rows, split, True), options, seed=0)
    held_out = rows[split == "validation"]
    outputs = np.clip(fitted.decode(fitted.encode(held_out)).astype(np.float64), 1e-7, 1 - 1e-7)
    loss = -np.mean(held_out * np.log(outputs) + (1 - held_out) * np.log(1 - outputs))
    losses = fitted.history["validation_loss"]
    assert loss == pytest.approx(losses.min(), abs=1e-4)
    assert losses.iloc[-1] > losses.min() + 1e-4
    assert len(losses) - 1 - losses.argmin() == 2  # training stopped when its patience was over


def test_columns_without_bounds_have_the_squared_error_as_loss():
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(500, 2)) @ rng.normal(size=(2, 6)) * 5 + 3).astype(np.float32)
    split = np.array(["train"] * 400 + ["validation"] * 50 + ["test"] * 50)
    options = autoencoder.Options(**{**SMALL, "learning_rate": 0.02}, hidden=[], code_size=2, epochs=100)
    fitted = autoencoder.fit(dataset(rows, split, False, "vector"), options, seed=0)
    _, error, reconstructions = encoders.compress(fitted, rows, split == "test")
    assert reconstructions.shape == (50, 6)
    assert error[split == "test"].mean() < 0.01 * rows.var(axis=0).sum()  # two dimensions hold these rows completely
