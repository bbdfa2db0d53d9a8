"""Say whether the last run repeats another, and where not."""

from __future__ import annotations

import argparse

from pipeline import artifacts
from pipeline.runs import reproduce
from pipeline.runtime.errors import AbsentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("revision", metavar="REV", help="a git revision, or a DVC experiment")
    parser.add_argument(
        "--within", type=float, default=0.001, help="how far measures, and rows on maps, may be apart (0.001)"
    )


def main(revision: str, within: float) -> int:
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
