"""One run against another -> one HTML file, or Markdown for a pull request."""

from __future__ import annotations

import pandas as pd

from pipeline.nouns import Finished
from pipeline.report import maps, names, page, palette
from pipeline.report.names import gap, number
from pipeline.report.sections import Figure
from pipeline.report.tables import Table
from pipeline.runs import Differences

CLASSES = 20  # lines of the table by class: the largest changes


def make(before: Finished, after: Finished, found: Differences) -> str:
    """The page. Rows are named by what stands in found.moved["id"]."""
    tables = _tables(found)
    tables["parameters"] = _parameters(found)
    return page.render(
        "diff.html",
        title=f"{after.name} against {before.name}",
        said=said(before, after, found),
        figures=[_figure(name, found, after) for name in found.laid if name in set(found.moved["map"])],
        **tables,
    )


def markdown(before: Finished, after: Finished, found: Differences) -> str:
    lines = [f"## {_plain(after.name)} against {_plain(before.name)}", "", *map(_plain, said(before, after, found)), ""]
    for table in (_parameters(found), *_tables(found).values()):
        if table.lines:
            lines += [f"**{_plain(table.caption)}**", "", _row(table.columns), _row(["---"] * len(table.columns))]
            lines += [*map(_row, table.lines), ""]
    return "\n".join(lines)


def said(before: Finished, after: Finished, found: Differences) -> list[str]:
    """The answer in sentences, the most important first."""
    by = {
        verdict: found.maps.loc[found.maps["verdict"] == verdict]
        for verdict in ("better", "worse", "equivalent", "undecided")
    }
    parts = [
        f"{names.listed(list(lines['map']))} {'is' if len(lines) == 1 else 'are'} {verdict}"
        for verdict, lines in by.items()
        if len(lines) and verdict != "equivalent"
    ]
    if len(by["equivalent"]) == len(found.maps) and len(found.maps):
        nothing = not (found.errors["verdict"].isin(["better", "worse"])).any()
        lead = f"{'Nothing that matters has changed: every' if nothing else 'Every'} map is equivalent to what it was."
    elif parts:
        lead = f"{'; '.join(parts)}{'; all others are equivalent' if len(by['equivalent']) else ''}."
    else:
        lead = "The runs have no map in common."
    lines = [lead]
    for verdict, word in (("worse", "more"), ("better", "less")):
        codes = list(found.errors.loc[found.errors["verdict"] == verdict, "encoder"])
        if codes:
            lines.append(f"Test rows are rebuilt with {word} error from the codes of {names.listed(codes)}.")
    if not found.same_data:
        lines.append(
            "The runs are of different rows, or splits: differences are also those of the data, which the intervals do not cover."
        )
    only = {before.name: [*before.maps], after.name: [*after.maps]}
    for run, other in ((before, after), (after, before)):
        alone = [name for name in only[run.name] if name not in only[other.name]]
        if alone:
            lines.append(f"Only in {run.name}: {names.listed(alone)}.")
    return lines


def _parameters(found: Differences) -> Table:
    lines = [[line.key, _value(line.before), _value(line.after)] for line in found.parameters.itertuples()]
    return Table("Parameters that differ", ["parameter", "before", "after"], lines, words=2)


def _tables(found: Differences) -> dict[str, Table]:
    apart = (
        found.classes.assign(change=found.classes["after"] - found.classes["before"])
        if len(found.classes)
        else found.classes
    )
    apart = apart[(100 * apart["after"]).round(1) != (100 * apart["before"]).round(1)]
    if len(apart):
        apart = apart.reindex(apart["change"].abs().sort_values(ascending=False).index).head(CLASSES)
    return {
        "maps": _compared("Area under R_NX; differences with intervals over random starts, which hold together with 95 %", found.maps),
        "classes": Table(
            "Percent of true neighbors that are near on the map; the largest changes first",
            ["map", "class", "before", "after"],
            [[line.map, str(line.label), number(100 * line.before, 1), number(100 * line.after, 1)] for line in apart.itertuples()],
            words=1,
        ),
        "errors": _compared("Squared reconstruction error of test rows; less is better", found.errors),
        "moved": Table(
            "Rows that moved most, in percent of the map's width; numbered as on the pictures",
            ["number", "map", "row", "class", "moved"],
            [[str(number_of), line.map, line.id, line.label, number(100 * line.distance, 1)]
             for _, part in found.moved.groupby("map", sort=False) for number_of, line in enumerate(part.itertuples(), start=1)],
            words=3,
        ),
    }  # fmt: skip


def _compared(caption: str, table: pd.DataFrame) -> Table:
    """table: a name, then before, after, difference, low, high, verdict."""
    lines = [
        [name, number(before, 3), number(after, 3), gap(difference, low, high), verdict]
        for name, before, after, difference, low, high, verdict in table.itertuples(index=False)
    ]
    return Table(caption, [table.columns[0], "before", "after", "difference", "verdict"], lines)


def _figure(name: str, found: Differences, after: Finished) -> Figure:
    before, now = found.laid[name]
    most = found.moved.loc[found.moved["map"] == name, "place"].to_numpy()
    labels = (
        after.rows["label"].astype(str).to_numpy() if "label" in after.rows and len(after.rows) == len(now) else None
    )
    colors = {} if labels is None else palette.classes(labels, sorted(set(labels), key=_natural))
    alt = f"{name} before and after, laid onto each other; the {len(most)} rows that moved most are numbered."
    caption = (
        "See whether groups stay together. The right map is turned, mirrored and scaled onto the left one; lines lead from where the "
        f"{len(most)} rows that moved most lay before."
    )
    return Figure(name, caption, maps.moved(f"moved-{name}", alt, before, now, labels, colors, most))


def _natural(label: str) -> tuple[float, str]:
    return (float(label), "") if label.replace(".", "", 1).isdigit() else (float("inf"), label)


def _value(value: object) -> str:
    return "null" if value is None else str(value)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(_plain(cell) if cell != '---' else cell for cell in cells)} |"


def _plain(text: str) -> str:
    """Without what Markdown would read as markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)
