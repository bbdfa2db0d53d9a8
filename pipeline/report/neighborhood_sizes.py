"""Which map is faithful at which size: R_NX over the neighborhood size, and distances of all lengths."""

from __future__ import annotations

import pandas as pd

from pipeline import methods
from pipeline.evaluation.neighborhood_sizes import MARGIN
from pipeline.report import curves
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results


def figures(results: Results) -> list[Figure]:
    return [*_r_nx(results), *_by_option(results), *_shepard(results)]


def _r_nx(results: Results) -> list[Figure]:
    table, n = results.mean_r_nx, len(results.dataset.table)
    order = sorted(results.maps, key=lambda name: -results.measure("maps", name, "r_nx_auc").value)
    largest = {name: curve.loc[curve["r_nx"].idxmax(), "k"] for name, curve in table.groupby("name")}
    alt = "R_NX over neighborhood size: " + "; ".join(
        f"{results.titles[name]} is most faithful at k = {largest[name]}" for name in order
    )
    rows = int(table["rows"].min())
    sampled = (
        "" if rows == n else f" Beyond k = {table[table['rows'] == n]['k'].max():,} from a sample of {rows:,} rows."
    )
    caption = (
        f"See where lines cross: a map counts as the most faithful until another keeps {MARGIN:g} more. 1: all neighbors "
        "kept, 0: as many as chance. The R_NX AUC, on which the verdicts rest, weights small neighborhoods most (1/k). Vertical "
        f"line: k = {results.params.evaluate.k}. Means over embeddings.{sampled}"
    )
    titles = {name: results.titles[name] for name in order}
    return [Figure("Neighbors kept beyond chance, by neighborhood size", caption,
                   curves.r_nx("r-nx", alt, table, titles, results.params.evaluate.k))]  # fmt: skip


def _by_option(results: Results) -> list[Figure]:
    """Of each entry with several maps: at which neighborhood sizes which of them is the most faithful."""
    figures = []
    for entry, maps in methods.sweeps(results.params).items():
        options = [results.params.maps[name] for name in maps]
        keys = [key for key in options[0] if any(each[key] != options[0][key] for each in options)]
        values = {name: ", ".join(str(each[key]) for key in keys) for name, each in zip(maps, options, strict=True)}
        best = max(maps, key=lambda name: results.measure("maps", name, "r_nx_auc").value)
        text = choice(results.most_faithful[results.most_faithful["group"] == entry], values, best)
        title = f"{results.titles[maps[0]].partition(',')[0]} by {' and '.join(keys)}"
        picture = curves.r_nx(f"r-nx-{entry}", f"{title}: {text}", results.mean_r_nx, values, results.params.evaluate.k)
        figures.append(Figure(title, text, picture))
    return figures


def choice(steps: pd.DataFrame, values: dict[str, str], best: str) -> str:
    """A sentence about which of several maps to take, and at which neighborhood sizes which one keeps most.

    steps   map, up_to: the most faithful ones, from small sizes to large
    values  map -> its options
    best    the map with the largest R_NX AUC
    """
    ends = list(zip(steps["map"], steps["up_to"], strict=True))
    if len(ends) == 1:
        return f"{values[ends[0][0]]} keeps neighborhoods best at every size shown, or within {MARGIN:g} of the best."
    ranges = [f"{values[name]} up to k = {k:,}" for name, k in ends[:-1]] + [f"{values[ends[-1][0]]} beyond"]
    return (
        f"Over all sizes, small ones weighted most, {values[best]} keeps most. Most faithful are {', '.join(ranges)}: take the one that is "
        "so at the size you want to read. Means over embeddings; differences may be within their intervals."
    )


def _shepard(results: Results) -> list[Figure]:
    best = results.best
    pairs, measured = (
        results.shepard[results.shepard["name"] == best],
        results.measure("maps", best, "distance_correlation"),
    )
    if measured is None:  # all distances are alike
        return []
    correlation = f"rank correlation {number(measured.value, 2)}"
    alt = f"Distances of {len(pairs):,} pairs of rows in the data and on {results.titles[best]}: {correlation}."
    caption = (
        f"A narrow rising band would mean that distances can be read. {len(pairs):,} pairs of rows, first embedding; {correlation}, "
        f"over {pairs['pairs'].iloc[0]:,} pairs and all embeddings."
    )
    picture = curves.shepard("shepard", alt, pairs["data_distance"].to_numpy(), pairs["map_distance"].to_numpy())
    return [Figure(f"{results.titles[best]}: distances", caption, picture, best)]
