"""The comparison of two runs -> one HTML file, or Markdown for a pull request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.report import colors, moved_points, page
from pipeline.report.figures import Figure
from pipeline.report.formatting import gap, listed, number
from pipeline.report.markdown import plain, table
from pipeline.report.tables import Table
from pipeline.runs.compare import Differences
from pipeline.types import Run

CLASSES = 10  # rows of a map's table by class: the largest changes
VERDICTS = {  # the most important first -> what each means
    "worse": "the whole interval is on the worse side of zero",
    "better": "the whole interval is on the better side of zero",
    "undecided": "the interval leaves open whether it became better or worse",
    "equivalent": "the whole interval is within {margin:g} of zero (evaluate.equivalent_within)",
    "unchanged": "identical bytes, also of the data that it is measured on",
}
OF_CODES = {
    "worse": "The codes of {} reconstruct test rows with more error.",
    "better": "The codes of {} reconstruct test rows with less error.",
    "undecided": "Whether the codes of {} reconstruct test rows better or worse is undecided.",
    "unchanged": "The codes of {} are unchanged.",
}


@dataclass(frozen=True)
class Block:
    """A map's pictures in both runs, and its tables of rows and of classes."""

    figures: list[Figure]
    tables: list[Table]


def make(before: Run, after: Run, differences: Differences) -> str:
    """The page. Rows are shown as differences.moved["id"]."""
    moved = list(differences.moved["map"].unique())
    still = [name for name in differences.registered if name not in moved]
    return page.render(
        "diff.html",
        swatches=page.swatches(_colors(differences)),
        title=f"{after.name} compared with {before.name}",
        summary=summary(before, after, differences),
        still=f"No row has moved on {listed(still)}." if still else "",
        verdicts=verdicts(differences),
        parameters=_parameters(differences),
        maps=_maps(differences),
        errors=_errors(differences),
        moved=[Block(_figures(name, before, after, differences), _by_map(name, differences)) for name in moved],
        others=[each for name in differences.maps["map"] if name not in moved for each in _by_map(name, differences)],
        legend=page.legend(differences.rows, _colors(differences)),
    )  # fmt: skip


def make_markdown(before: Run, after: Run, differences: Differences) -> str:
    by_map = [table(each) for name in differences.maps["map"] for each in _by_map(name, differences)]
    tables = [_parameters(differences), _maps(differences), _errors(differences)]
    parts = [
        f"## {plain(after.name)} compared with {plain(before.name)}",
        "\n".join(map(plain, summary(before, after, differences))),
        *(table(each) for each in tables if each.rows),
        "\n".join(plain(f"{verdict}: {meaning}.") for verdict, meaning in verdicts(differences)),
        *(["<details><summary>Map by map</summary>", *by_map, "</details>"] if by_map else []),
    ]
    return "\n\n".join(parts)


def summary(before: Run, after: Run, differences: Differences) -> list[str]:
    """The answer in sentences, the most important first."""
    if differences.not_comparable:
        lead = f"The runs are not comparable: their data differ in {listed(differences.not_comparable)}."
        return [f"{lead} Values are shown without verdicts.", *_only_in_one(before, after)]
    sentences = [_lead(differences)]
    if not differences.same_data:
        sentences.insert(
            0,
            "The runs have different rows or splits. Differences include those of the data, which intervals do not cover.",
        )
    keys, maps, errors = {*differences.parameters["key"]}, differences.maps, differences.errors
    if "data.metric" in keys:
        sentences.append("The metric of the data differs (data.metric), so maps are compared with different neighbors.")
    encoders = {verdict: list(errors.loc[errors["verdict"] == verdict, "encoder"]) for verdict in OF_CODES}
    sentences += [OF_CODES[verdict].format(listed(names)) for verdict, names in encoders.items() if names]
    remeasured = maps.loc[(maps["verdict"] == "unchanged") & (maps["difference"].abs() >= 0.0005), "map"]
    if len(remeasured):
        sentences.append(f"R_NX AUC of {listed(list(remeasured))} was measured differently in the two runs.")
    if "evaluate.k" in keys:
        sentences.append("Classes are not compared, because the neighborhood size differs (evaluate.k).")
    return [*sentences, *_only_in_one(before, after)]


def _only_in_one(before: Run, after: Run) -> list[str]:
    return [
        f"Only in {run.name}: {listed(names)}."
        for run, other in ((before, after), (after, before))
        if (names := [name for name in run.maps if name not in other.maps])
    ]


def _lead(differences: Differences) -> str:
    maps = differences.maps
    groups = [(verdict, list(maps.loc[maps["verdict"] == verdict, "map"])) for verdict in VERDICTS]
    groups = [(verdict, names) for verdict, names in groups if names]
    if not groups:
        return "The runs have no map in common."
    settled = {*maps["verdict"], *differences.errors["verdict"]} <= {"equivalent", "unchanged"}
    if len(groups) == 1:
        text = f"{'every' if settled else 'Every'} map is {groups[0][0]}."
    else:
        parts = [f"{listed(names)} {'is' if len(names) == 1 else 'are'} {verdict}" for verdict, names in groups]
        if len(groups[-1][1]) > 1:
            parts[-1] = f"all others are {groups[-1][0]}"
        text = f"{'; '.join(parts)}."
    return f"Nothing that matters has changed: {text}" if settled else text


def verdicts(differences: Differences) -> list[tuple[str, str]]:
    """The verdicts in the tables, and what they mean."""
    used = {*differences.maps["verdict"], *differences.errors["verdict"]}
    return [(verdict, text.format(margin=differences.margin)) for verdict, text in VERDICTS.items() if verdict in used]


def _parameters(differences: Differences) -> Table:
    rows = [[row.key, _value(row.before), _value(row.after)] for row in differences.parameters.itertuples()]
    return Table("Parameters that differ", ["parameter", "before", "after"], rows, text_columns=2)


def _maps(differences: Differences) -> Table:
    intervals = "" if differences.not_comparable else "; differences with simultaneous 95 % intervals over random seeds"
    return _compared(f"R_NX AUC{intervals}", differences.maps, differences)


def _errors(differences: Differences) -> Table:
    note = "in the units of each run's data" if differences.not_comparable else "less is better"
    return _compared(f"Squared reconstruction error of test rows; {note}", differences.errors, differences)


def _compared(caption: str, compared: pd.DataFrame, differences: Differences) -> Table:
    """compared: a name, then before, after, difference, low, high, verdict."""
    if differences.not_comparable:
        rows = [
            [name, number(before, 3), number(after, 3)] for name, before, after, *_ in compared.itertuples(index=False)
        ]
        return Table(caption, [compared.columns[0], "before", "after"], rows)
    rows = [
        [name, verdict, number(before, 3), number(after, 3),
         number(difference, 3) if verdict == "unchanged" else gap(difference, low, high)]
        for name, before, after, difference, low, high, verdict in compared.itertuples(index=False)
    ]  # fmt: skip
    return Table(caption, [compared.columns[0], "verdict", "before", "after", "difference"], rows, text_columns=1)


def _by_map(name: str, differences: Differences) -> list[Table]:
    """The rows that moved most on a map, and the classes whose neighbors changed most; without empty tables."""
    return [each for each in (_rows(name, differences), _classes(name, differences)) if each.rows]


def _rows(name: str, differences: Differences) -> Table:
    moved, labeled = differences.moved[differences.moved["map"] == name], "label" in differences.rows
    rows = [
        [f"{rank}", row.id, *([row.label] if labeled else []), number(100 * row.distance, 1)]
        for rank, row in enumerate(moved.itertuples(), start=1)
    ]
    columns = ["number", "row", *(["class"] if labeled else []), "moved"]
    return Table(
        f"{name}: rows that moved most, in percent of the map's width", columns, rows, text_columns=1 + labeled
    )


def _classes(name: str, differences: Differences) -> Table:
    percent = 100 * differences.classes[differences.classes["map"] == name].set_index("label")[["before", "after"]]
    percent = percent[percent["before"].round(1) != percent["after"].round(1)]
    change = (percent["after"] - percent["before"]).sort_values(key=lambda change: -change.abs(), kind="stable")
    rows = [
        [str(label), *(number(value, 1) for value in (*percent.loc[label], difference))]
        for label, difference in change.head(CLASSES).items()
    ]
    caption = f"{name}: percent of true neighbors that are near on the map; the largest changes first"
    return Table(caption, ["class", "before", "after", "change"], rows)


def _figures(name: str, before: Run, after: Run, differences: Differences) -> list[Figure]:
    """The map in both runs."""
    most = differences.moved.loc[differences.moved["map"] == name, "row"].to_numpy()
    labels = differences.rows["label"].astype(str).to_numpy() if "label" in differences.rows else None
    first, second = moved_points.pictures(
        f"moved-{name}", name, *differences.registered[name], labels, _colors(differences), most
    )
    verdict = differences.maps.loc[differences.maps["map"] == name, "verdict"].item()
    of_first = f"In {before.name}. The {len(most)} rows that moved most are numbered."
    of_second = (
        f"In {after.name}, rotated, mirrored and scaled onto the map before. Lines start where the numbered rows were."
    )
    return [Figure(f"{name} before", of_first, first), Figure(f"{name} after: {verdict}", of_second, second)]


def _colors(differences: Differences) -> dict[str, str]:
    """label -> color, of the rows in both runs."""
    labels = (
        differences.rows["label"].astype(str).to_numpy() if "label" in differences.rows else np.array([], dtype=str)
    )
    return colors.of_classes(labels, sorted({*labels}, key=_natural_order))


def _natural_order(label: str) -> tuple[float, str]:
    return (float(label), "") if label.replace(".", "", 1).isdecimal() else (float("inf"), label)


def _value(value: object) -> str:
    return "null" if value is None else str(value)
