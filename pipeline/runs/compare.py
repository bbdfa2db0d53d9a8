"""One run compared with another: which parameters differ, and what became better or worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics import intervals, procrustes, sampling_error, simultaneous
from pipeline.statistics.intervals import Measurement
from pipeline.types import Run, r_nx_auc_of_maps

MOVED = 10  # rows that are listed, of those that moved most
ABSENT = "not there"
STILL = 1e-4  # of a map's width: a row that moved less has not moved
COMPARISON = ["before", "after", "difference", "low", "high", "verdict"]


@dataclass(frozen=True)
class Differences:
    """What differs between two runs.

    parameters      key, before, after
    maps            map, before, after (R_NX AUC), difference, low, high, verdict: maps in both runs
    classes         map, label, before, after: share of true neighbors kept; empty if evaluate.k differs
    errors          encoder, before, after, difference, low, high, verdict: of reconstruction errors
    rows            the later run's table of the rows in both runs
    moved           map, id, label, distance (in widths of the map), row (its number in `rows`): the rows that moved most
    registered      map -> (before, after), (m, 2) each, of the rows in both runs, registered to each other
    same_data       whether both runs have the same rows, values and split
    not_comparable  what differs between their data so much that there are no verdicts, and no rows are compared
    margin          differences of R_NX AUC within it are equivalent

    A verdict is one of intervals.py, "", or "unchanged": identical bytes, also of the data that it was measured on.
    """

    parameters: pd.DataFrame
    maps: pd.DataFrame
    classes: pd.DataFrame
    errors: pd.DataFrame
    rows: pd.DataFrame
    moved: pd.DataFrame
    registered: dict[str, tuple[np.ndarray, np.ndarray]]
    same_data: bool
    not_comparable: list[str]
    margin: float

    @property
    def worse(self) -> list[str]:
        """Maps and encoders whose verdict is "worse"."""
        return [*self.maps.loc[self.maps["verdict"] == "worse", "map"],
                *self.errors.loc[self.errors["verdict"] == "worse", "encoder"]]  # fmt: skip


def compare(before: Run, after: Run, margin: float) -> Differences:
    """All intervals of maps hold simultaneously with 95 % (Bonferroni)."""
    shared, same_data = [name for name in after.maps if name in before.maps], before.data == after.data
    not_comparable = [] if same_data else [key for key in after.source if before.source[key] != after.source[key]]
    rows_before, rows_after = _shared_rows(before, after) if not not_comparable else (np.array([], int),) * 2
    rows = after.table.iloc[rows_after]
    registered = {
        name: _registered(before.maps[name][rows_before], after.maps[name][rows_after]) for name in shared if len(rows)
    }
    moved = [_moved(name, *pair, rows) for name, pair in registered.items()]
    maps, errors = _maps(before, after, shared, margin), _errors(before, after)
    return Differences(
        parameters=pd.DataFrame(changed(before.params, after.params), columns=["key", "before", "after"], dtype=object),
        maps=maps.assign(verdict="") if not_comparable else maps,
        classes=_classes(before, after, [] if not_comparable else shared),
        errors=errors.assign(verdict="") if not_comparable else errors,
        rows=rows,
        moved=pd.concat(moved, ignore_index=True) if moved else pd.DataFrame(columns=["map", "id", "label", "distance", "row"]),
        registered=registered,
        same_data=same_data,
        not_comparable=not_comparable,
        margin=margin,
    )  # fmt: skip


def flat(parameters: dict[str, Any], *where: str) -> Iterator[tuple[str, Any]]:
    """ "maps.tsne-raw.perplexity", 30, and so on."""
    for key, value in parameters.items():
        if isinstance(value, dict):
            yield from flat(value, *where, key)
        else:
            yield ".".join([*where, key]), value


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    old, new = dict(flat(before)), dict(flat(after))
    pairs = [(key, old.get(key, ABSENT), new.get(key, ABSENT)) for key in {**old, **new}]
    return [(key, was, now) for key, was, now in pairs if was != now]


def _maps(before: Run, after: Run, shared: list[str], margin: float) -> pd.DataFrame:
    unchanged = [name for name in shared if _same(before, after, ("raw", "raw"), ("maps", name))]
    level = simultaneous.bonferroni(len(shared) - len(unchanged))
    records = []
    for name in shared:
        now, was = _r_nx_aucs(after, name), _r_nx_aucs(before, name)
        if name in unchanged or np.array_equal(now, was):  # nothing in the difference is random
            difference = intervals.difference(float(np.mean(now)), float(np.mean(was)))
        else:  # samples of rows are taken as independent: of the same rows the interval is too wide rather than too narrow
            sampled = sum(sampling_error.variance(run.sampling, "raw", "maps", name) for run in (before, after))
            difference = intervals.difference(now, was, level, sampled)
        verdict = "unchanged" if name in unchanged else intervals.verdict(difference, margin)
        records.append(
            (name, float(np.mean(was)), float(np.mean(now)), difference.value, difference.low, difference.high, verdict)
        )
    return pd.DataFrame(records, columns=["map", *COMPARISON])


def _same(before: Run, after: Run, *keys: tuple[str, str]) -> bool:
    """Whether both runs have the same bytes; False if the files of one are not here."""
    return all(key in before.digests and before.digests[key] == after.digests.get(key) for key in keys)


def _r_nx_aucs(run: Run, name: str) -> intervals.Values:
    table = r_nx_auc_of_maps(run.measures)
    values = table[table["name"] == name].sort_values("seed")["value"].to_numpy()
    return values if name in run.random else float(values[0])


def _shared_rows(before: Run, after: Run) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the rows in both runs, by id: in the earlier one and in the later one."""
    numbers = pd.Series(np.arange(len(before.table)), index=before.table["id"].astype(str))
    matched = numbers.reindex(after.table["id"].astype(str)).to_numpy()
    shared = np.flatnonzero(~np.isnan(matched))
    return matched[shared].astype(int), shared


def _registered(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    matrix, offset = procrustes.register(after, before)
    return before, after @ matrix + offset


def _moved(name: str, before: np.ndarray, after: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    distance = np.linalg.norm(after - before, axis=1) / max(np.ptp(before, axis=0).max(), 1e-12)
    most = np.argsort(-distance, kind="stable")[:MOVED]
    most = most[distance[most] > STILL]
    labels = rows["label"].astype(str) if "label" in rows else pd.Series("", index=rows.index)
    return pd.DataFrame({"map": name, "id": rows["id"].astype(str).to_numpy()[most], "label": labels.to_numpy()[most],
                         "distance": distance[most], "row": most})  # fmt: skip


def _classes(before: Run, after: Run, shared: list[str]) -> pd.DataFrame:
    def kept(run: Run) -> pd.DataFrame:
        table = run.lost_neighbors
        table = table[~table["false"] & table["label"].notna() & table["map"].isin(shared)]
        table = table[table["part"].isin(["kept", "back on the map"])]
        return table.groupby(["map", "label"], sort=False)["share"].sum()

    same_k = len({dict(flat(run.params)).get("evaluate.k") for run in (before, after)}) == 1
    shares = pd.DataFrame({"before": kept(before), "after": kept(after)}).dropna().reset_index()
    return shares if same_k else shares[:0]


def _errors(before: Run, after: Run) -> pd.DataFrame:
    """Test rows are taken as independent: of the same rows the interval is too wide rather than too narrow."""
    earlier = {row.encoder: row for row in before.errors.itertuples()}
    records = []
    for now in after.errors.itertuples():
        if now.encoder not in earlier:
            continue
        was, name = earlier[now.encoder], now.encoder
        same = before.data == after.data and _same(before, after, ("codes", name))
        if same or now.error == was.error:
            change = now.error - was.error
            low, high, verdict = change, change, "unchanged" if same else "equivalent"
        else:
            old, new = (Measurement(row.error, row.low, row.high, "", 0) for row in (was, now))
            difference = intervals.difference_of_measurements(new, old)
            change, low, high = difference.value, difference.low, difference.high
            verdict = intervals.verdict(intervals.difference_of_measurements(old, new), margin=0)  # less is better
        records.append((name, was.error, now.error, change, low, high, verdict))
    return pd.DataFrame(records, columns=["encoder", *COMPARISON])
