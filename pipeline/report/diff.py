"""One run against another -> one HTML file, or Markdown for a pull request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.report import colors, formatting, moved_points, page
from pipeline.report.figures import Figure
from pipeline.report.formatting import gap, number
from pipeline.report.markdown import plain, table
from pipeline.report.tables import Table
from pipeline.runs.compare import Differences
from pipeline.types import Run

CLASSES = 10  # lines of a map's table by class: the largest changes
VERDICTS = {  # the most important first; what each means
    "worse": "all of the interval says so",
    "better": "all of the interval says so",
    "undecided": "the interval leaves open whether it got better or worse",
    "equivalent": "all of the interval lies within {margin:g} of zero (evaluate.equivalent_within)",
    "unchanged": "the same to the byte, and so are the data that it is measured on",
}
OF_CODES = {
    "worse": "Test rows are rebuilt with more error from the codes of {}.",
    "better": "Test rows are rebuilt with less error from the codes of {}.",
    "undecided": "Whether test rows are rebuilt better or worse from the codes of {} is undecided.",
    "unchanged": "The codes of {} are unchanged.",
}


@dataclass(frozen=True)
class Block:
    """What is shown of a map: its pictures, where rows have moved on it; its tables of rows and of classes."""

    figures: list[Figure]
    tables: list[Table]


def make(before: Run, after: Run, found: Differences) -> str:
    """The page. Rows are named by what stands in found.moved["id"]."""
    moved = list(found.moved["map"].unique())
    still = [name for name in found.laid if name not in moved]
    return page.render(
        "diff.html",
        swatches=page.swatches(_colors(found)),
        title=f"{after.name} against {before.name}",
        said=said(before, after, found),
        still=f"No row has moved on {formatting.listed(still)}." if still else "",
        words=words(found),
        parameters=_parameters(found),
        maps=_maps(found),
        errors=_errors(found),
        moved=[Block(_figures(name, before, after, found), _by_map(name, found)) for name in moved],
        others=[each for name in found.maps["map"] if name not in moved for each in _by_map(name, found)],
        legend=page.legend(found.rows, _colors(found)),
    )  # fmt: skip


def make_markdown(before: Run, after: Run, found: Differences) -> str:
    by_map = [table(each) for name in found.maps["map"] for each in _by_map(name, found)]
    tables = [_parameters(found), _maps(found), _errors(found)]
    parts = [
        f"## {plain(after.name)} against {plain(before.name)}",
        "\n".join(map(plain, said(before, after, found))),
        *(table(each) for each in tables if each.lines),
        "\n".join(plain(f"{word}: {meaning}.") for word, meaning in words(found)),
        *(["<details><summary>Map by map</summary>", *by_map, "</details>"] if by_map else []),
    ]
    return "\n\n".join(parts)


def said(before: Run, after: Run, found: Differences) -> list[str]:
    """The answer in sentences, the most important first."""
    codes = {word: list(found.errors.loc[found.errors["verdict"] == word, "encoder"]) for word in OF_CODES}
    if found.apart:
        lead = f"The runs are not comparable: their data differ in {formatting.listed(found.apart)}."
        return [f"{lead} Figures stand side by side, without verdicts.", *_alone(before, after)]
    lines = [_lead(found)]
    if not found.same_data:
        lines.insert(
            0,
            "The runs are of different rows, or splits: differences are also those of the data, which the intervals do not cover.",
        )
    keys = {*found.parameters["key"]}
    if "data.metric" in keys:
        lines.append(
            "Near means something else in the data than before (data.metric): differences of maps are also those of that."
        )
    lines += [OF_CODES[word].format(formatting.listed(some)) for word, some in codes.items() if some]
    otherwise = found.maps[(found.maps["verdict"] == "unchanged") & (found.maps["difference"].abs() >= 0.0005)]
    if len(otherwise):
        lines.append(
            f"The area of {formatting.listed(list(otherwise['map']))} was measured in another way than before."
        )
    if "evaluate.k" in keys:
        lines.append("Classes are not compared: neighborhoods are of another size (evaluate.k).")
    return [*lines, *_alone(before, after)]


def _alone(before: Run, after: Run) -> list[str]:
    only = [
        (run.name, [name for name in run.maps if name not in other.maps])
        for run, other in ((before, after), (after, before))
    ]
    return [f"Only in {run}: {formatting.listed(alone)}." for run, alone in only if alone]


def _lead(found: Differences) -> str:
    groups = [(word, list(found.maps.loc[found.maps["verdict"] == word, "map"])) for word in VERDICTS]
    groups = [(word, some) for word, some in groups if some]
    if not groups:
        return "The runs have no map in common."
    settled = {*found.maps["verdict"], *found.errors["verdict"]} <= {"equivalent", "unchanged"}
    if len(groups) == 1:
        word = groups[0][0]
        text = f"{'every' if settled else 'Every'} map is {word}{' to what it was' if word == 'equivalent' else ''}."
    else:
        parts = [f"{formatting.listed(some)} {'is' if len(some) == 1 else 'are'} {word}" for word, some in groups]
        if len(groups[-1][1]) > 1:
            parts[-1] = f"all others are {groups[-1][0]}"
        text = f"{'; '.join(parts)}."
    return f"Nothing that matters has changed: {text}" if settled else text


def words(found: Differences) -> list[tuple[str, str]]:
    """The verdicts that stand in the tables, and what they mean."""
    used = {*found.maps["verdict"], *found.errors["verdict"]}
    return [(word, meaning.format(margin=found.margin)) for word, meaning in VERDICTS.items() if word in used]


def _parameters(found: Differences) -> Table:
    lines = [[line.key, _value(line.before), _value(line.after)] for line in found.parameters.itertuples()]
    return Table("Parameters that differ", ["parameter", "before", "after"], lines, words=2)


def _maps(found: Differences) -> Table:
    intervals = "" if found.apart else "; differences with intervals over random starts, which hold together with 95 %"
    return _compared(f"Area under R_NX{intervals}", found.maps, found)


def _errors(found: Differences) -> Table:
    said = "in the units of each run's own data" if found.apart else "less is better"
    return _compared(f"Squared reconstruction error of test rows; {said}", found.errors, found)


def _compared(caption: str, compared: pd.DataFrame, found: Differences) -> Table:
    """compared: a name, then before, after, difference, low, high, verdict."""
    if found.apart:
        lines = [
            [name, number(before, 3), number(after, 3)] for name, before, after, *_ in compared.itertuples(index=False)
        ]
        return Table(caption, [compared.columns[0], "before", "after"], lines)
    lines = [
        [name, verdict, number(before, 3), number(after, 3),
         number(difference, 3) if verdict == "unchanged" else gap(difference, low, high)]
        for name, before, after, difference, low, high, verdict in compared.itertuples(index=False)
    ]  # fmt: skip
    return Table(caption, [compared.columns[0], "verdict", "before", "after", "difference"], lines, words=1)


def _by_map(name: str, found: Differences) -> list[Table]:
    """Which rows moved most on a map, and which classes it keeps better or worse; none where there are none."""
    return [each for each in (_rows(name, found), _classes(name, found)) if each.lines]


def _rows(name: str, found: Differences) -> Table:
    part, named = found.moved[found.moved["map"] == name], ["class"] if "label" in found.rows else []
    lines = [
        [f"{place}", line.id, *[line.label for _ in named], number(100 * line.distance, 1)]
        for place, line in enumerate(part.itertuples(), start=1)
    ]
    caption = f"{name}: the rows that moved most, in percent of the map's width"
    return Table(caption, ["number", "row", *named, "moved"], lines, words=1 + len(named))


def _classes(name: str, found: Differences) -> Table:
    part = found.classes[found.classes["map"] == name].set_index("label")
    percent = 100 * part[["before", "after"]]
    percent = percent[percent["before"].round(1) != percent["after"].round(1)]
    change = (percent["after"] - percent["before"]).sort_values(key=lambda change: -change.abs(), kind="stable")
    lines = [
        [str(label), *(number(value, 1) for value in (*percent.loc[label], moved))]
        for label, moved in change.head(CLASSES).items()
    ]
    caption = f"{name}: percent of true neighbors that are near on the map; the largest changes first"
    return Table(caption, ["class", "before", "after", "change"], lines)


def _figures(name: str, before: Run, after: Run, found: Differences) -> list[Figure]:
    """The map in both runs."""
    most = found.moved.loc[found.moved["map"] == name, "place"].to_numpy()
    labels = found.rows["label"].astype(str).to_numpy() if "label" in found.rows else None
    one, other = moved_points.pictures(f"moved-{name}", name, *found.laid[name], labels, _colors(found), most)
    verdict = found.maps.loc[found.maps["map"] == name, "verdict"].item()
    of_one = f"In {before.name}. The {len(most)} rows that moved most are numbered."
    of_other = f"In {after.name}, turned, mirrored and scaled onto the map before. Lines lead from where the numbered rows lay."
    return [Figure(f"{name} before", of_one, one), Figure(f"{name} after: {verdict}", of_other, other)]


def _colors(found: Differences) -> dict[str, str]:
    """label -> color, of the rows in both runs."""
    labels = found.rows["label"].astype(str).to_numpy() if "label" in found.rows else np.array([], dtype=str)
    return colors.of_classes(labels, sorted({*labels}, key=_natural))


def _natural(label: str) -> tuple[float, str]:
    return (float(label), "") if label.replace(".", "", 1).isdecimal() else (float("inf"), label)


def _value(value: object) -> str:
    return "null" if value is None else str(value)
