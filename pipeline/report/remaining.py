"""The rows that a map was not fitted on: how densely they lie on it, and what is kept of their neighborhoods."""

from __future__ import annotations

from pipeline.report import formatting, map_figures
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table

WORDS = {"trustworthiness": "trustworthiness", "recall": "neighbor recall", "label_accuracy": "label accuracy"}


def figures(results: Results) -> list[Figure]:
    """A picture of each map on which rows were placed: fitted and placed rows together, as a density."""
    found = []
    for name, (places, _, _) in results.remaining.items():
        if len(places):
            count = len(places) + len(results.maps[name])
            alt = f"{results.titles[name]}: density of {count:,} rows, {len(places):,} of them placed."
            picture = map_figures.density(f"others-{name}", alt, results.maps[name], places)
            found.append(
                Figure(results.titles[name], f"See where all {count:,} rows lie: the darker, the more.", picture, name)
            )
    return found


def said(results: Results) -> str:
    """What was fitted, what was placed, and what was measured, in a sentence or two."""
    places, _, measures = next(each for each in results.remaining.values() if len(each[0]))
    measured = (
        f"; those below are of {measures['n'].iloc[0]:,} placed rows drawn at random, each among the fitted ones"
        if len(measures)
        else ""
    )
    return (
        f"Maps were fitted on {len(results.dataset.table):,} rows, drawn at random{', in proportion to the classes' if results.dataset.info['labels'] else ''}; the other {len(places):,} rows of the source were"
        f" put onto them one by one, where each finds its place among the fitted ones. The dots above are the fitted rows, and so are"
        f" all measures{measured}."
    )


def table(results: Results) -> Table:
    lines = []
    for name, (places, _, measures) in results.remaining.items():
        if len(places):
            own = {line.measure: line for line in measures.itertuples()}
            cells = [results.titles[name]]
            for measure in WORDS:
                line, fitted = own.get(measure), results.measure("maps", name, measure)
                cells.append("" if line is None else number(100 * line.value, 1))
                cells.append("" if line is None else formatting.between(100 * line.low, 100 * line.high, 1).strip("()"))
                cells.append("" if fitted is None else number(100 * fitted.value, 1))
            lines.append(cells)
    columns = ["map", *(word for measure in WORDS for word in (WORDS[measure], "interval", "of fitted rows"))]
    k = results.params.evaluate.k
    return Table(
        f"Placed rows, in hundredths ({k} neighbors; labels: by 5), with 95 % intervals over rows",
        columns,
        lines,
        words=1,
    )
