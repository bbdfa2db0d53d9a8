"""A figure for each kind of autoencoder: what its objective or its architecture is about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.evaluation.code_units import ACTIVE, SILENT
from pipeline.preprocessing.scaling import unscale
from pipeline.report import curves, image_figures, map_figures
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results


def figures(results: Results, class_colors: dict[str, str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in results.autoencoders:
        arrays = results.codes[name]
        if results.params.encoders[name].get("objective") == "sparse":
            figures.append(_activity(results, name))
        if "noise_levels" in arrays:
            figures += _denoising(results, name)
        if "divergence" in arrays:
            figures += _variational(results, name, class_colors)
        if "code_maps" in arrays:
            figures.append(_code_maps(results, name))
    return figures


def _units(results: Results, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Of each unit of a code: its activity or divergence, and the share of test rows that use it, (d,) each."""
    table = results.code_units[results.code_units["encoder"] == name].sort_values("unit")
    return table["value"].to_numpy(), table["in_use"].to_numpy()


def _activity(results: Results, name: str) -> Figure:
    mean, in_use = _units(results, name)
    silent, count = in_use == 0, len(mean)
    caption = (
        f"{silent.sum()} of {count} units are silent (ringed): below {100 * SILENT:g} % of the largest activity on each "
        f"of the {results.is_test.sum():,} test rows. A row uses {number(in_use.sum(), 1)} units on average."
    )
    alt = f"Mean activity of the {count} units of {name}, largest first. {caption}"
    picture = curves.bars(
        f"activity-{name}", alt, mean, silent, (f"units of {name}, most active first", "mean activity")
    )
    return Figure(f"Sparse code of {name}", caption, picture, name)


def _denoising(results: Results, name: str) -> Iterator[Figure]:
    arrays, options = results.codes[name], results.params.encoders[name]
    noise, level = options["noise"].replace("_", " and "), options["noise_level"]
    if results.dataset.info["kind"] == "image":
        clean, noisy, cleaned = (
            unscale(arrays[part], results.dataset.info["scaling"]) for part in ("clean", "noisy", "cleaned")
        )
        caption = (
            f"Test rows, the same with {noise} noise of {level:g}, and {name}'s reconstructions of the noisy ones. Chosen by "
            "rule: at even steps from the row that is reconstructed best to the worst."
        )
        picture = image_figures.reconstructions(f"cleaned-{name}", caption, clean, {"noisy": noisy, "cleaned": cleaned})
        yield Figure(f"Noise removed by {name}", caption, picture, name)
    table = pd.DataFrame({key: np.asarray(arrays[key]) for key in ("noise_levels", "psnr_noisy", "psnr_cleaned")})
    at = int(np.argmin(np.abs(table["noise_levels"] - level)))
    before, after = (number(table[key].iloc[at], 1) for key in ("psnr_noisy", "psnr_cleaned"))
    caption = (
        f"At the noise level of training, {level:g}, denoising raises the mean PSNR of test rows from {before} to {after} dB. "
        "More is better; where the lines cross, leaving the noise in would be as good."
    )
    series = {"psnr_cleaned": "cleaned", "psnr_noisy": "noisy"}
    picture = curves.noise_levels(f"psnr-{name}", f"PSNR against the noise level. {caption}", table, "noise_levels", series,
                                  (f"{noise} noise", "PSNR, dB"))  # fmt: skip
    yield Figure(f"PSNR by noise level, {name}", caption, picture, name)


def _variational(results: Results, name: str, class_colors: dict[str, str]) -> Iterator[Figure]:
    arrays, (nats, in_use) = results.codes[name], _units(results, name)
    across, up = np.asarray(arrays["grid_axes"]).tolist()
    plane = np.asarray(arrays["points"])[:, [across, up]]
    which = "the code itself" if len(nats) == 2 else f"dimensions {across + 1} and {up + 1}, the most informative"
    caption = f"All rows at the means of their posteriors: {which}. The prior is a standard normal around 0."
    picture = map_figures.by_class(f"latent-{name}", f"Latent plane of {name}. {caption}", plane, results.labels, class_colors,
                                   (f"dimension {across + 1}", f"dimension {up + 1}"))  # fmt: skip
    yield Figure(f"Latent plane of {name}", caption, picture, name)
    if results.dataset.info["kind"] == "image":
        side = arrays["grid"].shape[0]
        caption = (
            f"The decoder's output at {side} × {side} points of that plane, at even steps of the prior's probability"
            f"{'; the other dimensions are 0' if len(nats) > 2 else ''}. Across and up as in the plane."
        )
        grid = unscale(np.asarray(arrays["grid"]), results.dataset.info["scaling"])
        low, high = float(grid.min()), float(grid.max())
        picture = image_figures.mosaic(
            f"decoded-{name}", f"Grid decoded by {name}. {caption}", (grid - low) / (high - low or 1)
        )
        yield Figure(f"The plane of {name}, decoded", caption, picture, name)
    active = in_use > 0
    caption = (
        f"{active.sum()} of {len(nats)} dimensions are active: at least {ACTIVE:g} nats of divergence from the prior (mean over test "
        f"rows); together {number(nats.sum(), 1)} nats. The others (ringed) carry nothing."
    )
    picture = curves.bars(f"divergence-{name}", f"Divergence by dimension. {caption}", nats, ~active,
                          ("dimensions, most informative first", "nats"))  # fmt: skip
    yield Figure(f"Information in the code of {name}", caption, picture, name)


def _code_maps(results: Results, name: str) -> Figure:
    arrays = results.codes[name]
    maps = np.asarray(arrays["code_maps"])
    _, height, width, count = maps.shape
    what = "The code's maps" if results.params.encoders[name].get("code_maps") else "The last maps before the code"
    shown = min(count, image_figures.EXAMPLES)
    which = "all" if shown == count else f"the {shown} that vary most"
    caption = (
        f"{what}: {which} of {count}, {height} × {width} each, under the test rows that they encode; each on its own "
        "scale. Chosen by rule: rows at even steps from the one that is reconstructed best to the worst."
    )
    originals = unscale(arrays["mapped"], results.dataset.info["scaling"])
    picture = image_figures.code_maps(f"maps-{name}", caption, originals, maps)
    return Figure(f"Code maps of {name}", caption, picture, name)
