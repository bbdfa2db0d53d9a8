"""What is true at which scale: R_NX over the neighborhood size, and distances of all lengths."""

from __future__ import annotations

import pandas as pd

from pipeline import methods
from pipeline.report import curves
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results

ALIKE = 0.01  # a map is taken to be truest until another keeps more than it by this


def figures(results: Results) -> list[Figure]:
    return [*_r_nx(results), *_tuned(results), *_shepard(results)]


def _r_nx(results: Results) -> list[Figure]:
    table = _of_maps(results)
    mean = _means(table)
    best = {name: curve.loc[curve["r_nx"].idxmax(), "k"] for name, curve in mean.groupby("name")}
    order = sorted(results.maps, key=lambda name: -results.measure("maps", name, "r_nx_auc").value)
    alt = "R_NX over neighborhood size: " + "; ".join(
        f"{results.titles[name]} is truest at k = {best[name]}" for name in order
    )
    rows, n = int(table["rows"].min()), len(results.dataset.table)
    sampled = (
        "" if rows == n else f" Beyond k = {table[table['rows'] == n]['k'].max():,} from a sample of {rows:,} rows."
    )
    caption = (
        f"See where lines cross: a map counts as the truest until another keeps more than it by {ALIKE:g}. 1: all neighbors "
        "kept, 0: as many as chance. The area, on which the verdicts rest, counts small neighborhoods most (1/k). Vertical "
        f"line: k = {results.params.evaluate.k}. Means over drawings.{sampled}"
    )
    titles = {name: results.titles[name] for name in order}
    return [Figure("Neighbors kept beyond chance, by neighborhood size", caption,
                   curves.r_nx("r-nx", alt, mean, titles, results.params.evaluate.k))]  # fmt: skip


def _tuned(results: Results) -> list[Figure]:
    """Of each entry that stands for several maps: at which neighborhood sizes which of them is truest."""
    mean, found = _means(_of_maps(results)), []
    for entry, maps in methods.tuned(results.params).items():
        options = [results.params.maps[name] for name in maps]
        keys = [key for key in options[0] if any(each[key] != options[0][key] for each in options)]
        values = {name: ", ".join(str(each[key]) for key in keys) for name, each in zip(maps, options, strict=True)}
        said = choice(
            mean[mean["name"].isin(maps)],
            values,
            max(maps, key=lambda name: results.measure("maps", name, "r_nx_auc").value),
        )
        title = f"{results.titles[maps[0]].partition(',')[0]} by {' and '.join(keys)}"
        picture = curves.r_nx(f"r-nx-{entry}", f"{title}: {said}", mean, values, results.params.evaluate.k)
        found.append(Figure(title, said, picture))
    return found


def choice(curves: pd.DataFrame, values: dict[str, str], best: str) -> str:
    """A sentence about which of several maps to take, and at which neighborhood sizes which one keeps most.

    curves  name, k, r_nx
    values  map -> what it was drawn with
    best    the map with the largest area
    """
    steps = leaders(curves, best)
    if len(steps) == 1:
        return f"{values[steps[0][0]]} keeps neighborhoods best at every size shown, or within {ALIKE:g} of the best."
    said = [f"{values[name]} up to k = {k:,}" for name, k in steps[:-1]] + [f"{values[steps[-1][0]]} beyond"]
    return (
        f"Over all sizes, small ones counting most, {values[best]} keeps most. Truest are {', '.join(said)}: take the one that is "
        "true at the size you want to read. Means over drawings; differences may be within their intervals."
    )


def truest(results: Results) -> list[tuple[str, int]]:
    """Which map is the truest, and up to which size of neighborhoods, from small to large."""
    return leaders(_means(_of_maps(results)), results.best)


def leaders(curves: pd.DataFrame, best: str) -> list[tuple[str, int]]:
    """The same, of curves (name, k, r_nx). One map leads until another keeps more than it by ALIKE; of several that are
    alike, it is `best`."""
    wide = curves.pivot(index="k", columns="name", values="r_nx")
    wide = wide[wide.index <= wide.index.max() / 2]  # beyond, little is left to tell apart
    steps: list[tuple[str, int]] = []
    held = best
    for k, kept in wide.iterrows():
        if kept.max() > kept[held] + ALIKE:
            held = best if kept.max() <= kept[best] + ALIKE else kept.idxmax()
        if steps and steps[-1][0] == held:
            steps.pop()
        steps.append((held, int(k)))
    return steps


def _of_maps(results: Results) -> pd.DataFrame:
    return results.curves[(results.curves["view"] == "maps") & (results.curves["against"] == "raw")]


def _means(table: pd.DataFrame) -> pd.DataFrame:
    """Over drawings: name, k, r_nx."""
    return table.groupby(["name", "k"], sort=False)["r_nx"].mean().reset_index()


def _shepard(results: Results) -> list[Figure]:
    pairs, found = (
        results.shepard[results.shepard["name"] == results.best],
        results.measure("maps", results.best, "distance_correlation"),
    )
    if found is None:  # all distances are alike
        return []
    said = f"rank correlation {number(found.value, 2)}"
    alt = f"Distances of {len(pairs):,} pairs of rows in the data and on {results.titles[results.best]}: {said}."
    caption = (
        f"A narrow rising band would mean that distances can be read. {len(pairs):,} pairs of rows, first drawing; {said}, "
        f"over {pairs['pairs'].iloc[0]:,} pairs and all drawings."
    )
    picture = curves.shepard("shepard", alt, pairs["data_distance"].to_numpy(), pairs["map_distance"].to_numpy())
    return [Figure(f"{results.titles[results.best]}: distances", caption, picture, results.best)]
