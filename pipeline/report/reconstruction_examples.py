"""Test rows next to their reconstructions, chosen by a stated rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.preprocessing.scaling import unscale
from pipeline.report import image_figures, series_figures
from pipeline.report.figures import Figure
from pipeline.report.formatting import listed, number
from pipeline.report.results import Results
from pipeline.report.verdict_wording import reconstruction_of

SEE = {
    "best": "See what reconstructions are like where least is lost.",
    "median": "See what an ordinary row loses, and which encoder comes nearer.",
    "worst": "See what fails: what reconstructions smooth away, or turn into something else.",
}
KINDS = {
    "image": image_figures.EXAMPLES,
    "sequence": series_figures.EXAMPLES,
}  # with pictures; rows shown of each tenth
TENTHS = {"best": 0.0, "median": 0.45, "worst": 0.9}  # where each tenth begins


def variance_explained(results: Results) -> str:
    """How much of the test rows' variance each code explains: of autoencoders compared with as many principal components."""
    parts = []
    for name in results.autoencoders or results.codes:
        row = reconstruction_of(results, name)
        part = f"the {results.params.encoders[name]['code_size']}-dimensional code of {name} explains {_percent(row.share)}"
        pca = f", as many principal components {_percent(row.pca_share)}" if results.autoencoders else ""
        parts.append(part + pca)
    return f"Of the test rows' variance {'; '.join(parts)}."


def _percent(unexplained: float) -> str:
    return f"{number(100 * (1 - unexplained), 1)} %"


def rule(results: Results) -> str:
    """How the rows of `figures` are chosen."""
    kind = results.dataset.info["kind"]
    what = "Test rows above the reconstruction by each encoder."
    if kind == "sequence":
        most = series_figures.CHANNELS
        channels = f"the {most} channels" if results.dataset.info["shape"][1] > most else "channels"
        what = (
            "Test series (solid) and their reconstructions (dashed), a column a series: "
            f"{channels} with most variance over the test rows, the most varied first, in the data's own units, over "
            "true steps only."
        )
    count = {6: "six", 3: "three"}[KINDS[kind]]
    return (
        f"{what} They are chosen by rule: {count} at even steps through the tenth of all test rows that {ordering_encoder(results)} "
        "reconstructs best, the tenth in the middle, and the worst tenth."
    )


def ordering_encoder(results: Results) -> str:
    """The encoder whose errors order the rows."""
    return next(iter([*results.autoencoders, *results.errors]))


def tenth(error: np.ndarray, which: str, count: int) -> np.ndarray:
    """`count` positions, evenly through the best, the median or the worst tenth by error (m,)."""
    order = np.argsort(error, kind="stable")
    first = TENTHS[which] * len(order)
    chosen = first + (np.arange(count) + 0.5) / count * len(order) / 10
    return order[np.unique(chosen.astype(int).clip(max=len(order) - 1))]


def figures(results: Results) -> list[Figure]:
    """Images over, or series under, their reconstructions; of the best, the median and the worst tenth."""
    kind = results.dataset.info["kind"]
    if kind not in KINDS or not results.reconstructions:
        return []
    encoder, test_rows = ordering_encoder(results), np.flatnonzero(results.is_test)
    error = results.errors[encoder][results.is_test]
    originals, scaling = results.dataset.rows[results.is_test], results.dataset.info["scaling"]
    channels = series_figures.most_varied(unscale(originals, scaling)) if kind == "sequence" else []
    figures = []
    for which in TENTHS:
        rows = tenth(error, which, KINDS[kind])
        shown, known = unscale(originals[rows], scaling), pd.DataFrame({"row": test_rows[rows]})
        data = known.assign(
            **{f"squared error, {name}": results.errors[name][known["row"]] for name in results.reconstructions}
        )
        reconstructed = {
            _label(results, name): unscale(values[rows], scaling) for name, values in results.reconstructions.items()
        }
        caption = f"{SEE[which]} Squared error of {encoder} on them: {_range(error[rows])}."
        by, name = listed([*reconstructed]), f"reconstructed-{which}"
        if kind == "sequence":
            over = f"channels {listed([str(channel + 1) for channel in channels])}"
            alt = f"Test series of the {which} tenth and their reconstructions by {by} over time, {over}. {caption}"
            picture = series_figures.reconstructions(name, alt, shown, reconstructed, channels, data)
        else:
            alt = f"Test rows of the {which} tenth over their reconstructions by {by}. {caption}"
            picture = image_figures.reconstructions(name, alt, shown, reconstructed, data)
        figures.append(Figure(f"The {which} tenth", caption, picture))
    return figures


def _label(results: Results, name: str) -> str:
    """ "deep 10", "PCA 10"; one of several PCA goes by its name."""
    linear = [other for other in results.reconstructions if other not in results.autoencoders]
    return f"{'PCA' if linear == [name] else name} {results.params.encoders[name]['code_size']}"


def _range(error: np.ndarray) -> str:
    return " to ".join(number(end, 2) for end in (error.min(), error.max()))
