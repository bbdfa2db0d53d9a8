"""Objectives against formulas written out in NumPy."""

import numpy as np
import pytest
from scipy.special import expit, xlogy

from pipeline.autoencoders import architectures, objectives
from tests.autoencoders.test_architectures import OBJECTIVES, fit, options, structured


@pytest.mark.parametrize("objective", [*OBJECTIVES][1:])  # plain: in test_training.py
def test_the_loss_falls(objective):
    data = structured("vector", (6,), n=400)
    history = fit(data, "vector", options(objective=objective, epochs=8), validation=50).history
    assert history["validation_loss"].iloc[-1] < 0.98 * history["validation_loss"].iloc[0]


def test_reconstruction_losses_are_the_formulas():
    rng = np.random.default_rng(0)
    rows, logits = rng.random((7, 5)).astype(np.float32), (4 * rng.normal(size=(7, 5))).astype(np.float32)
    rows[2, 3:] = np.nan
    present, sigmoids = ~np.isnan(rows), expit(logits.astype(np.float64))
    entropy = -(xlogy(rows, sigmoids) + xlogy(1 - rows, 1 - sigmoids))[present].mean()
    assert float(objectives.reconstruction_loss(rows, logits, "cross_entropy", True)) == pytest.approx(
        entropy, rel=1e-5
    )
    for unit_interval, outputs in ((True, sigmoids), (False, logits)):
        loss = float(objectives.reconstruction_loss(rows, logits, "squared_error", unit_interval))
        assert loss == pytest.approx(np.nanmean((rows - outputs) ** 2), rel=1e-5)
    changed = np.where(present, logits, logits + 5)
    for loss in ("cross_entropy", "squared_error"):
        losses = [float(objectives.reconstruction_loss(rows, each, loss, True)) for each in (logits, changed)]
        assert losses[0] == losses[1]


def test_sparsity_penalties_are_the_formulas():
    code = np.random.default_rng(0).random((50, 4)).astype(np.float32)
    l1 = options(objective="sparse", sparsity="l1", sparsity_weight=1)
    assert float(objectives.sparsity_penalty(code, l1)) == pytest.approx(np.abs(code).sum(axis=1).mean(), rel=1e-5)
    kl = options(objective="sparse", sparsity="kl", sparsity_weight=1, target_activity=0.1, code_activation="sigmoid")
    mean = code.mean(axis=0)
    divergence = np.sum(0.1 * np.log(0.1 / mean) + 0.9 * np.log(0.9 / (1 - mean)))
    assert float(objectives.sparsity_penalty(code, kl)) == pytest.approx(divergence, rel=1e-4)


def test_the_divergence_is_its_monte_carlo_estimate():
    rng = np.random.default_rng(0)
    means, log_variance = rng.normal(size=(2, 6, 3)).astype(np.float32)
    draws = means + np.exp(log_variance / 2) * rng.normal(size=(50_000, 6, 3))
    log_ratio = -(((draws - means) ** 2) / np.exp(log_variance) + log_variance) / 2 + draws**2 / 2
    np.testing.assert_allclose(objectives.kl_divergence(means, log_variance), log_ratio.mean(axis=0), atol=0.1)


@pytest.mark.parametrize(("noise", "level"), [("gaussian", 0.5), ("masking", 0.3), ("salt_and_pepper", 0.4)])
def test_noise_has_its_level(noise, level):
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


@pytest.mark.parametrize(("loss", "factor"), [("cross_entropy", 1), ("squared_error", 2)])
@pytest.mark.parametrize("free_bits", [0.0, 1e3])
def test_what_the_divergence_costs(free_bits, loss, factor):
    """Nothing at the start of the warm-up; then its nats, or the free ones of each of 3 dimensions if those are more, by value."""
    rows = structured("vector", (6,))
    chosen = options(objective="variational", free_bits=free_bits, loss=loss)
    encoder, decoder = architectures.build(chosen, (6,), True, seed=0)
    objective = objectives.make_loss(chosen.resolved("vector", (6,), True), encoder, decoder, True)
    without, half, whole = (float(objective(rows, 1, share)) for share in (0.0, 0.5, 1.0))
    mean, log_variance = encoder(rows)
    nats = np.mean(np.asarray(objectives.kl_divergence(mean, log_variance)), axis=0)
    expected = factor * 0.01 * np.sum(np.maximum(nats, free_bits)) / 6
    assert whole - without == pytest.approx(expected, rel=1e-2, abs=1e-6)
    assert half - without == pytest.approx(expected / 2, rel=1e-2, abs=1e-6)


def test_step_seeds_differ_by_operation_step_and_epoch():
    seeds = [[tuple(np.asarray(step_seeds.next())) for _ in range(3)]
             for step_seeds in (objectives.StepSeeds(np.uint32(key), np.int32(step)) for key in (1, 2) for step in (0, 1))]  # fmt: skip
    assert len({seed for step in seeds for seed in step}) == 12
