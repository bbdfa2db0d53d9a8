"""What a map may be read for and what not, as tables: leading maps, uneven loss, categories behind groups, classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

MISPLACED = 0.8  # share of its neighbors that a misplaced row loses, at least
PART = 0.2  # share of a class, or of a cluster, that counts as a part of it


def leaders(summary: pd.DataFrame) -> pd.DataFrame:
    """Which maps have the largest value of each measure against the raw data, or an interval that overlaps the largest's.

    summary  as measurements.summarize returns it
    returns  measure, k, map: the leaders only
    """
    maps = summary[(summary["view"] == "maps") & (summary["against"] == "raw")]
    rows = [
        (measure, k, name)
        for (measure, k), own in maps.groupby(["measure", "k"], sort=False)
        for name in own.loc[own["high"] >= own.loc[own["value"].idxmax(), "low"], "name"]
    ]
    return pd.DataFrame(rows, columns=["measure", "k", "map"])


def class_purity(summary: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Whether neighbors name classes on a map as accurately as in the data: map, k, purity.

    summary  as measurements.summarize returns it
    margin   differences of label accuracy within it are too small to matter
    purity   "cleaner" on the map, "mixed" there, "unknown" without a finite interval, or "similar"; no row without labels
    """
    own = summary[(summary["measure"] == "label_accuracy") & (summary["against"] == "raw")]
    raw = own[own["view"] == "raw"].set_index("k")["value"]
    maps = own[(own["view"] == "maps") & own["k"].isin(raw.index)]
    in_data = maps["k"].map(raw)
    cases = {
        "cleaner": maps["low"] > in_data + margin,
        "mixed": maps["high"] < in_data - margin,
        "unknown": ~np.isfinite(maps["high"] - maps["low"]),
    }
    return pd.DataFrame(
        {"map": maps["name"], "k": maps["k"], "purity": np.select([*cases.values()], [*cases], "similar")}
    )


def uneven_loss(lost: dict[str, np.ndarray]) -> pd.DataFrame:
    """How unevenly each map loses neighbors.

    lost     map -> share of its neighbors that each row loses on the first embedding, (n,)
    returns  map; lose_over_half: share of the rows that lose more than half of their neighbors; worst_tenth_keeps: the most that a
             row of the worst tenth keeps; misplaced: number of rows that lose more than MISPLACED here and on most of the maps
    """
    misplaced = {name: share > MISPLACED for name, share in lost.items()}
    on_most = np.mean([*misplaced.values()], axis=0) > 0.5
    rows = [
        (name, np.mean(share > 0.5), 1 - np.quantile(share, 0.9), int((on_most & misplaced[name]).sum()))
        for name, share in lost.items()
    ]
    return pd.DataFrame(rows, columns=["map", "lose_over_half", "worst_tenth_keeps", "misplaced"])


def category_neighbors(table: pd.DataFrame, categories: list[str], neighbors: np.ndarray) -> pd.DataFrame:
    """How far each categorical column decides who is near whom in the data, and so on every map of them.

    table       the dataset's
    categories  names of columns; those that the table lacks are left out
    neighbors   int (n, k), each row's nearest neighbors in the data
    returns     column; same: share of neighbors with the row's own value; chance: the same for two rows drawn at random
    """
    rows = []
    for column in categories:
        if column in table:
            values = table[column].astype(str).to_numpy()
            counts = np.unique(values, return_counts=True)[1]
            same = np.mean(values[neighbors] == values[:, None])
            rows.append((column, same, np.square(counts / len(values)).sum()))
    return pd.DataFrame(rows, columns=["column", "same", "chance"])


def cluster_classes(clusters: dict[str, np.ndarray], labels: np.ndarray | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which classes each cluster of a map holds, and on how many clusters each class lies; both empty without labels.

    clusters  map -> cluster of each row, int (n,), -1 for none
    labels    (n,)
    returns   map, cluster, main_class (the most frequent), classes (number of those that make up PART of it, or more);
              map, label, clusters (number of those that hold PART of the class's clustered rows, or more)
    """
    of_clusters, of_classes = [], []
    for name, own in clusters.items() if labels is not None else ():
        counts = pd.crosstab(labels, own)
        counts = counts[[cluster for cluster in counts if cluster >= 0]]
        classes = (counts.div(counts.sum(axis=0), axis=1) >= PART).sum(axis=0)
        holding = (counts.div(np.maximum(counts.sum(axis=1), 1), axis=0) >= PART).sum(axis=1)
        of_clusters += [(name, cluster, counts[cluster].idxmax(), int(classes[cluster])) for cluster in counts]
        of_classes += [(name, label, int(count)) for label, count in holding.items()]
    return (
        pd.DataFrame(of_clusters, columns=["map", "cluster", "main_class", "classes"]),
        pd.DataFrame(of_classes, columns=["map", "label", "clusters"]),
    )
