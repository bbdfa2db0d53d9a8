"""Properties over shapes, architectures and objectives; losses against formulas written out in NumPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, xlogy

from pipeline.autoencoders import architectures, networks, objectives, training
from pipeline.autoencoders.backend import keras, tf
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
    """Rows of one hidden number, so that there is something to learn; series of unequal length."""
    rng = np.random.default_rng(seed)
    place = rng.random((n, *[1] * len(shape)))
    pattern = rng.random(shape)
    rows = expit(6 * (place - pattern)).astype(np.float32)
    if kind == "sequence":
        rows[np.arange(shape[0]) >= rng.integers(1, shape[0] + 1, size=(n, 1))] = np.nan
    return rows


HALVES = np.arange(40), np.arange(40, 48)
KINDS = st.one_of(
    st.tuples(st.just("vector"), st.tuples(st.integers(1, 9))),
    st.tuples(st.just("image"), st.tuples(st.integers(1, 9), st.integers(1, 9))),
    st.tuples(st.just("image"), st.tuples(st.integers(2, 7), st.integers(2, 7), st.integers(1, 3))),
    st.tuples(st.just("sequence"), st.tuples(st.integers(1, 6), st.integers(1, 3))),
)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    KINDS, st.sampled_from([*ARCHITECTURES]), st.sampled_from([*OBJECTIVES]), st.lists(st.integers(1, 6), max_size=2)
)
def test_every_combination_trains_or_is_refused(tmp_path_factory, found, architecture, objective, hidden):
    kind, shape = found
    rows = structured(kind, shape)
    hidden = hidden or [4] if architecture == "sequence" else hidden
    chosen = options(architecture, objective, hidden=tuple(hidden))
    if (architecture, kind) in {("convolutional", "vector"), ("convolutional", "sequence"), ("sequence", "vector")}:
        with pytest.raises(InputError, match="which needs"):
            training.fit(rows, *HALVES, kind, True, chosen, seed=0)
        return
    fitted = training.fit(rows, *HALVES, kind, True, chosen, seed=0)
    codes = fitted.encode(rows)
    assert codes.shape == (48, 3) and fitted.decode(codes).shape == rows.shape
    assert np.isfinite(codes).all() and np.isfinite(fitted.decode(codes)).all()
    assert fitted.history["validation_loss"].min() <= fitted.history["validation_loss"].iloc[0]
    folder = tmp_path_factory.mktemp("kept")
    fitted.save(folder)
    again = networks.load(folder)
    np.testing.assert_array_equal(again.encode(rows), codes)
    np.testing.assert_array_equal(again.decode(codes), fitted.decode(codes))
    spread = fitted.spread(rows)
    assert (spread is None) == (objective != "variational")
    assert spread is None or (spread.shape == codes.shape and (spread > 0).all())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_loss_falls(objective):
    rows = structured("vector", (6,), n=400)
    split = np.arange(350), np.arange(350, 400)
    history = training.fit(rows, *split, "vector", True, options(objective=objective, epochs=8), 0).history
    assert history["validation_loss"].iloc[-1] < 0.98 * history["validation_loss"].iloc[0]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 4))
def test_sides_halve_and_come_back(height, width, halvings):
    levels = options_module.sides((height, width), halvings)
    assert levels[-1] == (math.ceil(height / 2**halvings), math.ceil(width / 2**halvings))
    assert all(2 * small >= big for big, small in zip(levels[0], levels[-1 if not halvings else 1], strict=True))


def test_maps_as_a_code_are_the_texts_own():
    """28 x 28 by blocks of 16 and 8 filters and the code's own: 4 x 4 x 8 = 128 numbers (Chollet 2016)."""
    text = options("convolutional", hidden=(16, 8), code_size=128, code_maps=True)
    encoder, decoder = architectures.build(text, (28, 28), True, seed=0)
    assert encoder.get_layer("maps").output.shape[1:] == (4, 4, 8)
    assert encoder.output.shape[1:] == (128,) and decoder.output.shape[1:] == (28, 28)
    filters = [layer.filters for layer in decoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert filters == [8, 8, 16, 1]
    with pytest.raises(InputError, match=r"code_size is 100; with code_maps it must be a multiple of 4 x 4 = 16"):
        architectures.build(text.model_copy(update={"code_size": 100}), (28, 28), True, seed=0)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_missing_steps_change_nothing(cell):
    """Codes of series with more padding behind them are the same; what is rebuilt there is in no loss."""
    series = structured("sequence", (5, 2))
    padded = np.concatenate([series, np.full((48, 3, 2), np.nan, np.float32)], axis=1)
    chosen = options("sequence", cell=cell)
    short, _ = architectures.build(chosen, (5, 2), True, seed=0)
    long, _ = architectures.build(chosen, (8, 2), True, seed=0)
    long.set_weights(short.get_weights())
    np.testing.assert_allclose(networks.apply(long, padded)[0], networks.apply(short, series)[0], atol=1e-6)

    logits = np.random.default_rng(0).normal(size=series.shape).astype(np.float32)
    changed = np.where(np.isnan(series), logits + 5, logits)
    for loss in ("cross_entropy", "squared_error"):
        losses = [float(objectives.reconstruction_loss(series, values, loss, True)) for values in (logits, changed)]
        assert losses[0] == losses[1]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_no_recurrent_layer_is_one_that_gpus_cannot_compile(tmp_path, cell):
    trained = training.fit(
        structured("sequence", (5, 2)), *HALVES, "sequence", True, options("sequence", cell=cell, epochs=1), seed=0
    )
    trained.save(tmp_path)
    again = networks.load(tmp_path)
    for model in (trained.encoder, trained.decoder, again.encoder, again.decoder):
        assert [layer.use_cudnn for layer in model.layers if hasattr(layer, "cell")] == [False]


def test_errors_are_the_formulas():
    rng = np.random.default_rng(0)
    rows, logits = rng.random((7, 5)).astype(np.float32), (4 * rng.normal(size=(7, 5))).astype(np.float32)
    rows[2, 3:] = np.nan
    true, rebuilt = ~np.isnan(rows), expit(logits.astype(np.float64))
    entropy = -(xlogy(rows, rebuilt) + xlogy(1 - rows, 1 - rebuilt))[true].mean()
    assert float(objectives.reconstruction_loss(rows, logits, "cross_entropy", True)) == pytest.approx(entropy, rel=1e-5)
    for unit_interval, copies in ((True, rebuilt), (False, logits)):
        squares = np.nanmean((rows - copies) ** 2)
        assert float(objectives.reconstruction_loss(rows, logits, "squared_error", unit_interval)) == pytest.approx(squares, rel=1e-5)


def test_penalties_are_the_formulas():
    rng = np.random.default_rng(0)
    code = rng.random((50, 4)).astype(np.float32)
    l1 = options(objective="sparse", sparsity="l1", sparsity_weight=1)
    assert float(objectives.sparsity_penalty(code, l1)) == pytest.approx(np.abs(code).sum(axis=1).mean(), rel=1e-5)
    kl = options(objective="sparse", sparsity="kl", sparsity_weight=1, target_activity=0.1, code_activation="sigmoid")
    mean = code.mean(axis=0)
    divergence = np.sum(0.1 * np.log(0.1 / mean) + 0.9 * np.log(0.9 / (1 - mean)))
    assert float(objectives.sparsity_penalty(code, kl)) == pytest.approx(divergence, rel=1e-4)

    means, log_variance = rng.normal(size=(2, 6, 3)).astype(np.float32)
    draws = means + np.exp(log_variance / 2) * rng.normal(size=(200_000, 6, 3))
    log_ratio = -(((draws - means) ** 2) / np.exp(log_variance) + log_variance) / 2 + draws**2 / 2
    np.testing.assert_allclose(objectives.kl_divergence(means, log_variance), log_ratio.mean(axis=0), atol=0.05)


@pytest.mark.parametrize(("noise", "level"), [("gaussian", 0.5), ("masking", 0.3), ("salt_and_pepper", 0.4)])
def test_noise_is_what_it_says(noise, level):
    rows = np.full((400, 50), 0.4, np.float32)
    rows[0, 0] = np.nan
    noisy = np.asarray(objectives.add_noise(rows, noise, level, False, seed=3))
    assert np.isnan(noisy[0, 0]) and np.isnan(noisy).sum() == 1
    np.testing.assert_array_equal(noisy, np.asarray(objectives.add_noise(rows, noise, level, False, seed=3)))
    if noise == "gaussian":
        assert np.nanstd(noisy - rows) == pytest.approx(level, rel=0.02)
        clipped = np.asarray(objectives.add_noise(rows, noise, level, True, seed=3))
        assert np.nanmin(clipped) == 0 and np.nanmax(clipped) == 1
    else:
        black, white = np.nanmean(noisy == 0), np.nanmean(noisy == 1)
        expected = (level, 0) if noise == "masking" else (level / 2, level / 2)
        assert (black, white) == (pytest.approx(expected[0], abs=0.02), pytest.approx(expected[1], abs=0.02))


def test_free_bits_and_warm_up_make_information_cheap():
    """Below the free nats, and before the warm-up has begun, the divergence costs nothing."""
    rows = structured("vector", (6,))
    for changed, warm in (({"free_bits": 1e3}, 0.0), ({"free_bits": 0.0}, 0.0)):
        chosen = options(objective="variational", **changed)
        encoder, decoder = architectures.build(chosen, (6,), True, seed=0)
        loss = objectives.make_loss(chosen.resolved("vector", (6,), True), encoder, decoder, True)
        without, with_price = (float(loss(rows, 1, share)) for share in (warm, 1.0))
        if changed[
            "free_bits"
        ]:  # every number pays the same floor, whatever it holds: 3 numbers of 1,000 nats by 6 values
            assert with_price - without == pytest.approx(0.01 * 3 * 1e3 / 6, rel=1e-3)
        else:
            mean, log_variance = encoder(rows)
            nats = float(np.sum(np.mean(np.asarray(objectives.kl_divergence(mean, log_variance)), axis=0)))
            assert with_price - without == pytest.approx(0.01 * nats / 6, rel=1e-2, abs=1e-6)


@pytest.mark.parametrize(
    ("said", "of"), [("OOM when allocating tensor with shape[64,512] and type float", " (for a tensor with shape[64,512])"), ("no", "")]
)  # fmt: skip
def test_memory_that_runs_out_is_one_line(monkeypatch, said, of):
    def full(*_):
        raise tf.errors.ResourceExhaustedError(None, None, said)

    monkeypatch.setattr(training.Steps, "train", full)
    with pytest.raises(InputError) as refused:
        training.fit(structured("vector", (3,)), *HALVES, "vector", True, options(), 0)
    assert str(refused.value) == (
        f"training: memory ran out{of}. Try half the batch_size, or smaller layers (hidden), or close other programs."
    )
