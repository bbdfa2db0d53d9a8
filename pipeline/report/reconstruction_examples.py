"""Test rows beside what encoders make of them, chosen by a rule that is said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.preprocessing.scaling import unscale
from pipeline.report import formatting, image_figures, series_figures
from pipeline.report.figures import Figure
from pipeline.report.results import Results
from pipeline.report.verdict_wording import rebuilding

SEE = {
    "best": "See what copies are like where least is lost.",
    "median": "See what an ordinary row loses, and which encoder's copy lies nearer.",
    "worst": "See what fails: what the copies smooth away, or turn into something else.",
}
KINDS = {
    "image": image_figures.EXAMPLES,
    "sequence": series_figures.EXAMPLES,
}  # that have pictures; rows shown of each tenth


def kept(results: Results) -> str:
    """How much of the test rows' variance each code keeps: of autoencoders beside as many components, where there are some."""
    found = []
    for name in results.autoencoders or results.codes:
        own = results.robustness[
            (results.robustness["encoder"] == name) & (results.robustness["trial"] == "test")
        ].iloc[0]
        said = f"{results.params.encoders[name]['code_size']} numbers of {name} keep {_share(own.error / own.spread)}"
        found.append(
            said
            + (
                f", as many components {_share(rebuilding(results, name).pca_error / own.spread)}"
                if results.autoencoders
                else ""
            )
        )
    return f"Of the test rows' variance {'; '.join(found)}."


def _share(left: float) -> str:
    return f"{formatting.number(100 * (1 - left), 1)} %"


def rule(results: Results) -> str:
    """How the rows of `rebuilt` are chosen."""
    kind = results.dataset.info["kind"]
    what = "Test rows over what each encoder makes of them."
    if kind == "sequence":
        channels = (
            f"the {series_figures.CHANNELS} channels"
            if results.dataset.info["shape"][1] > series_figures.CHANNELS
            else "channels"
        )
        what = (
            "Test series (solid) and what each encoder makes of them (dashed), a column a series: "
            f"{channels} with most variance over the test rows, the most varied first, in the data's own units, over "
            "true steps only."
        )
    count = {6: "six", 3: "three"}[KINDS[kind]]
    return (
        f"{what} They are chosen by rule: {count} at even steps through the tenth of all test rows that {judge(results)} "
        "rebuilds best, the tenth in the middle, and the worst tenth."
    )


def judge(results: Results) -> str:
    """The encoder whose errors order the rows."""
    return next(iter([*results.autoencoders, *results.errors]))


def rebuilt(results: Results) -> list[Figure]:
    """Images over, or series under, their reconstructions; of the best, the median and the worst tenth."""
    kind = results.dataset.info["kind"]
    if kind not in KINDS or not results.reconstructions:
        return []
    error = results.errors[judge(results)][results.is_test]
    originals, scaling = results.dataset.rows[results.is_test], results.dataset.info["scaling"]
    channels = series_figures.varied(unscale(originals, scaling)) if kind == "sequence" else []
    found = []
    for which in image_figures.TENTHS:
        rows = image_figures.tenth(error, which, KINDS[kind])
        shown = unscale(originals[rows], scaling)
        known = pd.DataFrame({"row": np.flatnonzero(results.is_test)[rows]})
        data = known.assign(
            **{f"squared error, {name}": results.errors[name][known["row"]] for name in results.reconstructions}
        )
        copies = {_said(results, name): unscale(copy[rows], scaling) for name, copy in results.reconstructions.items()}
        caption, by = (
            f"{SEE[which]} Squared error of {judge(results)} on them: {_ends(error[rows])}.",
            formatting.listed(list(copies)),
        )
        if kind == "sequence":
            over = f"channels {formatting.listed([str(channel + 1) for channel in channels])}"
            alt = f"Test series of the {which} tenth and their reconstructions by {by} over time, {over}. {caption}"
            picture = series_figures.rebuilt(f"rebuilt-{which}", alt, shown, copies, channels, data)
        else:
            alt = f"Test rows of the {which} tenth over their reconstructions by {by}. {caption}"
            picture = image_figures.rebuilt(f"rebuilt-{which}", alt, shown, copies, data)
        found.append(Figure(f"The {which} tenth", caption, picture))
    return found


def _said(results: Results, name: str) -> str:
    """ "deep 10", "PCA 10"; one of several PCA goes by its name."""
    linear = [other for other in results.reconstructions if other not in results.autoencoders]
    return f"{'PCA' if linear == [name] else name} {results.params.encoders[name]['code_size']}"


def _ends(error: np.ndarray) -> str:
    return " to ".join(formatting.number(end, 2) for end in (error.min(), error.max()))
