"""Networks: properties over shapes, architectures and objectives; what is saved; diagnostics."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr, ndtri
from skimage.metrics import peak_signal_noise_ratio

from pipeline.autoencoders import architectures, diagnostics, networks, objectives, training
from pipeline.autoencoders import options as autoencoder_options
from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.options import Options
from pipeline.runtime.errors import InputError

BASE = {"hidden": (6,), "code_size": 3, "code_activation": "linear", "epochs": 4, "batch_size": 16,
        "learning_rate": 0.02, "patience": 9}  # fmt: skip
ARCHITECTURES = {
    "dense": {},
    "convolutional": {"code_maps": False},
    "sequence": {"cell": "gru"},
}
OBJECTIVES = {
    "plain": {},
    "sparse": {"sparsity": "l1", "sparsity_weight": 1e-4},
    "denoising": {"noise": "gaussian", "noise_level": 0.1},
    "variational": {"beta": 0.01, "warm_up": 2, "free_bits": 0.1},
}


def options(architecture="dense", objective="plain", **changed):
    own = ARCHITECTURES[architecture] | OBJECTIVES[objective]
    return Options(**{"architecture": architecture, "objective": objective} | BASE | own | changed)


def structured(kind, shape, n=48, seed=0):
    """Rows that depend on one hidden number, so that there is something to learn; series of unequal length."""
    rng = np.random.default_rng(seed)
    hidden = rng.random((n, *[1] * len(shape)))
    rows = expit(6 * (hidden - rng.random(shape))).astype(np.float32)
    if kind == "sequence":
        rows[np.arange(shape[0]) >= rng.integers(1, shape[0] + 1, size=(n, 1))] = np.nan
    return rows


def fit(rows, kind, chosen, validation=8):
    order = np.arange(len(rows))
    return training.fit(rows, order[:-validation], order[-validation:], kind, True, chosen, seed=0)


def untrained(chosen, shape, unit_interval=True):
    history = pd.DataFrame({"epoch": [1], "loss": [1.0], "validation_loss": [1.0]})
    return networks.Networks(*architectures.build(chosen, shape, unit_interval, seed=0), history)


KINDS = st.one_of(
    st.tuples(st.just("vector"), st.tuples(st.integers(1, 9))),
    st.tuples(st.just("image"), st.tuples(st.integers(1, 9), st.integers(1, 9))),
    st.tuples(st.just("image"), st.tuples(st.integers(2, 7), st.integers(2, 7), st.integers(1, 3))),
    st.tuples(st.just("sequence"), st.tuples(st.integers(1, 6), st.integers(1, 3))),
)
COMBINATIONS = {
    "of": KINDS, "architecture": st.sampled_from([*ARCHITECTURES]), "objective": st.sampled_from([*OBJECTIVES]),
    "hidden": st.lists(st.integers(1, 6), max_size=2),
}  # fmt: skip


def chosen_options(kind, architecture, objective, hidden):
    """Options of a combination; None where they are refused, as they should be."""
    hidden = hidden or [4] if architecture == "sequence" else hidden
    chosen = options(architecture, objective, hidden=tuple(hidden))
    if (architecture, kind) not in {("convolutional", "vector"), ("convolutional", "sequence"), ("sequence", "vector")}:
        return chosen
    with pytest.raises(InputError, match="which needs"):
        chosen.resolved(kind, (4, 4), True)
    return None


def check_saved(fitted, rows, objective, folder):
    """Shapes, and that a saved network gives the same."""
    codes = fitted.encode(rows)
    assert codes.shape == (48, 3) and fitted.decode(codes).shape == rows.shape
    assert np.isfinite(codes).all() and np.isfinite(fitted.decode(codes)).all()
    fitted.save(folder)
    again = networks.load(folder)
    np.testing.assert_array_equal(again.encode(rows), codes)
    np.testing.assert_array_equal(again.decode(codes), fitted.decode(codes))
    std = fitted.posterior_std(rows)
    assert (std is None) == (objective != "variational")
    assert std is None or (std.shape == codes.shape and (std > 0).all())


@settings(max_examples=8, deadline=None)
@given(**COMBINATIONS)
def test_every_combination_is_built_and_saved_or_refused(tmp_path_factory, of, architecture, objective, hidden):
    kind, shape = of
    chosen = chosen_options(kind, architecture, objective, hidden)
    if chosen:
        check_saved(untrained(chosen, shape), structured(kind, shape), objective, tmp_path_factory.mktemp("kept"))


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(**COMBINATIONS)
def test_every_combination_trains_or_is_refused(tmp_path_factory, of, architecture, objective, hidden):
    kind, shape = of
    chosen = chosen_options(kind, architecture, objective, hidden)
    if chosen:
        fitted = fit(structured(kind, shape), kind, chosen)
        check_saved(fitted, structured(kind, shape), objective, tmp_path_factory.mktemp("kept"))
        assert fitted.history["validation_loss"].min() <= fitted.history["validation_loss"].iloc[0]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 4))
def test_sides_halve_and_come_back(height, width, halvings):
    sizes = autoencoder_options.sides((height, width), halvings)
    assert len(sizes) == halvings + 1
    assert sizes[-1] == (math.ceil(height / 2**halvings), math.ceil(width / 2**halvings))
    assert all(2 * small >= big for big, small in zip(sizes[0], sizes[-1 if not halvings else 1], strict=True))


def test_feature_maps_as_a_code():
    """28 x 28 by blocks of 16 and 8 filters and the code's own: 4 x 4 x 8 = 128 dimensions (Chollet 2016)."""
    text = options("convolutional", hidden=(16, 8), code_size=128, code_maps=True)
    encoder, decoder = architectures.build(text, (28, 28), True, seed=0)
    assert encoder.get_layer("maps").output.shape[1:] == (4, 4, 8)
    assert encoder.output.shape[1:] == (128,) and decoder.output.shape[1:] == (28, 28)
    filters = [layer.filters for layer in decoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert filters == [8, 8, 16, 1]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_missing_steps_change_nothing(cell):
    """Codes of series with more padding are the same."""
    series = structured("sequence", (5, 2))
    padded = np.concatenate([series, np.full((48, 3, 2), np.nan, np.float32)], axis=1)
    chosen = options("sequence", cell=cell)
    short, _ = architectures.build(chosen, (5, 2), True, seed=0)
    long, _ = architectures.build(chosen, (8, 2), True, seed=0)
    long.set_weights(short.get_weights())
    np.testing.assert_allclose(networks.apply(long, padded)[0], networks.apply(short, series)[0], atol=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_no_recurrent_layer_is_one_that_gpus_cannot_compile(tmp_path, cell):
    built = untrained(options("sequence", cell=cell), (5, 2))
    built.save(tmp_path)
    again = networks.load(tmp_path)
    for model in (built.encoder, built.decoder, again.encoder, again.decoder):
        assert [layer.use_cudnn for layer in model.layers if hasattr(layer, "cell")] == [False]


def test_dense_layers_compute_what_the_networks_do():
    rows = structured("vector", (6,))
    functions = {"gelu": lambda values: values * ndtr(values), "sigmoid": expit, "linear": np.asarray}
    for objective in OBJECTIVES:
        built = untrained(options(objective=objective, hidden=(5, 4)), (6,))
        for part, values, expected in (
            ("encoder", rows, built.encode(rows)), ("decoder", built.encode(rows), built.decode(built.encode(rows)))
        ):  # fmt: skip
            layers = built.layers()[part]
            assert [weights.shape[1] for weights, _, _ in layers] == [5, 4, 3] if part == "encoder" else [4, 5, 6]
            for weights, bias, activation in layers:
                values = functions[activation](values @ weights + bias)
            np.testing.assert_allclose(values, expected, atol=1e-5)
    assert untrained(options("sequence"), (5, 2)).layers() is None


def test_diagnostics_of_denoising():
    rows = structured("image", (8, 8), n=60)
    chosen = options("convolutional", "denoising").resolved("image", (8, 8), True)
    built = untrained(chosen, (8, 8))
    arrays = diagnostics.compute(built, rows, rows[20:], True, chosen, seed=3)
    np.testing.assert_allclose(arrays["noise_levels"], [0.025, 0.05, 0.1, 0.15, 0.2])
    for level, noisy_psnr, cleaned_psnr in zip(
        arrays["noise_levels"], arrays["psnr_noisy"], arrays["psnr_cleaned"], strict=True
    ):
        noisy = np.asarray(objectives.add_noise(rows[20:], "gaussian", level, True, 3))
        for expected, images in ((noisy_psnr, noisy), (cleaned_psnr, built.decode(built.encode(noisy)))):
            ours = np.mean(
                [peak_signal_noise_ratio(*pair, data_range=1) for pair in zip(rows[20:], images, strict=True)]
            )
            assert expected == pytest.approx(ours, rel=1e-4)
    examples = [int(np.flatnonzero((rows == clean).all(axis=(1, 2)))[0]) for clean in arrays["clean"]]
    errors = np.square(rows - built.decode(built.encode(rows))).sum(axis=(1, 2))[20:]
    assert len(examples) == 6 and (np.diff(errors[np.array(examples) - 20]) >= 0).all()
    np.testing.assert_array_equal(arrays["cleaned"], built.decode(built.encode(arrays["noisy"])))
    assert arrays["code_maps"].shape == (6, 4, 4, 6) and (arrays["mapped"] == arrays["clean"]).all()


def test_diagnostics_of_a_variational_code():
    rows = structured("vector", (6,), n=60)
    chosen = options(objective="variational").resolved("vector", (6,), True)
    built = untrained(chosen, (6,))
    arrays = diagnostics.compute(built, rows, rows[:20], True, chosen, seed=0)
    np.testing.assert_array_equal(arrays["posterior_std"], built.posterior_std(rows))
    across, up = arrays["grid_axes"]
    assert [across, up] == np.argsort(-arrays["divergence"]).tolist()[:2]
    code = np.zeros((1, 3), np.float32)
    code[0, [across, up]] = ndtri(3.5 / 12), ndtri(10.5 / 12)  # fourth column, second row
    np.testing.assert_allclose(arrays["grid"][1, 3], built.decode(code)[0], atol=1e-6)
