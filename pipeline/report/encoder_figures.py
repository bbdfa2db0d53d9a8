"""A picture of each kind of autoencoder: what its objective or its architecture is about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.preprocessing.scaling import unscale
from pipeline.report import curves, formatting, image_figures, map_figures
from pipeline.report.figures import Figure
from pipeline.report.results import Results

SILENT = 0.01  # of the largest activity: below it, a unit counts as silent
ACTIVE = 0.01  # nats: a number of a variational code below them carries nothing (Burda et al. 2016 use such a bound)


def portraits(results: Results, class_colors: dict[str, str]) -> list[Figure]:
    found: list[Figure] = []
    for name in results.autoencoders:
        arrays = results.codes[name]
        if results.params.encoders[name].get("objective") == "sparse":
            found.append(_activity(results, name))
        if "noise_levels" in arrays:
            found += _denoising(results, name)
        if "divergence" in arrays:
            found += _variational(results, name, class_colors)
        if "code_maps" in arrays:
            found.append(_code_maps(results, name))
    return found


def activity(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Of codes (m, d): the mean absolute value of each number (d,); which are silent, bool (d,); how many a row uses
    on average. A number is in use where it is at least SILENT of the largest absolute value of all."""
    size = np.abs(codes)
    used = size >= SILENT * size.max()
    return size.mean(axis=0), ~used.any(axis=0), float(used.sum(axis=1).mean())


def _activity(results: Results, name: str) -> Figure:
    mean, silent, used = activity(np.asarray(results.codes[name]["points"])[results.is_test])
    count = len(mean)
    caption = (
        f"{silent.sum()} of {count} units are silent (ringed): below {100 * SILENT:g} % of the largest activity on each "
        f"of the {results.is_test.sum():,} test rows. A row uses {formatting.number(used, 1)} units on average."
    )
    alt = f"Mean activity of the {count} units of {name}, largest first. {caption}"
    axes = (f"units of {name}, most active first", "mean activity")
    return Figure(f"Sparse code of {name}", caption, curves.bars(f"activity-{name}", alt, mean, silent, axes), name)


def _denoising(results: Results, name: str) -> Iterator[Figure]:
    arrays, options = results.codes[name], results.params.encoders[name]
    noise, level = options["noise"].replace("_", " and "), options["noise_level"]
    if results.dataset.info["kind"] == "image":
        clean, noisy, cleaned = (
            unscale(arrays[part], results.dataset.info["scaling"]) for part in ("clean", "noisy", "cleaned")
        )
        caption = (
            f"Test rows, the same with {noise} noise of {level:g}, and what {name} makes of the noisy ones. Chosen by "
            "rule: at even steps from the row that is rebuilt best to the worst."
        )
        picture = image_figures.rebuilt(f"cleaned-{name}", caption, clean, {"noisy": noisy, "cleaned": cleaned})
        yield Figure(f"Noise taken out by {name}", caption, picture, name)
    table = pd.DataFrame({key: np.asarray(arrays[key]) for key in ("noise_levels", "psnr_noisy", "psnr_cleaned")})
    at = int(np.argmin(np.abs(table["noise_levels"] - level)))
    before, after = (formatting.number(table[key].iloc[at], 1) for key in ("psnr_noisy", "psnr_cleaned"))
    caption = (
        f"At the level trained with, {level:g}, cleaning brings the mean PSNR of test rows from {before} to {after} dB. "
        "More is better; where the lines cross, leaving the noise alone would be as good."
    )
    series = {"psnr_cleaned": "cleaned", "psnr_noisy": "noisy"}
    picture = curves.levels(f"psnr-{name}", f"PSNR against the noise level. {caption}", table, "noise_levels", series,
                            (f"{noise} noise", "PSNR, dB"))  # fmt: skip
    yield Figure(f"PSNR by noise level, {name}", caption, picture, name)


def _variational(results: Results, name: str, class_colors: dict[str, str]) -> Iterator[Figure]:
    arrays = results.codes[name]
    nats, (across, down) = np.asarray(arrays["divergence"]), np.asarray(arrays["grid_axes"]).tolist()
    active = int((nats >= ACTIVE).sum())
    plane = np.asarray(arrays["points"])[:, [across, down]]
    which = "the code itself" if len(nats) == 2 else f"numbers {across + 1} and {down + 1}, those with most information"
    caption = f"All rows at the means of their posteriors: {which}. The prior is a standard normal around 0."
    picture = map_figures.by_class(f"latent-{name}", f"Latent plane of {name}. {caption}", plane, results.labels, class_colors,
                            (f"code number {across + 1}", f"code number {down + 1}"))  # fmt: skip
    yield Figure(f"Latent plane of {name}", caption, picture, name)
    if results.dataset.info["kind"] == "image":
        side = arrays["grid"].shape[0]
        caption = (
            f"What the decoder makes of {side} × {side} points of that plane, at even steps of the prior's probability"
            f"{'; the other numbers are 0' if len(nats) > 2 else ''}. Across and up as in the plane."
        )
        grid = unscale(np.asarray(arrays["grid"]), results.dataset.info["scaling"])
        low, high = float(grid.min()), float(grid.max())
        picture = image_figures.mosaic(
            f"decoded-{name}", f"Grid decoded by {name}. {caption}", (grid - low) / (high - low or 1)
        )
        yield Figure(f"The plane of {name}, decoded", caption, picture, name)
    caption = (
        f"{active} of {len(nats)} numbers are active: at least {ACTIVE:g} nats of divergence from the prior (mean over test "
        f"rows); together {formatting.number(nats.sum(), 1)} nats. The others (ringed) carry nothing."
    )
    picture = curves.bars(f"divergence-{name}", f"Divergence by code number. {caption}", nats, nats < ACTIVE,
                          ("code numbers, most informative first", "nats"))  # fmt: skip
    yield Figure(f"Information in the code of {name}", caption, picture, name)


def _code_maps(results: Results, name: str) -> Figure:
    arrays = results.codes[name]
    found = np.asarray(arrays["code_maps"])
    _, height, width, count = found.shape
    what = "The code's maps" if results.params.encoders[name].get("code_maps") else "The last maps before the code"
    shown = min(count, image_figures.EXAMPLES)
    which = "all" if shown == count else f"the {shown} that vary most"
    caption = (
        f"{what}: {which} of {count}, {height} × {width} each, under the test rows that they are of; each on its own "
        "scale. Chosen by rule: rows at even steps from the one that is rebuilt best to the worst."
    )
    originals = unscale(arrays["mapped"], results.dataset.info["scaling"])
    picture = image_figures.code_maps(f"maps-{name}", caption, originals, found)
    return Figure(f"Code maps of {name}", caption, picture, name)
