"""Compare one run with another: parameters, verdicts, maps."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from pipeline import artifacts, config
from pipeline.runs import compare
from pipeline.runtime import exits
from pipeline.runtime.atomic_io import check_target, whole, write_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="REV1", help="a git revision, or a DVC experiment")
    parser.add_argument("after", metavar="REV2", nargs="?", help="the same; left out: the workspace")
    parser.add_argument(
        "--page", metavar="FILE.html", default="reports/diff.html", help="where the page goes (reports/diff.html)"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print Markdown for a pull request, in place of the page"
    )
    parser.add_argument(
        "--gate",
        action="store_true",
        help="end with status 1 where a verdict got worse, 3 where the runs are not comparable",
    )


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
        return exits.NOT_COMPARABLE
    if gate and found.worse:
        print(f"Worse than in {one.name}: {', '.join(found.worse)}.")
        return 1
    return 0
