"""PCA against scikit-learn; the autoencoder against PCA, against itself, and against a fresh process."""

import hashlib
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
         "batch_size": 32, "patience": 20, "learning_rate": 0.002}  # fmt: skip


def dataset(rows, split, unit_interval, kind="image"):
    return Dataset(rows, pd.DataFrame({"split": split}), {"kind": kind, "unit_interval": unit_interval})


@pytest.fixture(scope="module")
def digits():
    rows = (load_digits().images / 16).astype(np.float32)
    split = np.array(["train"] * 1200 + ["validation"] * 200 + ["test"] * 397)
    return rows, split


def test_pca_is_scikit_learns(digits, tmp_path):
    rows, split = digits
    pca.fit(dataset(rows, split, True), pca.Options(kind="pca", code_size=7), seed=0).save(tmp_path)
    ours = pca.load(tmp_path)
    theirs = PCA(7).fit(rows[split == "train"].reshape(-1, 64))
    back = theirs.inverse_transform(theirs.transform(rows.reshape(-1, 64))).reshape(rows.shape)
    np.testing.assert_allclose(ours.decode(ours.encode(rows)), back, atol=1e-5)
    np.testing.assert_allclose(ours.share[:7], theirs.explained_variance_ratio_, rtol=1e-5)


def test_pca_holds_far_from_zero():
    """In float32, products of rows around 10,000 cancel to noise unless the rows are centered first."""
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(500, 5)) * [3, 2, 1, 0.5, 0.2] + 1e4).astype(np.float32)
    split = np.array(["train"] * 400 + ["test"] * 100)
    ours = pca.fit(dataset(rows, split, False), pca.Options(kind="pca", code_size=2), seed=0)
    theirs = PCA(5).fit(rows[:400].astype(np.float64))
    np.testing.assert_allclose(ours.share, theirs.explained_variance_ratio_, atol=1e-3)
    np.testing.assert_allclose(np.abs(ours.components @ theirs.components_[:2].T), np.eye(2), atol=0.02)


def test_padded_series_are_judged_by_their_true_steps():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(90, 6, 2)).astype(np.float32).cumsum(axis=1)
    rows[np.arange(6) >= rng.integers(1, 7, size=(90, 1))] = np.nan
    split = np.repeat(["train", "test"], [60, 30])
    ours = pca.fit(dataset(rows, split, False), pca.Options(kind="pca", code_size=4), seed=0)
    codes, errors, rebuilt = encoders.compress(ours, rows, split == "test")

    flat = np.nan_to_num(rows, nan=0).reshape(90, 12)
    theirs = PCA(4).fit(flat[:60])
    back = theirs.inverse_transform(theirs.transform(flat)).reshape(rows.shape)
    np.testing.assert_allclose(np.abs(codes), np.abs(theirs.transform(flat)), atol=1e-4)
    np.testing.assert_allclose(rebuilt, back[60:], atol=1e-4)
    np.testing.assert_allclose(errors, np.nansum(np.square(rows - back), axis=(1, 2)), rtol=1e-3)


def test_pca_refuses_more_components_than_there_are(digits):
    rows, split = digits
    with pytest.raises(InputError, match=r"code_size is 65; PCA of 1,200 training rows by 64 columns has at most 64\."):
        pca.fit(dataset(rows, split, True), pca.Options(kind="pca", code_size=65), seed=0)


@pytest.fixture(scope="module")
def trained(digits):
    rows, split = digits
    options = autoencoder.Options(**SMALL, hidden=[128, 64], code_size=8, epochs=60)
    return autoencoder.fit(dataset(rows, split, True), options, seed=0)


def test_a_deep_code_beats_principal_components_of_its_size(digits, trained):
    rows, split = digits
    linear = pca.fit(dataset(rows, split, True), pca.Options(kind="pca", code_size=8), seed=0)
    errors = [
        encoders.compress(encoder, rows, split == "test")[1][split == "test"].mean() for encoder in (trained, linear)
    ]
    assert errors[0] < 0.8 * errors[1]


def test_a_row_has_one_code_whatever_its_company(digits, trained):
    rows, _ = digits
    np.testing.assert_array_equal(trained.encode(rows)[17:19], trained.encode(rows[17:19]))


def test_a_saved_autoencoder_gives_the_same_codes_in_a_fresh_process(digits, trained, tmp_path):
    rows, _ = digits
    trained.save(tmp_path)
    np.save(tmp_path / "rows.npy", rows)
    program = f"""
import numpy, hashlib, pathlib
from pipeline.encoders import autoencoder
folder = pathlib.Path({str(tmp_path)!r})
print(hashlib.md5(autoencoder.load(folder).encode(numpy.load(folder / "rows.npy")).tobytes()).hexdigest())
"""
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    assert found == hashlib.md5(trained.encode(rows).tobytes()).hexdigest()


def test_the_seed_decides_the_files_in_any_process(digits, tmp_path):
    rows, split = digits
    options = autoencoder.Options(**SMALL, hidden=[16], code_size=3, epochs=2)
    np.savez(tmp_path / "digits.npz", rows=rows, split=split)
    program = f"""
import numpy, pandas, pathlib, sys
from pipeline.encoders import autoencoder
from pipeline.types import Dataset
options = autoencoder.Options.model_validate_json({options.model_dump_json()!r})
digits = numpy.load({str(tmp_path / "digits.npz")!r})
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
dataset = Dataset(digits["rows"], pandas.DataFrame({{"split": digits["split"]}}), {{"kind": "image", "unit_interval": True}})
autoencoder.fit(dataset, options, int(sys.argv[2])).save(folder)
"""
    found = []
    for run, seed in enumerate("112"):
        subprocess.run([sys.executable, "-c", program, tmp_path / str(run), seed], check=True, capture_output=True)
        found.append([path.read_bytes() for path in sorted((tmp_path / str(run)).iterdir())])
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_the_best_weights_are_kept(digits):
    """Sixty rows are soon learned by heart. The kept weights' validation loss, computed by hand from the finished
    networks, is the smallest of the history, and not the last."""
    rows = digits[0][:300]
    split = np.where(np.arange(300) < 60, "train", "validation")
    options = autoencoder.Options(
        **{**SMALL, "learning_rate": 0.01, "patience": 2}, hidden=[256, 128], code_size=16, epochs=200
    )
    fitted = autoencoder.fit(dataset(rows, split, True), options, seed=0)
    held_out = rows[split == "validation"]
    rebuilt = np.clip(fitted.decode(fitted.encode(held_out)).astype(np.float64), 1e-7, 1 - 1e-7)
    loss = -np.mean(held_out * np.log(rebuilt) + (1 - held_out) * np.log(1 - rebuilt))
    losses = fitted.history["validation_loss"]
    assert loss == pytest.approx(losses.min(), abs=1e-4)
    assert losses.iloc[-1] > losses.min() + 1e-3
    assert len(losses) - 1 - losses.argmin() == 2  # training stopped when its patience was over


def test_columns_without_bounds_are_rebuilt_by_squared_error():
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(500, 2)) @ rng.normal(size=(2, 6)) * 5 + 3).astype(np.float32)
    split = np.array(["train"] * 400 + ["validation"] * 50 + ["test"] * 50)
    options = autoencoder.Options(**{**SMALL, "learning_rate": 0.01}, hidden=[], code_size=2, epochs=200)
    fitted = autoencoder.fit(dataset(rows, split, False, "vector"), options, seed=0)
    _, error, rebuilt = encoders.compress(fitted, rows, split == "test")
    assert rebuilt.shape == (50, 6)
    assert error[split == "test"].mean() < 0.01 * rows.var(axis=0).sum()  # two numbers hold these rows whole
