"""The rows that data.rows left out: how densely they lie on a map, and what is kept of their neighborhoods."""

from __future__ import annotations

from pipeline.report import map_figures
from pipeline.report.figures import Figure
from pipeline.report.formatting import between, number
from pipeline.report.results import Results
from pipeline.report.tables import Table

MEASURES = {"trustworthiness": "trustworthiness", "recall": "neighbor recall", "label_accuracy": "label accuracy"}


def maps(results: Results) -> list[str]:
    """The maps onto which remaining rows were transformed."""
    return [name for name, (points, _, _) in results.remaining.items() if len(points)]


def figures(results: Results) -> list[Figure]:
    """Of each such map, mapped and transformed rows together, as a density."""
    figures = []
    for name in maps(results):
        points, mapped = results.remaining[name][0], results.maps[name]
        count = len(points) + len(mapped)
        alt = f"{results.titles[name]}: density of {count:,} rows, {len(points):,} of them transformed."
        picture = map_figures.density(f"remaining-{name}", alt, mapped, points)
        caption = f"See where all {count:,} rows lie: the darker, the more."
        figures.append(Figure(results.titles[name], caption, picture, name))
    return figures


def description(results: Results) -> str:
    """How many rows were mapped and transformed, and what was measured on them, in a sentence or two."""
    points, _, measures = results.remaining[maps(results)[0]]
    drawn = "drawn at random, in proportion to the classes" if results.dataset.info["labels"] else "drawn at random"
    measured = (
        f"; those below are of {measures['n'].iloc[0]:,} transformed rows drawn at random, each among the mapped ones"
        if len(measures)
        else ""
    )
    return (
        f"Maps were computed from {len(results.dataset.table):,} rows, {drawn}; the other {len(points):,} rows of the source were "
        "then transformed onto them one by one, each to its place among the mapped ones. The dots above are the mapped rows, and so are "
        f"all measures{measured}."
    )


def table(results: Results) -> Table:
    rows = []
    for name in maps(results):
        measures, cells = {row.measure: row for row in results.remaining[name][2].itertuples()}, [results.titles[name]]
        for measure in MEASURES:
            row, mapped = measures.get(measure), results.measure("maps", name, measure)
            cells.append("" if row is None else number(100 * row.value, 1))
            cells.append("" if row is None else between(100 * row.low, 100 * row.high, 1).strip("()"))
            cells.append("" if mapped is None else number(100 * mapped.value, 1))
        rows.append(cells)
    columns = ["map", *(title for name in MEASURES.values() for title in (name, "interval", "of mapped rows"))]
    k = results.params.evaluate.k
    caption = f"Transformed rows, percent ({k} neighbors; labels: by 5), with 95 % intervals over rows"
    return Table(caption, columns, rows, text_columns=1)
