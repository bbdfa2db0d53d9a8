"""The numbers behind the figures, as the page's tables: a heading, its columns, lines of cells."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import formatting, image_figures
from pipeline.report.formatting import number
from pipeline.report.results import Results

MEASURES = {
    "r_nx_auc": "area under R_NX",
    "recall": "neighbor recall",
    "trustworthiness": "trustworthiness",
    "continuity": "continuity",
    "mrre_false": "rank fidelity: false",
    "mrre_missing": "rank fidelity: missing",
    "stability": "stability",
    "distance_correlation": "distances",
    "centroid_correlation": "class centers",
    "density_correlation": "density",
    "label_accuracy": "label accuracy",
    "test_accuracy": "label accuracy: test rows",
}
FEW = ("r_nx_auc", "recall", "trustworthiness", "continuity", "label_accuracy")  # those of the summary


@dataclass(frozen=True)
class Table:
    """The first cell of each line names it; so many more are `words`, the others numbers."""

    caption: str
    columns: list[str]
    lines: list[list[str]]
    words: int = 0


def measures(results: Results, chosen: tuple[str, ...] = tuple(MEASURES)) -> Table:
    """Every map and every code by the chosen measures, in hundredths."""
    lines = [(f"{results.titles[name]}", "maps", name) for name in results.maps]
    kind = results.dataset.info["kind"]
    lines += [
        (f"{formatting.space(name, results.params, kind)}, no map", "codes", name) for name in results.params.encoders
    ]
    lines += [(f"{formatting.space('raw', results.params, kind)}, no map", "raw", "raw")]
    present = [measure for measure in chosen if (results.summary["measure"] == measure).any()]
    cells = [[said, *(_cell(results, view, name, measure) for measure in present)] for said, view, name in lines]
    cells = [line for line in cells if any(line[1:])]
    k = results.params.evaluate.k
    caption = f"Hundredths, 100 is perfect; with {k} neighbors (label accuracy: 5)"
    return Table(caption, ["map", *(MEASURES[name] for name in present)], cells)


def by_size(results: Results) -> Table:
    """Every map against the raw data, and against the space that it was drawn of, at every neighborhood size."""
    shown = [
        name
        for name in MEASURES
        if name in {"r_nx_auc", "recall", "trustworthiness", "continuity", "mrre_false", "mrre_missing"}
    ]
    lines = []
    for name in results.maps:
        for against in dict.fromkeys(["raw", results.params.maps[name]["space"]]):
            for k in results.params.evaluate.sizes:
                found = [
                    results.measure("maps", name, measure, None if measure == "r_nx_auc" else k, against)
                    for measure in shown
                ]
                space = formatting.space(against, results.params, results.dataset.info["kind"])
                lines.append([results.titles[name], space, f"{k}", *(number(100 * line.value, 1) for line in found)])
    return Table(
        "Hundredths, means over drawings", ["map", "against", "k", *(MEASURES[name] for name in shown)], lines, words=1
    )


def _cell(results: Results, view: str, name: str, measure: str) -> str:
    found = results.measure(view, name, measure)
    if found is None:
        return ""
    return formatting.percent(found, formatting.interval(found.low, found.high)).replace(" %", "")


def comparisons(results: Results, measure: str) -> Table:
    """Every pair of maps by one measure, recall in points; areas with their intervals on other rows where maps were redrawn."""
    scale = 100 if measure == "recall" else 1
    comparisons_subsampled = measure == "r_nx_auc" and len(results.comparisons_subsampled) > 0
    pairs, lines = set(), []
    for line in results.comparisons[results.comparisons["measure"] == measure].itertuples():
        if (pair := frozenset((line.map, line.against))) in pairs:
            continue
        pairs.add(pair)
        ends = [scale * end for end in (line.difference, line.low, line.high)]
        decimals = formatting.digits(*ends[1:], most=3)
        cells = [
            results.titles[line.map],
            results.titles[line.against],
            line.verdict,
            *(number(end, decimals) for end in ends),
        ]
        if comparisons_subsampled:
            other = results.over_subsamples(line)
            cells += [other.verdict, number(other.low, decimals), number(other.high, decimals)] if other else [""] * 3
        lines.append(cells)
    columns = ["map", "against", "verdict", "difference", "low", "high"]
    columns += ["on other rows", "low", "high"] if comparisons_subsampled else []
    over = ["over other starts"] * (results.params.seeds > 1) + ["on other rows like these"] * comparisons_subsampled
    said = f"with intervals {' and '.join(over)}" if over else "without intervals: each map is drawn once"
    what = "neighbor recall, points" if measure == "recall" else "area under R_NX"
    return Table(f"Differences of {what}, rounded after subtracting, {said}", columns, lines, words=2)


def reconstruction(results: Results) -> Table:
    lines = []
    for line in results.reconstruction.itertuples():
        ends = (line.error, line.low, line.high, line.pca_error)
        difference = (line.difference, line.difference_low, line.difference_high)
        decimals = formatting.digits(line.low, line.high, most=4)
        lines.append([line.encoder, f"{line.code_size}", *(number(value, decimals) for value in (*ends, *difference))])
    columns = ["encoder", "numbers", "error", "low", "high", "PCA's error", "difference", "low", "high"]
    kind = results.dataset.info["kind"]
    over = ", summed over its true steps" if kind == "sequence" else ""
    return Table(f"Squared error a test {formatting.row(kind)}{over}", columns, lines)


def unexplained(results: Results, most: int = 15) -> Table:
    """The columns, of sequences the channels, that the codes lose most of."""
    table = image_figures.unexplained(results.dataset, results.is_test, results.reconstructions)
    shown = table.head(most)
    lines = [[line[0], *(number(100 * value, 1) for value in line[1:])] for line in shown.itertuples(index=False)]
    what = formatting.column(results.dataset.info["kind"])
    return Table(
        f"Percent of a {what}'s variance that rebuilt test rows lack ({len(shown)} of {len(table)} {what}s)",
        [what, *results.reconstructions], lines,
    )  # fmt: skip


def stages(results: Results) -> Table:
    lines = [
        [stage, number(timing["seconds"], 1), f"{timing['peak_bytes'] / 2**20:,.0f}"]
        for stage, timing in results.timings.items()
    ]
    seconds = sum(timing["seconds"] for timing in results.timings.values())
    lines.append(["all", number(seconds, 1), f"{max(t['peak_bytes'] for t in results.timings.values()) / 2**20:,.0f}"])
    return Table("The run by stage", ["stage", "seconds", "peak MiB"], lines)


def versions(results: Results) -> Table:
    """Library -> version; more than one where stages ran with different ones."""
    found: dict[str, list[str]] = {}
    for timing in results.timings.values():
        for name, version in {"Python": timing["python"], **timing["versions"]}.items():
            if version not in found.setdefault(name, []):
                found[name].append(version)
    return Table(
        "Versions that made these results",
        ["package", "version"],
        [[name, ", ".join(known)] for name, known in found.items()],
    )
