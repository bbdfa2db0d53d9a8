"""One run against another: what was changed, and what became better or worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics import intervals, procrustes
from pipeline.types import Run

MOVED = 10  # rows named, of those that moved most
ABSENT = "not there"
STILL = 1e-4  # of a map's width: what moves less has not moved


@dataclass(frozen=True)
class Differences:
    """parameters  key, before, after: of each that was changed
    maps        map, before, after (area under R_NX), difference, low, high, verdict: of maps in both runs
    classes     map, label, before, after: share of true neighbors kept; none where evaluate.k differs
    errors      encoder, before, after, difference, low, high, verdict (of reconstruction, less is better)
    rows        the table of the rows in both runs, as the later one has it
    moved       map, id, label, distance (in widths of the map), place (in rows): the rows that moved most, once the maps are laid
                onto each other
    laid        map -> (before, after), (m, 2) each, of the rows in both runs, laid onto each other
    same_data   whether both are of the same rows, in values and split
    apart       in what their data differ so that the runs are not comparable; then there is no verdict, and no row is held against
                another
    margin      differences of area within it count as none

    A verdict is one of comparison.py, "", or "unchanged": the same to the byte, and so is what it was measured against.
    """

    parameters: pd.DataFrame
    maps: pd.DataFrame
    classes: pd.DataFrame
    errors: pd.DataFrame
    rows: pd.DataFrame
    moved: pd.DataFrame
    laid: dict[str, tuple[np.ndarray, np.ndarray]]
    same_data: bool
    apart: list[str]
    margin: float

    @property
    def worse(self) -> list[str]:
        """Maps and encoders of which a verdict says so."""
        return [*self.maps.loc[self.maps["verdict"] == "worse", "map"],
                *self.errors.loc[self.errors["verdict"] == "worse", "encoder"]]  # fmt: skip


def compare(before: Run, after: Run, margin: float) -> Differences:
    """All intervals of maps hold together with 95 % (Bonferroni)."""
    shared = [name for name in after.maps if name in before.maps]
    apart = (
        [] if before.data == after.data else [key for key in after.source if before.source[key] != after.source[key]]
    )
    at, of = _both(before, after, apart)
    rows = after.table.iloc[of]
    laid = {name: _laid(before.maps[name][at], after.maps[name][of]) for name in shared if len(at)}
    return Differences(
        parameters=pd.DataFrame(changed(before.params, after.params), columns=["key", "before", "after"], dtype=object),
        maps=_judged(_maps(before, after, shared, margin), apart),
        classes=_classes(before, after, [] if apart else shared),
        errors=_judged(_errors(before, after), apart),
        rows=rows,
        moved=pd.concat([_moved(name, *pair, rows) for name, pair in laid.items()], ignore_index=True)
        if laid else pd.DataFrame(columns=["map", "id", "label", "distance", "place"]),
        laid=laid,
        same_data=before.data == after.data,
        apart=apart,
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
    one, other = dict(flat(before)), dict(flat(after))
    pairs = [(key, one.get(key, ABSENT), other.get(key, ABSENT)) for key in {**one, **other}]
    return [(key, was, now) for key, was, now in pairs if was != now]


def _maps(before: Run, after: Run, shared: list[str], margin: float) -> pd.DataFrame:
    unchanged = [name for name in shared if _same(before, after, "raw", f"maps/{name}")]
    level = 1 - (1 - intervals.LEVEL) / max(1, len(shared) - len(unchanged))
    lines = []
    for name in shared:
        now, was = _areas(after, name), _areas(before, name)
        if name in unchanged or np.array_equal(now, was):  # no start is in the difference
            found = intervals.difference(float(np.mean(now)), float(np.mean(was)))
        else:
            found = intervals.difference(now, was, level, _sampled(before, name) + _sampled(after, name))
        verdict = "unchanged" if name in unchanged else intervals.verdict(found, margin)
        lines.append((name, float(np.mean(was)), float(np.mean(now)), found.value, found.low, found.high, verdict))
    return pd.DataFrame(lines, columns=["map", "before", "after", "difference", "low", "high", "verdict"])


def _same(before: Run, after: Run, *what: str) -> bool:
    """Whether both runs hold the same bytes of it; not where those of one are not here."""
    return all(each in before.digests and before.digests[each] == after.digests.get(each) for each in what)


def _areas(run: Run, name: str) -> intervals.Values:
    table = run.measures
    chosen = table[(table["view"] == "maps") & (table["name"] == name) & (table["against"] == "raw")]
    values = chosen.loc[chosen["measure"] == "r_nx_auc"].sort_values("seed")["value"].to_numpy()
    return values if name in run.random else float(values[0])


def _sampled(run: Run, name: str) -> float:
    """Squared standard error of a map's area by the rows it was measured on. Taken as independent of another run's: of the same rows
    the interval gets too wide rather than too narrow."""
    return float(run.sampling.query("against == 'raw'").set_index("view").loc[f"maps/{name}", f"maps/{name}"])


def _judged(table: pd.DataFrame, apart: list[str]) -> pd.DataFrame:
    return table.assign(verdict="") if apart else table


def _both(before: Run, after: Run, apart: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Where the rows lie that both runs have, in the one and in the other; ids of other data name other rows."""
    places = pd.Series(np.arange(len(before.table)), index=before.table["id"].astype(str))
    found = places.reindex(after.table["id"].astype(str)).to_numpy()
    of = np.flatnonzero(~np.isnan(found) & (not apart))
    return found[of].astype(int), of


def _laid(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    matrix, offset = procrustes.register(after, before)
    return before, after @ matrix + offset


def _moved(name: str, before: np.ndarray, after: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    away = np.linalg.norm(after - before, axis=1) / max(np.ptp(before, axis=0).max(), 1e-12)
    most = np.argsort(-away, kind="stable")[:MOVED]
    most = most[away[most] > STILL]
    labels = rows["label"].astype(str) if "label" in rows else pd.Series("", index=rows.index)
    return pd.DataFrame({"map": name, "id": rows["id"].astype(str).to_numpy()[most], "label": labels.to_numpy()[most],
                         "distance": away[most], "place": most})  # fmt: skip


def _classes(before: Run, after: Run, shared: list[str]) -> pd.DataFrame:
    def kept(run: Run) -> pd.DataFrame:
        table = run.lost_neighbors[~run.lost_neighbors["false"] & run.lost_neighbors["label"].notna() & run.lost_neighbors["map"].isin(shared)]
        table = table[table["part"].isin(["kept", "back on the map"])]
        return table.groupby(["map", "label"], sort=False)["share"].sum()

    alike = len({dict(flat(run.params)).get("evaluate.k") for run in (before, after)}) == 1
    found = pd.DataFrame({"before": kept(before), "after": kept(after)}).dropna().reset_index()
    return found if alike else found[:0]  # of neighborhoods of another size


def _errors(before: Run, after: Run) -> pd.DataFrame:
    lines = []
    for name in after.errors["encoder"]:
        one, other = (run.errors[run.errors["encoder"] == name] for run in (before, after))
        if len(one):
            (was, now) = (found.iloc[0] for found in (one, other))
            same = before.data == after.data and _same(before, after, f"codes/{name}")
            lines.append((name, was["error"], now["error"], *_apart(was, now, same)))
    return pd.DataFrame(lines, columns=["encoder", "before", "after", "difference", "low", "high", "verdict"])


def _apart(was: pd.Series, now: pd.Series, same: bool) -> tuple[float, float, float, str]:
    """Of two means with their 95 % intervals over test rows, taken as independent, which makes the interval too wide rather than
    too narrow where both are of the same rows; without an interval where they are of the same errors."""
    change = now["error"] - was["error"]
    if same or change == 0:
        return change, change, change, "unchanged" if same else "equivalent"
    reach = float(np.hypot((now["high"] - now["low"]) / 2, (was["high"] - was["low"]) / 2))
    if abs(change) <= reach:
        return change, change - reach, change + reach, "undecided"
    return change, change - reach, change + reach, "worse" if change > 0 else "better"
