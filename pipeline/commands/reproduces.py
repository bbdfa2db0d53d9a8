"""Check whether the last run reproduces another, and list what differs."""

from __future__ import annotations

import argparse

from pipeline import artifacts
from pipeline.runs import reproduce
from pipeline.runtime import exits
from pipeline.runtime.errors import AbsentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("revision", metavar="REV", help="a git revision, or a DVC experiment")
    parser.add_argument(
        "--within",
        type=float,
        default=0.001,
        help="by how much measures, and points of maps, may differ; relative for values above 1 (default: 0.001)",
    )


def main(revision: str, within: float) -> int:
    """Return 0 if the workspace's run reproduces another within a tolerance; otherwise print what differs and return 1.

    Without the other run's results in DVC's cache, as in a fresh clone, the figures that git has are compared.
    """
    try:
        differences = reproduce.results(artifacts.load_run(revision), artifacts.load_run(None), within)
        agree, notes = "measures and maps agree", []
    except AbsentError:
        differences = reproduce.figures(*artifacts.load_figures(revision), *artifacts.load_figures(None), within)
        agree = "the figures in reports/metrics.json agree"
        notes = [f"Points of maps were not compared: those of {revision} are not in DVC's cache here."]
    messages = differences or [f"This run reproduces {revision}: {agree} within {within:g}."]
    print("\n".join([*messages, *notes]))
    return exits.DIFFERENT if differences else exits.FINE
