"""What "Building Autoencoders in Keras" (Chollet 2016) claims of autoencoders, compared with this run's numbers."""

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
        ("They are data-specific.", _data_specific(results)),
        ("They are lossy, and rarely beat JPEG." if image else "They are lossy.", _lossy(results)),
        ("They learn more interesting projections than PCA.", _projections(results)),
        ("Compressing first is a good strategy for t-SNE.", _before_tsne(results)),
    ]


def table(results: Results) -> Table:
    """Unexplained variance of test rows and of out-of-distribution inputs by each encoder; the bytes that PCA, and of images
    JPEG, need for an error as small; R_NX AUC, neighbors and labels of its codes."""
    jpeg, kept = has_jpeg(results), _kept(results)
    columns = ["encoder", "test rows", *OUT_OF_DISTRIBUTION, "bytes", "PCA needs", *(["JPEG needs"] if jpeg else [])]
    columns += [title for title, _, _ in kept.values()]
    rows = []
    for name in results.codes:
        shares = [number(100 * row.share, 1) for row in _trials(results, name).values()]
        needed = [_bytes(_needed(results, name, source).bytes) for source in ("every pca", *(["jpeg"] if jpeg else []))]
        kept_by_code = [number(_percent(results, name, measure), 1) for measure in kept]
        rows.append([name, *shares, f"{_own_bytes(results, name):g}", *needed, *kept_by_code])
    return Table("Unexplained variance, percent; bytes per row; what the codes keep, percent", columns, rows)


def rate_distortion(results: Results) -> list[Figure]:
    if not results.autoencoders:
        return []
    alt = "Squared error of reconstructed test rows against bytes: " + "; ".join(
        f"{row.source} {row.bytes:g} bytes, error {row.error:.3g}"
        for row in results.rate_distortion.itertuples()
        if row.source in results.codes
    )
    caption = (
        "See which dots lie below the lines: down and left is better. A dimension of a code counts one byte, and errors of encoders (dots) are measured with "
        "codes rounded to 256 steps; PCA's line is not rounded."
    )
    if has_jpeg(results):
        caption += " A JPEG counts its compressed pixels alone, no header or tables: networks' weights are free, too."
    picture = curves.rate_distortion("rate-distortion", alt, results.rate_distortion, list(results.codes))
    return [Figure("Error by bytes", caption, picture)]


def _data_specific(results: Results) -> str:
    """Whether out-of-distribution inputs are reconstructed worse than test rows, in shares of their own variance."""
    holds, own, others = [], [], []
    for name in results.autoencoders:
        test, *unlike = _trials(results, name).values()
        holds.append(all(row.worse_than_test for row in unlike))
        own.append(100 * test.share)
        others += [100 * row.share for row in unlike]
    shuffled = {"image": "shuffled pixels", "vector": "columns shuffled among rows"}.get(
        results.dataset.info["kind"], "shuffled steps"
    )
    return (
        f"{_holds(holds)} that test rows are reconstructed better than {shuffled}, inverted values, and noise: of the variance "
        f"of test rows {_range(own)} % are unexplained, of that of the others {number(min(others), 1)} % or more."
    )


def _trials(results: Results, name: str) -> dict[str, Any]:
    """trial -> its row of the robustness table: the test rows, then the out-of-distribution inputs."""
    rows = {row.trial: row for row in results.robustness.itertuples() if row.encoder == name}
    return {trial: rows[trial] for trial in ("test", *OUT_OF_DISTRIBUTION)}


def _lossy(results: Results) -> str:
    """How many leave less error than PCA of as many bytes, and, of images, how many bytes JPEG needs for as little."""
    names = results.autoencoders
    pca = [_needed(results, name, "every pca").ratio > 1 for name in names]
    text = f"Each loses something. Compared with PCA of as many bytes, {_which(results, pca, 'leaves', 'leave')} less"
    if not has_jpeg(results):
        image = results.dataset.info["kind"] == "image"
        return f"{text}.{' JPEG is not tried: it is for images with values in [0, 1].' if image else ''}"
    jpeg = [_needed(results, name, "jpeg").ratio for name in names]
    beaten = _which(results, [ratio > 1 for ratio in jpeg], "beats", "beat")
    return f"{text}. JPEG needs {_range(jpeg)} times the bytes for as little error: {beaten} it here, on rows like those trained on."


def has_jpeg(results: Results) -> bool:
    """Whether JPEG was tried on the rows: only on images with values in [0, 1]."""
    return bool((results.rate_distortion["source"] == "jpeg").any())


def _own_bytes(results: Results, name: str) -> float:
    table = results.rate_distortion
    return float(table.loc[table["source"] == name, "bytes"].iloc[0])


def _needed(results: Results, name: str, source: str) -> Any:
    """The row (bytes, ratio) of what a source needs for an error as small as an encoder's."""
    table = results.bytes_needed
    return next(table[(table["encoder"] == name) & (table["source"] == source)].itertuples(index=False))


def _bytes(count: float) -> str:
    return f"{count:,.0f}" if math.isfinite(count) else "more"


def _projections(results: Results) -> str:
    """Neighborhoods, neighbors and labels in the codes, compared with PCA of the same size where the run has one."""
    pairs = [(name, pca) for name in results.autoencoders if (pca := results.pca_of_same_size(name))]
    if not pairs:
        return "Not tested: this run has no PCA of the same size. Add one to `encoders`, and it is."
    parts = []
    for measure, (title, less, same) in _kept(results).items():
        values = [tuple(_percent(results, name, measure) for name in pair) for pair in pairs]
        ties, more = sum(own == pca for own, pca in values), [own > pca for own, pca in values]
        if len(pairs) > 1:
            parts.append(f"{_count(more)} keep more {title}{f', {ties} {same}' if ties else ''}")
        else:
            both = " and ".join(dict.fromkeys(number(value, 1) for value in values[0]))
            parts.append(f"{same if ties else 'more' if more[0] else less} {title} ({both})")
    subject = "" if len(pairs) > 1 else f"{pairs[0][0]} keeps "
    alone = any(results.measure("codes", name, "recall").n == 1 for name, _ in pairs)
    caveat = " One training each, so no interval says how sure that is." if alone else ""
    return f"Compared with as many principal components, {subject}{formatting.listed(parts)}.{caveat}"


def _before_tsne(results: Results) -> str:
    """The verdicts on t-SNE maps of codes, by what they are compared with."""
    sentences = []
    for relation, against in (("raw", "t-SNE of the raw data"), ("pca", "t-SNE of principal components")):
        verdicts: dict[str, list[str]] = {}
        for row in results.comparisons_of(relation):
            options = results.params.maps[row.map]
            if options["method"] == "tsne" and options["space"] in results.autoencoders:
                verdicts.setdefault(row.verdict, []).append(options["space"])
        if verdicts:
            each = "; ".join(f"{verdict}: {formatting.listed(spaces)}" for verdict, spaces in verdicts.items())
            sentences.append(f"Compared with {against}, t-SNE of codes is {each}.")
    return (
        " ".join(sentences) or "Not tested: it takes t-SNE maps of codes and, with the same options, of the raw data."
    )


def _kept(results: Results) -> dict[str, tuple[str, str, str]]:
    """measure of codes -> what it counts, and words for less of it and for as much; labels where there are some."""
    measures = {
        "r_nx_auc": ("R_NX AUC", "less", "as much"),
        "recall": ("neighbors", "fewer", "as many"),
        "label_accuracy": ("labels", "fewer", "as many"),
    }
    return {measure: words for measure, words in measures.items() if (results.summary["measure"] == measure).any()}


def _percent(results: Results, name: str, measure: str) -> float:
    """Of a code, as the table shows it, so that a tie there is a tie in words."""
    return round(100 * results.measure("codes", name, measure).value, 1)


def _holds(outcomes: list[bool]) -> str:
    if all(outcomes):
        return "It holds here"
    return "It does not hold here" if not any(outcomes) else f"It holds here for {sum(outcomes)} of {len(outcomes)}"


def _count(outcomes: list[bool]) -> str:
    return f"{sum(outcomes)} of {len(outcomes)}"


def _which(results: Results, outcomes: list[bool], singular: str, plural: str) -> str:
    """ "deep beats", or "2 of 3 beat": of a single encoder, plainly."""
    if len(outcomes) > 1:
        return f"{_count(outcomes)} {plural}"
    return f"{results.autoencoders[0]} {singular if outcomes[0] else f'does not {plural}'}"


def _range(values: list[float]) -> str:
    """ "2.1 to 8.0", one number, or "at least 2.1" where some are infinite."""
    known = [value for value in values if math.isfinite(value)] or [1.0]
    low, high = number(min(known), 1), number(max(known), 1)
    if len(known) < len(values):
        return f"at least {low}"
    return low if low == high else f"{low} to {high}"
