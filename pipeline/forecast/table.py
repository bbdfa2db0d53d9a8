"""The forecast in words: a plain table, and what will not be measured on all rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from pipeline.forecast import Stage
from pipeline.forecast.laws import SAMPLE
from pipeline.forecast.sizes import Sizes
from pipeline.forecast.work import Machine

GIB, MB = 2**30, 2**20
HEAD = ("stage", "runs", "time", "memory", "disk", "")


def lines(found: list[Stage], machine: Machine, running: Collection[str]) -> list[str]:
    """The table. running: the stages that would run, by DVC's names."""
    cells = [
        (each.cell, "yes" if each.cell in running else "-", time(each.seconds), size(each.memory), size(each.disk),
         _basis(each))
        for each in found
    ]  # fmt: skip
    due = [each for each in found if each.cell in running]
    cells.append(_total("all", "", found))
    cells.append(_total("would run", "", due)) if 0 < len(due) < len(found) else None
    load = os.getloadavg()[0]
    busy = f" (its load now is {load:.1f})" if load >= 1 else ""
    said = f"Forecast for this machine, {machine.cores} cores of {machine.gflops:,.0f} GFLOP/s each, if nothing else keeps it busy{busy}:"
    return [said, *_aligned([HEAD, *cells]), *_unknown(found)]


def sampled(sizes: Sizes) -> list[str]:
    """What will be done with some of the mapped rows only, or nearly, or not at all; a sentence each."""
    given, n = sizes.given, sizes.rows
    found = []
    if n > given.neighbors.exact_up_to:
        found.append(f"Neighbors are approximate beyond {given.neighbors.exact_up_to:,} rows (neighbors.exact_up_to).")
    if n > given.evaluate.exact_up_to:
        found.append(f"Areas under R_NX are measured on {SAMPLE:,} of {n:,} rows (evaluate.exact_up_to).")
    if n > given.report.points:
        found.append(f"The report's maps show {given.report.points:,} of {n:,} rows (report.points).")
    if n > given.subsampling.max_rows:
        found.append(
            f"Maps are not redrawn on subsamples: {n:,} rows are more than {given.subsampling.max_rows:,} (redraw.up_to)."
        )
    return found


def lacking(found: list[Stage], memory: float, disk: float) -> list[str]:
    """What there is too little of: bytes of memory that the machine has, and of disk that are free."""
    said = [
        f"{each.cell} takes about {size(each.memory)} of memory; this machine has {size(memory)}."
        for each in found
        if each.memory > memory
    ]
    needed = 2 * sum(each.disk for each in found)  # DVC keeps a copy of every result
    if needed > disk:
        said.append(f"Results, and DVC's copies of them, take about {size(needed)}; {size(disk)} are free here.")
    return said


def time(seconds: float) -> str:
    """In whole seconds, minutes or hours, as far as a forecast can tell."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count: float) -> str:
    return f"{count / GIB:.1f} GiB" if count >= GIB else f"{count / MB:,.0f} MB" if count >= MB else "< 1 MB"


def _total(what: str, mark: str, found: list[Stage]) -> tuple[str, ...]:
    memory = max((each.memory for each in found), default=0.0)
    return (
        what,
        mark,
        time(sum(each.seconds for each in found)),
        size(memory),
        size(sum(each.disk for each in found)),
        "",
    )


def _basis(stage: Stage) -> str:
    if stage.runs:
        return f"by {stage.runs} run{'s' if stage.runs > 1 else ''} here"
    return "" if stage.known else "a guess"


def _unknown(found: list[Stage]) -> list[str]:
    guessed = [each.cell for each in found if not each.known and not each.runs]
    if not guessed:
        return []
    return [
        f"A guess until it has run here once: {', '.join(guessed)}. There is no law for it; a method is taken for t-SNE,"
        " an encoder for a dense autoencoder."
    ]


def _aligned(table: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    sides: list[Callable[[str, int], str]] = [str.ljust, str.ljust, str.rjust, str.rjust, str.rjust, str.ljust]
    return [
        "  ".join(side(cell, width) for side, cell, width in zip(sides, row, widths, strict=True)).rstrip()
        for row in table
    ]
