"""What "Building Autoencoders in Keras" (Chollet 2016) claims of autoencoders, held against this run's numbers."""

from __future__ import annotations

from typing import Any

from pipeline.report import curves, sentences
from pipeline.report.findings import Findings
from pipeline.report.names import number, percent
from pipeline.report.sections import Figure
from pipeline.report.tables import Table

STRANGERS = ("shuffled", "inverted", "noise")  # as in pipeline.trials


def claims(f: Findings) -> list[tuple[str, str]]:
    """(the claim, what this run says of it); nothing for a run without an autoencoder."""
    if not f.learned:
        return []
    return [
        ("They are data-specific.", _specific(f)),
        ("They are lossy, and rarely beat JPEG.", _lossy(f)),
        ("They learn more interesting projections than PCA.", _interesting(f)),
        ("Compressing first is a good strategy for t-SNE.", _before_tsne(f)),
    ]


def strangers(f: Findings) -> Table:
    """What each encoder leaves of the variance of test rows, and of rows of other kinds; percent."""
    lines = []
    for name in f.codes:
        own = f.trials[f.trials["encoder"] == name].set_index("trial")
        shares = [100 * own.loc[trial, "error"] / own.loc[trial, "spread"] for trial in ("test", *STRANGERS)]
        lines.append([name, *(number(share, 1) for share in shares)])
    return Table(
        "Percent of the rows' variance that rebuilding leaves out", ["encoder", "test rows", *STRANGERS], lines
    )


def rates(f: Findings) -> list[Figure]:
    if not f.learned:
        return []
    said = {name: name for name in f.codes}
    alt = "Squared error of rebuilt test rows against bytes: " + "; ".join(
        f"{line.source} {line.bytes:g} bytes, error {line.error:.3g}"
        for line in f.rates.itertuples()
        if line.source in said
    )
    has_jpeg = (f.rates["source"] == "jpeg").any()
    caption = (
        "Down and left is better. A code number counts one byte, and errors of encoders (dots) are measured with their "
        "numbers rounded to 256 steps; PCA's line is not rounded."
    )
    if has_jpeg:
        caption += " A JPEG counts its compressed pixels alone, no header or tables: networks' weights are free, too."
    return [Figure("Error by bytes", caption, curves.rates("rates", alt, f.rates, said))]


def _specific(f: Findings) -> str:
    """Whether rows of every other kind are rebuilt worse than test rows, in shares of their own variance."""
    holds, lines = [], []
    for name in f.learned:
        own = f.trials[f.trials["encoder"] == name].set_index("trial")
        shares = {
            trial: own.loc[trial, ["error", "low", "high"]] / own.loc[trial, "spread"] for trial in ("test", *STRANGERS)
        }
        holds.append(all(shares["test"]["high"] < shares[trial]["low"] for trial in STRANGERS))
        said = ", ".join(f"{number(100 * shares[trial]['error'], 0)} % of {trial}" for trial in STRANGERS)
        lines.append(f"{name} leaves {number(100 * shares['test']['error'], 0)} % of the variance of test rows, {said}")
    what = {"image": "pixels that changed places", "vector": "columns shuffled among rows"}.get(
        f.dataset.info["kind"], "steps that changed places"
    )
    return (
        f"{_holds(holds)}: test rows are rebuilt better than {what}, values turned over, and noise. {'; '.join(lines)}."
    )


def _lossy(f: Findings) -> str:
    """Bytes that PCA and JPEG need for as little error."""
    lines = []
    for name in f.learned:
        own = f.rates[f.rates["source"] == name].iloc[0]
        text = f"{name}, {own['bytes']:g} bytes, leaves a squared error of {number(own['error'], 2)}"
        text += f"; PCA needs {_bytes(f, 'every pca', own['error'])} for as little"
        if (f.rates["source"] == "jpeg").any():
            text += f", JPEG {_bytes(f, 'jpeg', own['error'])}"
        lines.append(text)
    end = "" if (f.rates["source"] == "jpeg").any() else " JPEG is for images with values in [0, 1] alone."
    return f"{'; '.join(lines)}.{end}"


def _bytes(f: Findings, source: str, error: float) -> str:
    own = f.rates[f.rates["source"] == source].sort_values("bytes")
    enough = own[own["error"] <= error]
    if enough.empty:
        return f"more than {own['bytes'].max():,.0f} bytes"
    return f"{enough['bytes'].iloc[0]:,.0f} bytes{' or fewer' if enough.index[0] == own.index[0] else ''}"


def _interesting(f: Findings) -> str:
    """Neighbors and labels in the codes, beside PCA of the same size where the run has one."""
    lines = []
    for name in f.learned:
        twin = f.twin(name)
        if twin is None:
            continue
        said = [f"{_share(f, name, 'recall')} of neighbors against {_share(f, twin, 'recall')}"]
        if f.measure("codes", name, "label_accuracy"):
            said.append(
                f"{_share(f, name, 'label_accuracy')} label accuracy against {_share(f, twin, 'label_accuracy')}"
            )
        lines.append(f"{name} {' and '.join(said)}")
    if not lines:
        return "Not tested: this run has no PCA of the same size. Add one to `encoders`, and it is."
    return (
        f"Codes against components of the same number: {'; '.join(lines)}. One training each, so without an interval."
    )


def _before_tsne(f: Findings) -> str:
    lines: list[Any] = []
    for name, options in f.given.maps.items():
        if options["method"] == "tsne" and options["space"] in f.learned:
            lines += [(name, line) for line in f.compared("raw", name) + f.compared("pca", name)]
    if not lines:
        return "Not tested: it takes t-SNE maps of codes and, with the same options, of the raw data."
    return "; ".join(f"{f.titles[name]} is {sentences.verdict(f, line)}" for name, line in lines) + "."


def _share(f: Findings, name: str, measure: str) -> str:
    return percent(f.measure("codes", name, measure), False)


def _holds(found: list[bool]) -> str:
    if all(found):
        return "Holds here"
    return "Does not hold here" if not any(found) else f"Holds here for {sum(found)} of {len(found)}"
