"""The estimator: scikit-learn's own checks, pipelines and searches, saving and loading."""

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
from pipeline.autoencoders.options import Options

SMALL = {"hidden": (16,), "code_size": 3, "epochs": 2, "batch_size": 32}


@pytest.mark.slow
@parametrize_with_checks([Autoencoder(**SMALL)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_defaults_are_those_of_params_yaml(root):
    entry = YAML(typ="safe").load(root / "params.yaml")["encoders"]["deep"]
    expected = {name: None for name in Options.model_fields} | {"validation_fraction": 0.1, "random_state": None}
    expected |= {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items() if name != "kind"
    }
    assert {name: each.default for name, each in inspect.signature(Autoencoder).parameters.items()} == expected


@pytest.fixture(scope="module")
def images():
    return (load_digits().images[:200] / 16).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(images):
    return Autoencoder(**SMALL, random_state=0).fit(images)


def test_in_a_pipeline_and_a_grid_search(tmp_path):
    flat = load_digits().data[:150]
    quick = SMALL | {"hidden": (), "epochs": 10, "learning_rate": 0.03}
    steps = make_pipeline(MinMaxScaler(), Autoencoder(**quick, random_state=0))
    search = GridSearchCV(steps, {"autoencoder__code_size": np.array([1, 8])}, cv=2).fit(flat)
    assert search.best_params_ == {"autoencoder__code_size": 8}  # more dimensions, less error
    names = search.best_estimator_[-1].get_feature_names_out()
    assert list(names[:2]) == ["autoencoder0", "autoencoder1"] and len(names) == 8
    search.best_estimator_[-1].save(tmp_path / "best")  # its code size is NumPy's
    assert Autoencoder.load(tmp_path / "best").code_size == 8


@pytest.mark.parametrize("keep", ["pickle", "save", "both"])
def test_saved_and_loaded(fitted, images, tmp_path, keep):
    again = fitted
    if keep != "save":
        again = pickle.loads(pickle.dumps(again))
    if keep != "pickle":
        again.save(tmp_path / "kept")
        again = Autoencoder.load(tmp_path / "kept")
    codes = fitted.transform(images)
    np.testing.assert_array_equal(again.transform(images), codes)
    np.testing.assert_array_equal(again.inverse_transform(codes), fitted.inverse_transform(codes))
    assert clone(again).get_params()["hidden"] == (16,)


def test_score_is_the_negative_mean_squared_error(fitted, images):
    reconstructions = fitted.inverse_transform(fitted.transform(images))
    assert fitted.score(images) == pytest.approx(-np.mean((images - reconstructions) ** 2), rel=1e-6)


def test_conflicts_are_one_line(fitted, images):
    with pytest.raises(ValueError, match=r"^Autoencoder: noise is missing.*denoising.*$"):
        Autoencoder(objective="denoising").fit(images)
    with pytest.raises(ValueError, match=r"codes have 4 dimensions.* 3\."):
        fitted.inverse_transform(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"^architecture is convolutional.*the data are vectors"):
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
    series = rng.random((40, 5, 2))
    series[np.arange(5) >= rng.integers(1, 6, size=(40, 1))] = np.nan
    fitted = Autoencoder(**SMALL | {"epochs": 1}, architecture="sequence", cell="gru", random_state=0).fit(series)
    codes = fitted.transform(series)
    assert codes.shape == (40, 3) and codes.dtype == np.float64
    squares = (series - fitted.inverse_transform(codes)) ** 2
    assert fitted.score(series) == pytest.approx(-squares[~np.isnan(series)].mean())
    with pytest.raises(ValueError, match=r"rows of X have the shape \(5, 4\); it was fitted to \(5, 2\)"):
        fitted.transform(np.zeros((3, 5, 4)))
