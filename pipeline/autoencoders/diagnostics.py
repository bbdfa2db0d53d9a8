"""What the report's picture of each architecture and objective shows, as arrays."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from pipeline import ragged
from pipeline.autoencoders import objectives
from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.networks import Networks, apply
from pipeline.autoencoders.options import Options

EXAMPLES = 6
MOST = 2000  # test rows that noise is tried on
STRENGTHS = (0.25, 0.5, 1.0, 1.5, 2.0)  # of noise, times the level trained with
GRID = 12  # decoded points to a side


def diagnostics(
    networks: Networks, rows: np.ndarray, test: np.ndarray, unit_interval: bool, options: Options, seed: int
) -> dict[str, np.ndarray]:
    """Arrays by name, of what applies to these options.

    rows, test     all rows float32 (n, *shape), and the test rows (m, *shape)
    options        resolved
    denoising      noise_levels, psnr_noisy and psnr_cleaned (levels,), means in dB; clean, noisy and cleaned
                   (examples, *shape), at the level trained with
    variational    spread (n, code size), the posterior's standard deviations; divergence (code size,), nats, the mean
                   over test rows; grid (side, side, *shape), decoded, its first axis downwards; grid_axes (2,), the
                   numbers of the code that vary in it, across and down; the others are 0
    convolutional  mapped (examples, *shape) and code_maps (examples, height, width, maps)

    Examples are test rows at even steps through their order by reconstruction error.
    """
    found: dict[str, np.ndarray] = {}
    examples = _examples(networks, test)
    if options.objective == "denoising":
        found |= _denoising(networks, test, examples, unit_interval, options, seed)
    if options.objective == "variational":
        found |= _variational(networks, rows, test)
    if options.architecture == "convolutional":
        maps = keras.Model(networks.encoder.input, networks.encoder.get_layer("maps").output)
        found |= {"mapped": test[examples], "code_maps": apply(maps, test[examples])[0]}
    return found


def _examples(networks: Networks, test: np.ndarray) -> np.ndarray:
    order = np.argsort(ragged.squared_error(test, networks.decode(networks.encode(test))), kind="stable")
    return order[np.unique(((np.arange(EXAMPLES) + 0.5) / EXAMPLES * len(order)).astype(int))]


def _denoising(
    networks: Networks, test: np.ndarray, examples: np.ndarray, unit_interval: bool, options: Options, seed: int
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(b"noise")))
    tried = test[np.sort(rng.permutation(len(test))[:MOST])]
    peak = 1.0 if unit_interval else float(np.nanmax(test) - np.nanmin(test))
    levels = [strength * options.noise_level for strength in STRENGTHS]
    levels = [level for level in levels if options.noise == "gaussian" or level <= 1]

    def noisy(rows: np.ndarray, level: float) -> np.ndarray:
        return np.asarray(objectives.corrupt(rows, options.noise, level, unit_interval, seed))

    def cleaned(rows: np.ndarray) -> np.ndarray:
        return networks.decode(networks.encode(rows))

    dirty = [noisy(tried, level) for level in levels]
    clean = test[examples]
    return {
        "noise_levels": np.array(levels),
        "psnr_noisy": np.array([psnr(tried, rows, peak).mean() for rows in dirty]),
        "psnr_cleaned": np.array([psnr(tried, cleaned(rows), peak).mean() for rows in dirty]),
        "clean": clean,
        "noisy": noisy(clean, options.noise_level),
        "cleaned": cleaned(noisy(clean, options.noise_level)),
    }


def psnr(rows: np.ndarray, copies: np.ndarray, peak: float) -> np.ndarray:
    """Peak signal-to-noise ratio of copies of rows (n, *shape), dB, float64 (n,); a perfect copy counts as 100 dB."""
    values = np.isfinite(rows).reshape(len(rows), -1).sum(axis=1)
    mean_square = ragged.squared_error(rows, copies) / values
    return 10 * np.log10(peak**2 / np.maximum(mean_square, peak**2 * 1e-10))


def _variational(networks: Networks, rows: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    mean, log_variance = apply(networks.encoder, test)
    nats = np.asarray(objectives.divergence(mean, log_variance)).mean(axis=0)
    across, down = (np.argsort(-nats, kind="stable").tolist() * 2)[:2]
    # Even steps of probability, so that the grid shows what the prior holds likely.
    values = ndtri((np.arange(GRID) + 0.5) / GRID).astype(np.float32)
    codes = np.zeros((GRID, GRID, len(nats)), dtype=np.float32)
    codes[..., down] = values[::-1, None]
    codes[..., across] = values[None, :]
    decoded = networks.decode(codes.reshape(GRID * GRID, len(nats)))
    return {
        "spread": networks.spread(rows),
        "divergence": nats,
        "grid": decoded.reshape(GRID, GRID, *decoded.shape[1:]),
        "grid_axes": np.array([across, down]),
    }
