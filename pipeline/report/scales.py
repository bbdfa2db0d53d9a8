"""What is true at which scale: R_NX over the neighborhood size, and distances of all lengths."""

from __future__ import annotations

from pipeline.report import curves
from pipeline.report.findings import Findings
from pipeline.report.names import number
from pipeline.report.sections import Figure


def figures(f: Findings) -> list[Figure]:
    return [*_r_nx(f), *_shepard(f)]


def _r_nx(f: Findings) -> list[Figure]:
    table = f.curves[(f.curves["view"] == "maps") & (f.curves["against"] == "raw")]
    mean = table.groupby(["name", "k"], sort=False)["r_nx"].mean().reset_index()
    best = {name: curve.loc[curve["r_nx"].idxmax(), "k"] for name, curve in mean.groupby("name")}
    order = sorted(f.maps, key=lambda name: -f.measure("maps", name, "area").value)
    alt = "R_NX over neighborhood size: " + "; ".join(
        f"{f.titles[name]} is truest at k = {best[name]}" for name in order
    )
    rows, n = int(table["rows"].min()), len(f.dataset.table)
    sampled = (
        "" if rows == n else f" Beyond k = {table[table['rows'] == n]['k'].max():,} from a sample of {rows:,} rows."
    )
    caption = (
        "See where lines cross: which map is best depends on the size of the neighborhood that you look at. 1: all neighbors "
        "kept, 0: as many as chance. The area, on which the verdicts rest, counts small neighborhoods most (1/k). Vertical "
        f"line: k = {f.given.evaluate.k}. Means over drawings.{sampled}"
    )
    titles = {name: f.titles[name] for name in order}
    return [Figure("Neighbors kept beyond chance, by neighborhood size", caption,
                   curves.r_nx("r-nx", alt, mean, titles, f.given.evaluate.k))]  # fmt: skip


def _shepard(f: Findings) -> list[Figure]:
    pairs, found = f.shepard[f.shepard["name"] == f.best], f.measure("maps", f.best, "distance_correlation")
    if found is None:  # all distances are alike
        return []
    said = f"rank correlation {number(found.value, 2)}"
    alt = f"Distances of {len(pairs):,} pairs of rows in the data and on {f.titles[f.best]}: {said}."
    caption = (
        f"A narrow rising band would mean that distances can be read. {len(pairs):,} pairs of rows, first drawing; {said}, "
        f"over {pairs['pairs'].iloc[0]:,} pairs and all drawings."
    )
    picture = curves.shepard("shepard", alt, pairs["data_distance"].to_numpy(), pairs["map_distance"].to_numpy())
    return [Figure(f"{f.titles[f.best]}: distances", caption, picture, f.best)]
