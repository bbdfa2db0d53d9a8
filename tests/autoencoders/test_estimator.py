"""The estimator by scikit-learn's own checks, in its pipelines and searches, and kept on disk."""

import inspect
import pickle

import numpy as np
import pytest
from ruamel.yaml import YAML
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline.autoencoders import Autoencoder

SMALL = {"hidden": (16,), "code_size": 3, "epochs": 2, "batch_size": 32}


@pytest.mark.slow
@parametrize_with_checks([Autoencoder(**SMALL)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_defaults_are_those_of_params_yaml(root):
    line = YAML(typ="safe").load(root / "params.yaml")["encoders"]["deep"]
    signature = inspect.signature(Autoencoder).parameters
    own = {name: signature[name].default for name in line if name != "kind"}
    assert own == {name: tuple(value) if isinstance(value, list) else value for name, value in line.items()
                   if name != "kind"}  # fmt: skip
    assert all(signature[name].default is None for name in signature if name not in line
               and name not in ("validation_fraction", "random_state"))  # fmt: skip


@pytest.fixture(scope="module")
def images():
    return (load_digits().images[:200] / 16).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(images):
    return Autoencoder(**SMALL, random_state=0).fit(images)


def test_in_a_pipeline_and_a_grid_search(tmp_path):
    flat = load_digits().data[:200]
    steps = make_pipeline(MinMaxScaler(), Autoencoder(**SMALL | {"epochs": 30}, learning_rate=0.01, random_state=0))
    search = GridSearchCV(steps, {"autoencoder__code_size": np.array([1, 8])}, cv=2).fit(flat)
    assert search.best_params_ == {"autoencoder__code_size": 8}  # more numbers rebuild more
    names = search.best_estimator_[-1].get_feature_names_out()
    assert list(names[:2]) == ["autoencoder0", "autoencoder1"] and len(names) == 8
    search.best_estimator_[-1].save(tmp_path / "best")  # whose code size is NumPy's
    assert Autoencoder.load(tmp_path / "best").code_size == 8


@pytest.mark.parametrize("keep", ["pickle", "save", "both"])
def test_kept_and_brought_back(fitted, images, tmp_path, keep):
    found = fitted
    if keep != "save":
        found = pickle.loads(pickle.dumps(found))
    if keep != "pickle":
        found.save(tmp_path / "kept")
        found = Autoencoder.load(tmp_path / "kept")
    codes = fitted.transform(images)
    np.testing.assert_array_equal(found.transform(images), codes)
    np.testing.assert_array_equal(found.inverse_transform(codes), fitted.inverse_transform(codes))
    assert clone(found).get_params()["hidden"] == (16,)


def test_score_is_less_the_mean_squared_error(fitted, images):
    rebuilt = fitted.inverse_transform(fitted.transform(images))
    assert fitted.score(images) == pytest.approx(-np.mean((images - rebuilt) ** 2), rel=1e-6)


def test_what_does_not_go_together_is_one_line(images):
    with pytest.raises(ValueError, match=r"^Autoencoder: noise is missing; objective: denoising needs it\.$"):
        Autoencoder(objective="denoising").fit(images)
    with pytest.raises(ValueError, match=r"^architecture is convolutional, which needs images; the data are vectors"):
        Autoencoder(architecture="convolutional", code_maps=False).fit(images.reshape(200, 64))


def test_code_in_a_file_is_refused(fitted, tmp_path):
    """A Lambda layer carries Python bytecode; loading one must not run it."""
    import keras

    fitted.save(tmp_path / "kept")
    inputs = keras.Input((8, 8))
    outputs = keras.layers.Lambda(lambda values: values)(inputs)
    keras.Model(inputs, outputs).save(tmp_path / "kept/encoder.keras")
    with pytest.raises(ValueError, match=r"(?i)lambda"):
        Autoencoder.load(tmp_path / "kept")


def test_series_of_unequal_length():
    rng = np.random.default_rng(0)
    series = rng.random((60, 5, 2))
    series[np.arange(5) >= rng.integers(1, 6, size=(60, 1))] = np.nan
    fitted = Autoencoder(**SMALL, architecture="sequence", cell="gru", random_state=0).fit(series)
    codes = fitted.transform(series)
    assert codes.shape == (60, 3) and codes.dtype == np.float64
    squares = (series - fitted.inverse_transform(codes)) ** 2
    assert fitted.score(series) == pytest.approx(-squares[~np.isnan(series)].mean())
    with pytest.raises(ValueError, match=r"rows of X have the shape \(5, 4\); it was fitted to \(5, 2\)"):
        fitted.transform(np.zeros((3, 5, 4)))
