"""The numbers behind the figures, as the page's tables: a heading, its columns, lines of cells."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import doubts, names, pictures
from pipeline.report.findings import Findings
from pipeline.report.names import number

MEASURES = {
    "recall": "neighbor recall",
    "trustworthiness": "trustworthiness",
    "continuity": "continuity",
    "label_accuracy": "label accuracy",
}


@dataclass(frozen=True)
class Table:
    """The first cell of each line names it; so many more are `words`, the others numbers."""

    caption: str
    columns: list[str]
    lines: list[list[str]]
    words: int = 0


def measures(f: Findings) -> Table:
    """Every map and every code by every measure, percent."""
    lines = [(f"{f.titles[name]}", "maps", name) for name in f.maps]
    kind = f.dataset.info["kind"]
    lines += [(f"{names.space(name, f.given, kind)}, no map", "codes", name) for name in f.given.encoders]
    lines += [(f"{names.space('raw', f.given, kind)}, no map", "raw", "raw")]
    present = [measure for measure in MEASURES if (f.summary["measure"] == measure).any()]
    cells = [[said, *(_cell(f, view, name, measure) for measure in present)] for said, view, name in lines]
    cells = [line for line in cells if any(line[1:])]
    k = f.given.evaluate.k
    return Table(f"Percent, with {k} neighbors (label accuracy: 5)", ["", *(MEASURES[name] for name in present)], cells)


def _cell(f: Findings, view: str, name: str, measure: str) -> str:
    found = f.measure(view, name, measure)
    if found is None:
        return ""
    return names.percent(found, names.interval(found.low, found.high)).replace(" %", "")


def comparisons(f: Findings) -> Table:
    lines = []
    for line in f.comparisons.itertuples():
        low, high = 100 * line.low, 100 * line.high
        decimals = names.digits(low, high)
        difference = [number(value, decimals) for value in (100 * line.difference, low, high)]
        lines.append([f.titles[line.map], f.titles[line.against], line.verdict, *difference])
    columns = ["map", "against", "verdict", "difference", "low", "high"]
    return Table("Neighbor recall, percentage points", columns, lines, words=2)


def reconstruction(f: Findings) -> Table:
    lines = []
    for line in f.reconstruction.itertuples():
        ends = (line.error, line.low, line.high, line.pca_error)
        difference = (line.difference, line.difference_low, line.difference_high)
        decimals = names.digits(line.low, line.high, most=4)
        lines.append([line.encoder, f"{line.code_size}", *(number(value, decimals) for value in (*ends, *difference))])
    columns = ["encoder", "numbers", "error", "low", "high", "PCA's error", "difference", "low", "high"]
    kind = f.dataset.info["kind"]
    over = ", summed over its true steps" if kind == "sequence" else ""
    return Table(f"Squared error a test {names.row(kind)}{over}", columns, lines)


def classes(f: Findings, name: str) -> Table:
    lines = [[label, f"{rows:,}", number(100 * kept, 1)] for label, rows, kept in doubts.classes(f, name)]
    return Table("Percent of neighbors kept", ["class", "rows", "kept"], lines)


def unexplained(f: Findings, most: int = 15) -> Table:
    """The columns, of sequences the channels, that the codes lose most of."""
    table = pictures.unexplained(f.dataset, f.test, f.reconstructions)
    shown = table.head(most)
    lines = [[line[0], *(number(100 * value, 1) for value in line[1:])] for line in shown.itertuples(index=False)]
    what = names.column(f.dataset.info["kind"])
    return Table(
        f"Percent of a {what}'s variance that rebuilt test rows lack ({len(shown)} of {len(table)} {what}s)",
        [what, *f.reconstructions], lines,
    )  # fmt: skip


def stages(f: Findings) -> Table:
    lines = [
        [stage, number(timing["seconds"], 1), f"{timing['peak_bytes'] / 2**20:,.0f}"]
        for stage, timing in f.timings.items()
    ]
    seconds = sum(timing["seconds"] for timing in f.timings.values())
    lines.append(["all", number(seconds, 1), f"{max(t['peak_bytes'] for t in f.timings.values()) / 2**20:,.0f}"])
    return Table("The run by stage", ["stage", "seconds", "peak MiB"], lines)


def versions(f: Findings) -> Table:
    """Library -> version; more than one where stages ran with different ones."""
    found: dict[str, list[str]] = {}
    for timing in f.timings.values():
        for name, version in {"Python": timing["python"], **timing["versions"]}.items():
            if version not in found.setdefault(name, []):
                found[name].append(version)
    return Table(
        "Versions that made these results",
        ["", ""],
        [[name, ", ".join(known)] for name, known in found.items()],
    )
