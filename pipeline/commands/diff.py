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
    parser.add_argument("after", metavar="REV2", nargs="?", help="the same; the workspace if left out")
    parser.add_argument(
        "--page",
        metavar="FILE.html",
        default="reports/diff.html",
        help="where to write the page (default: reports/diff.html)",
    )
    parser.add_argument("--markdown", action="store_true", help="print Markdown for a pull request; write no page")
    parser.add_argument(
        "--gate",
        action="store_true",
        help="exit with status 1 if a verdict became worse, 3 if the runs are not comparable",
    )


def main(before: str, after: str | None, page: str, markdown: bool, gate: bool) -> int:
    """Write the page, or print Markdown. With `gate`, return 1 if a verdict became worse, and 3 if the runs are not
    comparable; otherwise 0."""
    from pipeline.report import diff

    if not markdown:
        check_target(page)
    first, second, params = artifacts.load_run(before), artifacts.load_run(after), config.load()
    differences = compare.compare(first, second, params.evaluate.equivalent_within)
    if params.report.columns != "all" and "id" not in params.report.columns:  # ids must not be shown
        numbers = differences.rows.index[differences.moved["row"]].astype(str)
        differences = replace(differences, moved=differences.moved.assign(id=numbers))
    if markdown:
        print(diff.make_markdown(first, second, differences))
    else:
        with whole(Path(page)) as path:
            write_text(path, diff.make(first, second, differences))
        print("\n".join([*diff.summary(first, second, differences), f"Written to {page}."]))
    if gate and differences.not_comparable:
        print(f"The gate cannot be applied: {first.name} and {second.name} have different data.")
        return exits.NOT_COMPARABLE
    if gate and differences.worse:
        print(f"Worse than in {first.name}: {', '.join(differences.worse)}.")
        return exits.DIFFERENT
    return exits.FINE
