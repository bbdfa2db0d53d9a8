"""`python -m pipeline diff` and `reproduces`: runs against runs, from git and DVC's cache, without touching the workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline import artifacts, params, runs
from pipeline.errors import InputError
from pipeline.writing import whole


def main(before: str, after: str | None, page: str, markdown: bool, gate: bool) -> int:
    """Write the page, or print Markdown; 1 where `gate` is set and a verdict got worse, else 0."""
    from pipeline.report import diff

    if not Path(page).absolute().parent.is_dir() or Path(page).is_dir():
        raise InputError(f"{page}: is a folder, or in none that is there. Name a file in a folder that is there.")
    one, other = artifacts.load_run(before), artifacts.load_run(after)
    given = params.load()
    found = runs.compare(one, other, given.evaluate.equivalent_within)
    if given.report.columns != "all" and "id" not in given.report.columns:
        found = replace(found, moved=found.moved.assign(id=found.moved["place"].astype(str)))
    if markdown:
        print(diff.markdown(one, other, found))
    else:
        with whole(Path(page)) as path:
            path.write_text(diff.make(one, other, found), encoding="utf-8")
        print("\n".join([*diff.said(one, other, found), f"Written to {page}."]))
    if gate and found.worse:
        print(f"Worse than in {one.name}: {', '.join(found.worse)}.")
        return 1
    return 0


def reproduces(revision: str, within: float) -> int:
    """0 where the workspace's run repeats another within a tolerance, else 1, with a line for each thing that differs."""
    differences = runs.reproduces(artifacts.load_run(revision), artifacts.load_run(None), within)
    print("\n".join(differences) or f"This run repeats that of {revision}: measures and maps agree within {within:g}.")
    return int(bool(differences))
