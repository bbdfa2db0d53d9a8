"""What the report's figures show of single architectures and objectives, as arrays."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from pipeline import ragged
from pipeline.autoencoders import objectives
from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.networks import Networks, apply
from pipeline.autoencoders.options import Options

EXAMPLES = 6
MAX_ROWS = 2000  # test rows that denoising is measured on
RELATIVE_LEVELS = (0.25, 0.5, 1.0, 1.5, 2.0)  # of noise, in units of the level in training
GRID = 12  # decoded points per side


def compute(
    networks: Networks, rows: np.ndarray, test: np.ndarray, unit_interval: bool, options: Options, seed: int
) -> dict[str, np.ndarray]:
    """Arrays by name, those that apply to these options.

    rows, test     all rows float32 (n, *shape), and the test rows (m, *shape)
    options        resolved
    denoising      noise_levels, psnr_noisy and psnr_cleaned (levels,), means in dB; clean, noisy and cleaned
                   (examples, *shape), at the level in training
    variational    posterior_std (n, code size); divergence (code size,), nats, the mean over test rows; grid (side, side,
                   *shape), decoded, first axis downwards; grid_axes (2,), the code dimensions that vary in it, horizontally
                   and vertically; the others are 0
    convolutional  mapped (examples, *shape) and code_maps (examples, height, width, maps)

    Examples are test rows at equal steps of their rank by reconstruction error.
    """
    arrays: dict[str, np.ndarray] = {}
    examples = _examples(networks, test)
    if options.objective == "denoising":
        arrays |= _denoising(networks, test, examples, unit_interval, options, seed)
    if options.objective == "variational":
        arrays |= _variational(networks, rows, test)
    if options.architecture == "convolutional":
        maps = keras.Model(networks.encoder.input, networks.encoder.get_layer("maps").output)
        arrays |= {"mapped": test[examples], "code_maps": apply(maps, test[examples])[0]}
    return arrays


def _examples(networks: Networks, test: np.ndarray) -> np.ndarray:
    order = np.argsort(ragged.squared_error(test, networks.decode(networks.encode(test))), kind="stable")
    return order[np.unique(((np.arange(EXAMPLES) + 0.5) / EXAMPLES * len(order)).astype(int))]


def _denoising(
    networks: Networks, test: np.ndarray, examples: np.ndarray, unit_interval: bool, options: Options, seed: int
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"noise")))
    sample = test[np.sort(rng.permutation(len(test))[:MAX_ROWS])]
    peak = 1.0 if unit_interval else float(np.nanmax(test) - np.nanmin(test))
    levels = [relative * options.noise_level for relative in RELATIVE_LEVELS]
    levels = [level for level in levels if options.noise == "gaussian" or level <= 1]

    def noisy(rows: np.ndarray, level: float) -> np.ndarray:
        return np.asarray(objectives.add_noise(rows, options.noise, level, unit_interval, seed))

    def cleaned(rows: np.ndarray) -> np.ndarray:
        return networks.decode(networks.encode(rows))

    noisy_samples = [noisy(sample, level) for level in levels]
    clean = test[examples]
    return {
        "noise_levels": np.array(levels),
        "psnr_noisy": np.array([psnr(sample, rows, peak).mean() for rows in noisy_samples]),
        "psnr_cleaned": np.array([psnr(sample, cleaned(rows), peak).mean() for rows in noisy_samples]),
        "clean": clean,
        "noisy": noisy(clean, options.noise_level),
        "cleaned": cleaned(noisy(clean, options.noise_level)),
    }


def psnr(rows: np.ndarray, approximations: np.ndarray, peak: float) -> np.ndarray:
    """Peak signal-to-noise ratio of approximations of rows (n, *shape) in dB, at most 100: float64 (n,)."""
    values = np.isfinite(rows).reshape(len(rows), -1).sum(axis=1)
    mean_square = ragged.squared_error(rows, approximations) / values
    return 10 * np.log10(peak**2 / np.maximum(mean_square, peak**2 * 1e-10))


def _variational(networks: Networks, rows: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    mean, log_variance = apply(networks.encoder, test)
    nats = np.asarray(objectives.kl_divergence(mean, log_variance)).mean(axis=0)
    horizontal, vertical = (np.argsort(-nats, kind="stable").tolist() * 2)[:2]
    # Quantiles of the prior at equal steps, so that the grid shows what the prior considers likely.
    values = ndtri((np.arange(GRID) + 0.5) / GRID).astype(np.float32)
    codes = np.zeros((GRID, GRID, len(nats)), dtype=np.float32)
    codes[..., vertical] = values[::-1, None]
    codes[..., horizontal] = values[None, :]
    decoded = networks.decode(codes.reshape(GRID * GRID, len(nats)))
    return {
        "posterior_std": networks.posterior_std(rows),
        "divergence": nats,
        "grid": decoded.reshape(GRID, GRID, *decoded.shape[1:]),
        "grid_axes": np.array([horizontal, vertical]),
    }
