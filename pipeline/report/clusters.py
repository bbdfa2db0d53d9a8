"""Islands on a map: whether other drawings have them, whether data without structure would, and what classes they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.report import formatting
from pipeline.report import map_figures as map_pictures
from pipeline.report.figures import Figure
from pipeline.report.formatting import listed
from pipeline.report.results import Results

FEW = 0.5  # share of the other drawings
PART = 0.2  # share of a class, or of an island, that counts as a part of it


def of(results: Results, name: str) -> pd.DataFrame:
    """The islands of a map's first drawing, the largest first."""
    return results.clusters[results.clusters["map"] == name]


def doubts(results: Results, name: str) -> list[tuple[str, str]]:
    """What not to read into the islands of a map, each with its number."""
    found, lines = of(results, name), []
    if found.empty:
        return [("Islands.", "None stands off clearly enough to be told from its surroundings.")]
    alone = found[found["embeddings"] < FEW]
    if len(alone):
        lines.append(("Islands that one drawing shows.", f"{_count(alone, found)} not there in most of the other drawings: {_which(results, name, alone)}."))  # fmt: skip
    if name not in results.null_maps:
        unknown = "No structureless data were mapped for this map (structureless in params.yaml): how often noise forms such islands is not known."
        lines.append(("Islands as proof of structure.", unknown))
    else:
        draws, common = len(results.null_maps[name]), found[found["nulls"] > 0]
        if len(common):
            seen = formatting.listed([f"{round(draws * share)}" for share in common["nulls"].head(4)])
            lines.append(
                (
                    "Islands as proof of structure.",
                    f"{_count(common, found)} no more separate than one on a map of data without structure: {_which(results, name, common)}; on {seen} of {draws} such maps.",
                )
            )
    return lines + _classes(results, name)


def said(results: Results, name: str) -> str:
    """What to see of the islands of a map beside those of data without structure."""
    found, draws = of(results, name), len(results.null_maps[name])
    kind = {
        "gaussian": "random data with the same mean and covariance",
        "shuffled": "the same columns, shuffled among rows",
    }
    what = kind[results.params.null_maps[name]["kind"]]
    if results.dataset.info["kind"] == "sequence":
        what += ", of the series' own lengths"
    if results.params.maps[name]["space"] != "raw" and results.dataset.info["unit_interval"]:
        what += ", cut off at 0 and 1"
    trained = (
        f", {results.params.maps[name]['space']} trained anew on each"
        if results.params.maps[name]["space"] != "raw"
        else ""
    )
    matched = int((found["nulls"] > 0).sum())
    if found.empty:
        seen = "See that the left one has no island"
    elif matched:
        seen = (
            f"See what the method makes by itself: {matched} of {len(found)} islands on the left "
            f"{'is' if matched == 1 else 'are'} no more separate than one on a map like the right one"
        )
    else:
        all_ = "the one" if len(found) == 1 else f"any of the {len(found)}"
        seen = f"See that the right one has no island as separate as {all_} on the left"
    maps = f"the first of {draws} maps, which cannot rule out" if draws > 1 else "one map, which cannot rule out"
    return f"{seen}. Right: {what}{trained}; {maps} what fewer than one in {draws} would have."


def null_maps(results: Results) -> list[Figure]:
    """The maps that were held against data without structure, each beside the first of these."""
    figures = []
    for name, drawn in results.null_maps.items():
        alt = f"{results.titles[name]}, all rows in one color; beside it the same method on data without structure."
        picture = map_pictures.beside(
            f"structureless-{name}", alt, results.maps[name], drawn[0], ("the data", "no structure")
        )
        heading = f"Would structureless data look like this? {results.titles[name]}"
        figures.append(Figure(heading, said(results, name), picture, name))
    return figures


def _classes(results: Results, name: str) -> list[tuple[str, str]]:
    """Classes that lie on several islands, and islands that hold several classes."""
    if results.labels is None or len(results.dataset.info["labels"]) < 2:
        return []
    counts = pd.crosstab(results.labels, results.by_point(name, "cluster"))
    counts = counts[[cluster for cluster in counts if cluster >= 0]]
    split = (counts.div(np.maximum(counts.sum(axis=1), 1), axis=0) >= PART).sum(axis=1)
    merged = (counts.div(counts.sum(axis=0), axis=1) >= PART).sum(axis=0)
    lines = []
    if (split > 1).any():
        said = formatting.listed([f'"{label}" ({count})' for label, count in split[split > 1].items()])
        lines.append(("Several islands as several kinds.", f"Classes that lie on more than one, with a fifth of them or more on each: {said}."))  # fmt: skip
    if (merged > 1).any():
        sizes = formatting.listed(
            [
                f"that of {counts[cluster].sum():,} rows ({count} classes)"
                for cluster, count in merged[merged > 1].items()
            ]
        )
        lines.append(
            ("One island as one kind.", f"Islands of which more than one class makes up a fifth or more: {sizes}.")
        )
    return lines


def _count(some: pd.DataFrame, found: pd.DataFrame) -> str:
    return f"{len(some)} of {len(found)} islands {'is' if len(some) == 1 else 'are'}"


def _which(results: Results, name: str, some: pd.DataFrame) -> str:
    """The islands by size and their most frequent class, a few of them."""
    shown = [f"that of {line.rows:,} rows{_mostly(results, name, line.cluster)}" for line in some.head(4).itertuples()]
    return listed(shown) + (f" and {len(some) - 4} more" if len(some) > 4 else "")


def _mostly(results: Results, name: str, cluster: int) -> str:
    if results.labels is None or len(results.dataset.info["labels"]) < 2:
        return ""
    own = pd.Series(results.labels[results.by_point(name, "cluster") == cluster])
    return f' (most of class "{own.mode()[0]}")'
