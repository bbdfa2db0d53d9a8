"""Clusters of a map in words: whether other embeddings have them, whether null data would, and what classes they hold."""

from __future__ import annotations

import pandas as pd

from pipeline.report import map_figures
from pipeline.report.figures import Figure
from pipeline.report.formatting import listed
from pipeline.report.results import Results

UNSTABLE = 0.5  # share of the other embeddings below which a cluster is named
NAMED = 4  # clusters that are named where there are more


def of_map(results: Results, name: str) -> pd.DataFrame:
    """The clusters of a map's first embedding, the largest first, with their classes."""
    table = results.clusters[results.clusters["map"] == name]
    return table.merge(results.cluster_classes, on=["map", "cluster"], how="left")


def caveats(results: Results, name: str) -> list[tuple[str, str]]:
    """What not to read into the clusters of a map, each with its number."""
    table, rows = of_map(results, name), []
    if table.empty:
        return [("Clusters.", "None stands off clearly enough to be told from its surroundings.")]
    unstable = table[table["share_of_seeds"] < UNSTABLE]
    if len(unstable):
        text = f"{_count(unstable, table)} not there in most of the other embeddings: {_named(unstable)}."
        rows.append(("Clusters that one seed shows.", text))
    proof = "Clusters as proof of structure."
    if name not in results.null_maps:
        rows.append((proof, "No null data were embedded for this map (null_maps in params.yaml): how often noise forms such clusters is unknown."))  # fmt: skip
    else:
        draws, common = len(results.null_maps[name]), table[table["share_of_null_maps"] > 0]
        if len(common):
            times = listed([f"{round(draws * share)}" for share in common["share_of_null_maps"].head(NAMED)])
            rows.append((proof, f"{_count(common, table)} no more separate than one on a map of null data: {_named(common)}; on {times} of {draws} such maps."))  # fmt: skip
    return rows + _classes(results, name, table)


def null_map_caption(results: Results, name: str) -> str:
    """What to see in the clusters of a map compared with those of null data."""
    table, draws = of_map(results, name), len(results.null_maps[name])
    space = results.params.maps[name]["space"]
    null_data = {
        "gaussian": "random data with the same mean and covariance",
        "shuffled": "the same columns, shuffled among rows",
    }[results.params.null_maps[name].kind]
    if results.dataset.info["kind"] == "sequence":
        null_data += ", of the series' own lengths"
    if space != "raw" and results.dataset.info["unit_interval"]:
        null_data += ", cut off at 0 and 1"
    trained = f", {space} trained again on each" if space != "raw" else ""
    matched = int((table["share_of_null_maps"] > 0).sum())
    if table.empty:
        see = "See that the left one has no cluster"
    elif matched:
        verb = "is" if matched == 1 else "are"
        see = (
            f"See what the method makes by itself: {matched} of {len(table)} clusters on the left {verb} no more separate than "
            "one on a map like the right one"
        )
    else:
        every = "the one" if len(table) == 1 else f"any of the {len(table)}"
        see = f"See that the right one has no cluster as separate as {every} on the left"
    maps = f"the first of {draws} maps, which cannot rule out" if draws > 1 else "one map, which cannot rule out"
    return f"{see}. Right: {null_data}{trained}; {maps} what fewer than one in {draws} would have."


def null_maps(results: Results) -> list[Figure]:
    """The maps that have null maps, each with the first of these."""
    figures = []
    for name, embeddings in results.null_maps.items():
        alt = f"{results.titles[name]}, all rows in one color; next to it the same method on null data."
        points = results.maps[name], embeddings[0]
        picture = map_figures.side_by_side(f"null-map-{name}", alt, *points, ("the data", "null data"))
        heading = f"Would null data look like this? {results.titles[name]}"
        figures.append(Figure(heading, null_map_caption(results, name), picture, name))
    return figures


def _classes(results: Results, name: str, table: pd.DataFrame) -> list[tuple[str, str]]:
    """Classes that lie on several clusters, and clusters that hold several classes."""
    classes = results.class_clusters[results.class_clusters["map"] == name]
    split, merged, rows = classes[classes["clusters"] > 1], table[table["classes"] > 1], []
    if len(split):
        named = listed([f'"{row.label}" ({row.clusters})' for row in split.itertuples()])
        rows.append(("Several clusters as several kinds.", f"Classes on more than one, with a fifth of them or more on each: {named}."))  # fmt: skip
    if len(merged):
        named = listed([f"that of {row.rows:,} rows ({int(row.classes)} classes)" for row in merged.itertuples()])
        rows.append(("One cluster as one kind.", f"Clusters of which more than one class makes up a fifth or more: {named}."))  # fmt: skip
    return rows


def _count(some: pd.DataFrame, table: pd.DataFrame) -> str:
    return f"{len(some)} of {len(table)} clusters {'is' if len(some) == 1 else 'are'}"


def _named(some: pd.DataFrame) -> str:
    """Clusters by size and their most frequent class, a few of them."""
    named = [
        f"that of {row.rows:,} rows"
        + (f' (most of class "{row.main_class}")' if isinstance(row.main_class, str) else "")
        for row in some.head(NAMED).itertuples()
    ]
    return listed(named) + (f" and {len(some) - NAMED} more" if len(some) > NAMED else "")
