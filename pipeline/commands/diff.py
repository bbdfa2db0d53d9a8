"""`python -m pipeline diff` and `reproduces`: runs against runs, from git and DVC's cache, without touching the workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline import artifacts, config
from pipeline.runtime import exits
from pipeline.runs import reproduce, compare
from pipeline.runtime.errors import AbsentError
from pipeline.runtime.atomic_io import check_target, whole, write_text


def main(before: str, after: str | None, page: str, markdown: bool, gate: bool) -> int:
    """Write the page, or print Markdown; where `gate` is set, 1 for a verdict that got worse, and 3 for runs that are not comparable; else 0."""
    from pipeline.report import diff

    check_target(page)
    one, other = artifacts.load_run(before), artifacts.load_run(after)
    given = config.load()
    found = compare.compare(one, other, given.evaluate.equivalent_within)
    if given.report.columns != "all" and "id" not in given.report.columns:
        numbers = found.rows.index[found.moved["place"]].astype(str)
        found = replace(found, moved=found.moved.assign(id=numbers))
    if markdown:
        print(diff.make_markdown(one, other, found))
    else:
        with whole(Path(page)) as path:
            write_text(path, diff.make(one, other, found))
        print("\n".join([*diff.said(one, other, found), f"Written to {page}."]))
    if gate and found.apart:
        print(f"Nothing to gate: {one.name} and {other.name} are of other data.")
        return exits.APART
    if gate and found.worse:
        print(f"Worse than in {one.name}: {', '.join(found.worse)}.")
        return 1
    return 0


def reproduces(revision: str, within: float) -> int:
    """0 where the workspace's run repeats another within a tolerance, else 1, with a line for each thing that differs.

    Where DVC's cache lacks the other, as in a fresh clone, its figures are compared, which git has.
    """
    try:
        differences = reproduce.whole(artifacts.load_run(revision), artifacts.load_run(None), within)
        agree, left_out = "measures and maps agree", []
    except AbsentError:
        differences = reproduce.figures(*artifacts.load_figures(revision), *artifacts.load_figures(None), within)
        agree = "the figures in reports/metrics.json agree"
        left_out = [f"Points of maps were not compared: DVC's cache here has not got those of {revision}."]
    said = differences or [f"This run repeats that of {revision}: {agree} within {within:g}."]
    print("\n".join([*said, *left_out]))
    return int(bool(differences))
