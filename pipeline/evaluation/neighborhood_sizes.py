"""Which map is the most faithful at which neighborhood size."""

from __future__ import annotations

import pandas as pd

MARGIN = 0.01  # of R_NX: a map counts as the most faithful until another one keeps this much more


def mean_r_nx(curves: pd.DataFrame) -> pd.DataFrame:
    """R_NX of each map against the raw data, averaged over its embeddings.

    curves   view, name, against, seed, k, r_nx, rows
    returns  name, k, r_nx, rows
    """
    of_maps = curves[(curves["view"] == "maps") & (curves["against"] == "raw")]
    return of_maps.groupby(["name", "k"], sort=False).agg({"r_nx": "mean", "rows": "min"}).reset_index()


def most_faithful(curves: pd.DataFrame, best: str) -> list[tuple[str, int]]:
    """The most faithful map, and the largest neighborhood size up to which it is, from small sizes to large.

    curves   name, k, r_nx, a row for each map and size
    best     the map with the largest R_NX AUC: it is taken where several are alike

    Sizes beyond half of the largest are left out: there, all maps are nearly alike.
    """
    wide = curves.pivot(index="k", columns="name", values="r_nx")
    wide = wide[wide.index <= wide.index.max() / 2]
    steps: list[tuple[str, int]] = []
    leader = best
    for k, kept in wide.iterrows():
        if kept.max() > kept[leader] + MARGIN:
            leader = best if kept.max() <= kept[best] + MARGIN else kept.idxmax()
        if steps and steps[-1][0] == leader:
            steps.pop()
        steps.append((leader, int(k)))
    return steps


def table(curves: pd.DataFrame, groups: dict[str, list[str]], r_nx_auc: dict[str, float]) -> pd.DataFrame:
    """The most faithful map by neighborhood size, among all maps and among those of each entry of params.yaml.

    curves    name, k, r_nx
    groups    name of a group -> its maps
    r_nx_auc  map -> its mean
    returns   group, map, up_to: the neighborhood size up to which it is the most faithful, from small to large
    """
    rows = [
        (group, name, up_to)
        for group, maps in groups.items()
        for name, up_to in most_faithful(curves[curves["name"].isin(maps)], max(maps, key=r_nx_auc.__getitem__))
    ]
    return pd.DataFrame(rows, columns=["group", "map", "up_to"])
