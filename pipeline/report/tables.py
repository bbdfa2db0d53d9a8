"""The numbers behind the figures, as the page's tables: a caption, columns, rows of cells."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report import formatting, titles
from pipeline.report.formatting import number
from pipeline.report.results import Results

MEASURES = {
    "r_nx_auc": "R_NX AUC",
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
BY_SIZE = ("r_nx_auc", "recall", "trustworthiness", "continuity", "mrre_false", "mrre_missing")


@dataclass(frozen=True)
class Table:
    """The first cell of each row names it; so many more are text, the others numbers."""

    caption: str
    columns: list[str]
    rows: list[list[str]]
    text_columns: int = 0


def measures(results: Results, chosen: tuple[str, ...] = tuple(MEASURES)) -> Table:
    """Every map and every code by the chosen measures, in percent."""
    kind, k = results.dataset.info["kind"], results.params.evaluate.k
    named = [(results.titles[name], "maps", name) for name in results.maps]
    named += [
        (f"{titles.space(name, results.params, kind)}, no map", "codes", name) for name in results.params.encoders
    ]
    named += [(f"{titles.space('raw', results.params, kind)}, no map", "raw", "raw")]
    present = [measure for measure in chosen if (results.summary["measure"] == measure).any()]
    rows = [[title, *(_percent(results, view, name, measure) for measure in present)] for title, view, name in named]
    caption = f"Percent, 100 is perfect; with {k} neighbors (label accuracy: 5)"
    return Table(caption, ["map", *(MEASURES[name] for name in present)], [row for row in rows if any(row[1:])])


def _percent(results: Results, view: str, name: str, measure: str) -> str:
    measured = results.measure(view, name, measure)
    if measured is None:
        return ""
    return formatting.percent(measured, formatting.is_interval(measured.low, measured.high)).replace(" %", "")


def by_size(results: Results) -> Table:
    """Every map compared with the raw data, and with the space that it is a map of, at every neighborhood size."""
    kind, rows = results.dataset.info["kind"], []
    for name in results.maps:
        for against in dict.fromkeys(["raw", results.params.maps[name]["space"]]):
            for k in results.params.evaluate.sizes:
                values = [
                    results.measure("maps", name, measure, None if measure == "r_nx_auc" else k, against).value
                    for measure in BY_SIZE
                ]
                space = titles.space(against, results.params, kind)
                rows.append([results.titles[name], space, f"{k}", *(number(100 * value, 1) for value in values)])
    columns = ["map", "compared with", "k", *(MEASURES[name] for name in BY_SIZE)]
    return Table("Percent, means over embeddings", columns, rows, text_columns=1)


def comparisons(results: Results, measure: str) -> Table:
    """Every pair of maps by one measure, recall in points; R_NX AUC with its intervals over subsamples where there are some."""
    scale = 100 if measure == "recall" else 1
    subsampled = measure == "r_nx_auc" and len(results.comparisons_subsampled) > 0
    pairs, rows = set(), []
    for row in results.comparisons[results.comparisons["measure"] == measure].itertuples():
        if (pair := frozenset((row.map, row.against))) in pairs:
            continue
        pairs.add(pair)
        ends = [scale * end for end in (row.difference, row.low, row.high)]
        decimals = formatting.digits(*ends[1:], most=3)
        cells = [results.titles[row.map], results.titles[row.against], row.verdict]
        cells += [number(end, decimals) for end in ends]
        if subsampled:
            other = results.over_subsamples(row)
            cells += [other.verdict, number(other.low, decimals), number(other.high, decimals)] if other else [""] * 3
        rows.append(cells)
    columns = ["map", "compared with", "verdict", "difference", "low", "high"]
    columns += ["on other rows", "low", "high"] if subsampled else []
    over = ["over other seeds"] * (results.params.seeds > 1) + ["on other rows like these"] * subsampled
    intervals = f"with intervals {' and '.join(over)}" if over else "without intervals: each map has one embedding"
    what = "neighbor recall, points" if measure == "recall" else "R_NX AUC"
    return Table(f"Differences of {what}, rounded after subtracting, {intervals}", columns, rows, text_columns=2)


def reconstruction(results: Results) -> Table:
    rows = []
    for row in results.reconstruction.itertuples():
        ends = (row.error, row.low, row.high, row.pca_error)
        difference = (row.difference, row.difference_low, row.difference_high)
        decimals = formatting.digits(row.low, row.high, most=4)
        rows.append([row.encoder, f"{row.code_size}", *(number(value, decimals) for value in (*ends, *difference))])
    columns = ["encoder", "dimensions", "error", "low", "high", "PCA's error", "difference", "low", "high"]
    kind = results.dataset.info["kind"]
    over = ", summed over its true steps" if kind == "sequence" else ""
    return Table(f"Squared error per test {titles.sample(kind)}{over}", columns, rows)


def unexplained(results: Results, most: int = 15) -> Table:
    """The columns, of sequences the channels, that the codes lose most of."""
    table = results.unexplained
    shown = table.head(most)
    rows = [[row[0], *(number(100 * value, 1) for value in row[1:])] for row in shown.itertuples(index=False)]
    what = titles.column(results.dataset.info["kind"])
    caption = f"Percent of a {what}'s variance that reconstructed test rows lack ({len(shown)} of {len(table)} {what}s)"
    return Table(caption, [what, *results.reconstructions], rows)


def stages(results: Results) -> Table:
    rows = [
        [stage, number(timing["seconds"], 1), _mebibytes(timing["peak_bytes"])]
        for stage, timing in results.timings.items()
    ]
    seconds = sum(timing["seconds"] for timing in results.timings.values())
    peak = max(timing["peak_bytes"] for timing in results.timings.values())
    rows.append(["all", number(seconds, 1), _mebibytes(peak)])
    return Table("The run by stage", ["stage", "seconds", "peak MiB"], rows)


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"


def versions(results: Results) -> Table:
    """Library -> version; more than one where stages ran with different ones."""
    versions: dict[str, list[str]] = {}
    for timing in results.timings.values():
        for name, version in {"Python": timing["python"], **timing["versions"]}.items():
            if version not in versions.setdefault(name, []):
                versions[name].append(version)
    rows = [[name, ", ".join(known)] for name, known in versions.items()]
    return Table("Library versions of this run", ["package", "version"], rows)
