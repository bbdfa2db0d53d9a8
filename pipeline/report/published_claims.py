"""What "Building Autoencoders in Keras" (Chollet 2016) claims of autoencoders, held against this run's numbers."""

from __future__ import annotations

import math
from typing import Any

from pipeline.report import curves, formatting
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table

OUT_OF_DISTRIBUTION = ("shuffled", "inverted", "noise")  # as in pipeline.controls.robustness


def claims(results: Results) -> list[tuple[str, str]]:
    """(the claim, what this run says of it); nothing for a run without an autoencoder."""
    if not results.autoencoders:
        return []
    image = results.dataset.info["kind"] == "image"
    return [
        ("They are data-specific.", _specific(results)),
        ("They are lossy, and rarely beat JPEG." if image else "They are lossy.", _lossy(results)),
        ("They learn more interesting projections than PCA.", _interesting(results)),
        ("Compressing first is a good strategy for t-SNE.", _before_tsne(results)),
    ]


def table(results: Results) -> Table:
    """What each encoder leaves of the variance of test rows and of strangers, percent; the bytes that PCA, and of images
    JPEG, need for an error as small; area under R_NX, neighbors and labels of its codes."""
    jpeg, kept = has_jpeg(results), _kept(results)
    columns = ["encoder", "test rows", *OUT_OF_DISTRIBUTION, "bytes", "PCA needs", *(["JPEG needs"] if jpeg else [])]
    columns += [what for what, _, _ in kept.values()]
    lines = []
    for name in results.codes:
        own = results.rate_distortion[results.rate_distortion["source"] == name].iloc[0]
        needs = [_bytes(results, source, own["error"]) for source in ("every pca", *(["jpeg"] if jpeg else []))]
        cells = [number(100 * share["error"], 1) for share in _shares(results, name).values()]
        cells += [f"{own['bytes']:g}", *(_said(bytes_) for bytes_ in needs)]
        lines.append([name, *cells, *(number(_hundredths(results, name, measure), 1) for measure in kept)])
    return Table("Variance left out, percent of it; bytes a row; what the codes keep, in hundredths", columns, lines)


def rate_distortion(results: Results) -> list[Figure]:
    if not results.autoencoders:
        return []
    alt = "Squared error of rebuilt test rows against bytes: " + "; ".join(
        f"{line.source} {line.bytes:g} bytes, error {line.error:.3g}"
        for line in results.rate_distortion.itertuples()
        if line.source in results.codes
    )
    caption = (
        "See which dots lie below the lines: down and left is better. A code number counts one byte, and errors of encoders (dots) are measured with their "
        "numbers rounded to 256 steps; PCA's line is not rounded."
    )
    if has_jpeg(results):
        caption += " A JPEG counts its compressed pixels alone, no header or tables: networks' weights are free, too."
    return [
        Figure(
            "Error by bytes",
            caption,
            curves.rate_distortion("rate_distortion", alt, results.rate_distortion, list(results.codes)),
        )
    ]


def _specific(results: Results) -> str:
    """Whether rows of every other kind are rebuilt worse than test rows, in shares of their own variance."""
    holds, own, others = [], [], []
    for name in results.autoencoders:
        shares = _shares(results, name)
        holds.append(all(shares["test"]["high"] < shares[trial]["low"] for trial in OUT_OF_DISTRIBUTION))
        own.append(100 * shares["test"]["error"])
        others += [100 * shares[trial]["error"] for trial in OUT_OF_DISTRIBUTION]
    what = {"image": "pixels that changed places", "vector": "columns shuffled among rows"}.get(
        results.dataset.info["kind"], "steps that changed places"
    )
    return (
        f"{_holds(holds)} that test rows are rebuilt better than {what}, values turned over, and noise: of the variance "
        f"of test rows {_ends(own)} % are left out, of that of the others {number(min(others), 1)} % or more."
    )


def _shares(results: Results, name: str) -> dict[str, Any]:
    """trial -> error, low, high, in shares of what knowing the mean of those rows would leave."""
    own = results.robustness[results.robustness["encoder"] == name].set_index("trial")
    return {
        trial: own.loc[trial, ["error", "low", "high"]] / own.loc[trial, "spread"]
        for trial in ("test", *OUT_OF_DISTRIBUTION)
    }


def _lossy(results: Results) -> str:
    """How many leave less error than PCA of as many bytes, and, of images, how many bytes JPEG needs for as little."""
    own = results.rate_distortion[results.rate_distortion["source"].isin(results.autoencoders)]
    pca = [_bytes(results, "every pca", line.error) > line.bytes for line in own.itertuples()]
    text = f"Each loses something. Beside PCA of as many bytes, {_who(results, pca, 'leaves', 'leave')} less"
    if not has_jpeg(results):
        image = results.dataset.info["kind"] == "image"
        return f"{text}.{' JPEG is not tried: it is for images with values in [0, 1].' if image else ''}"
    jpeg = [_bytes(results, "jpeg", line.error) / line.bytes for line in own.itertuples()]
    beaten = [factor > 1 for factor in jpeg]
    return f"{text}. JPEG needs {_ends(jpeg)} times the bytes for as little error: {_who(results, beaten, 'beats', 'beat')} it here, on rows like those learned from."


def has_jpeg(results: Results) -> bool:
    """Whether JPEG was tried on the rows: only on images with values in [0, 1]."""
    return bool((results.rate_distortion["source"] == "jpeg").any())


def _bytes(results: Results, source: str, error: float) -> float:
    """The least bytes at which PCA or JPEG has an error as small; infinite where none has."""
    own = results.rate_distortion[
        (results.rate_distortion["source"] == source) & (results.rate_distortion["error"] <= error)
    ]
    return float(own["bytes"].min()) if len(own) else math.inf


def _said(bytes_: float) -> str:
    return f"{bytes_:,.0f}" if math.isfinite(bytes_) else "more"


def _interesting(results: Results) -> str:
    """Neighborhoods, neighbors and labels in the codes, beside PCA of the same size where the run has one."""
    pairs = [(name, twin) for name in results.autoencoders if (twin := results.pca_of_same_size(name))]
    if not pairs:
        return "Not tested: this run has no PCA of the same size. Add one to `encoders`, and it is."
    lines = []
    for measure, (what, less, same) in _kept(results).items():
        found = [tuple(_hundredths(results, name, measure) for name in pair) for pair in pairs]
        ties, more = sum(own == other for own, other in found), [own > other for own, other in found]
        if len(pairs) > 1:
            lines.append(f"{_count(more)} keep more {what}{f', {ties} {same}' if ties else ''}")
        else:
            both = " and ".join(dict.fromkeys(number(value, 1) for value in found[0]))
            lines.append(f"{same if ties else 'more' if more[0] else less} {what} ({both})")
    who = "" if len(pairs) > 1 else f"{pairs[0][0]} keeps "
    alone = any(results.measure("codes", name, "recall").n == 1 for name, _ in pairs)
    doubt = " One training each, so no interval says how sure that is." if alone else ""
    return f"Beside as many components, {who}{formatting.listed(lines)}.{doubt}"


def _before_tsne(results: Results) -> str:
    """The verdicts on t-SNE maps of codes, by what they are held against."""
    lines = []
    for relation, said in (("raw", "t-SNE of the raw data"), ("pca", "t-SNE of components")):
        found: dict[str, list[str]] = {}
        for line in results.comparisons_of(relation):
            options = results.params.maps[line.map]
            if options["method"] == "tsne" and options["space"] in results.autoencoders:
                found.setdefault(line.verdict, []).append(options["space"])
        if found:
            each = "; ".join(f"{verdict}: {formatting.listed(spaces)}" for verdict, spaces in found.items())
            lines.append(f"Held against {said}, t-SNE of codes is {each}.")
    return " ".join(lines) or "Not tested: it takes t-SNE maps of codes and, with the same options, of the raw data."


def _kept(results: Results) -> dict[str, tuple[str, str, str]]:
    """measure of codes -> what it counts, and words for less of it and for as much; labels where there are some."""
    found = {
        "r_nx_auc": ("area under R_NX", "less", "as much"),
        "recall": ("neighbors", "fewer", "as many"),
        "label_accuracy": ("labels", "fewer", "as many"),
    }
    return {measure: words for measure, words in found.items() if (results.summary["measure"] == measure).any()}


def _hundredths(results: Results, name: str, measure: str) -> float:
    """Of a code, as the table shows it, so that a tie there is a tie in words."""
    return round(100 * results.measure("codes", name, measure).value, 1)


def _holds(found: list[bool]) -> str:
    if all(found):
        return "It holds here"
    return "It does not hold here" if not any(found) else f"It holds here for {sum(found)} of {len(found)}"


def _count(found: list[bool]) -> str:
    return f"{sum(found)} of {len(found)}"


def _who(results: Results, found: list[bool], one: str, many: str) -> str:
    """ "deep beats", or "2 of 3 beat": of a single encoder, plainly."""
    if len(found) > 1:
        return f"{_count(found)} {many}"
    return f"{results.autoencoders[0]} {one if found[0] else f'does not {many}'}"


def _ends(values: list[float]) -> str:
    """ "2.1 to 8.0", one number, or "at least 2.1" where some are infinite."""
    known = [value for value in values if math.isfinite(value)] or [1.0]
    low, high = number(min(known), 1), number(max(known), 1)
    if len(known) < len(values):
        return f"at least {low}"
    return low if low == high else f"{low} to {high}"
