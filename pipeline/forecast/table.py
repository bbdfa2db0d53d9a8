"""Estimates in words."""

import math
from collections.abc import Callable, Collection

from pipeline.forecast import Estimate, Sizes

GIB, MB, HEAD = 2**30, 2**20, ("stage", "runs", "time", "memory", "disk", "past runs")


def show(estimates: list[Estimate], running: Collection[str], cores: int) -> str:
    """A table of each stage, of all, and of those that would run."""
    import psutil
    from tabulate import tabulate  # DVC depends on both

    rows = [(each.stage, "yes" if each.stage in running else "-", [each], each.runs or "") for each in estimates]
    rows += [("all", "", estimates, ""), ("would run", "", [each for each in estimates if each.stage in running], "")]
    cells = []
    for name, runs, some, past in rows:
        seconds, memory, disk = ([getattr(each, key) for each in some] for key in ("seconds", "memory", "disk"))
        cells.append((name, runs, total(seconds, time), total(memory, size, max), total(disk, size), past))
    table = tabulate(cells, HEAD, "plain", colalign=("left", "left", *["right"] * 4))
    return f"Estimated for {cores} cores, if nothing else keeps them busy (load {psutil.getloadavg()[0]:.1f}):\n{table}"


def notes(estimates: list[Estimate], sizes: Sizes, memory: float, disk: float) -> list[str]:
    """What there is too little of (memory of this machine and its free disk, in bytes); what is done with a part of the rows."""
    messages = []
    for each in estimates:
        if (each.memory or 0) > memory:
            messages.append(f"{each.stage} takes about {size(each.memory)} of memory; this machine has {size(memory)}.")
    needed = 2 * sum(each.disk or 0 for each in estimates)  # DVC keeps a copy of every result
    if needed > disk:
        messages.append(f"Results, and DVC's copies of them, take about {size(needed)}; {size(disk)} are free here.")
    for section, key, effect in (
        ("neighbors", "exact_up_to", "neighbors are approximate"),
        ("evaluate", "exact_up_to", "R_NX AUC is measured on a sample of rows"),
        ("report", "points", "the report's maps show a sample of rows"),
        ("subsampling", "max_rows", "maps are not embedded again on subsamples"),
    ):
        limit = getattr(getattr(sizes.params, section), key)
        if sizes.rows > limit:
            messages.append(f"{sizes.rows:,} rows are more than {limit:,} ({section}.{key}): {effect}.")
    return messages


def total(values: list[float | None], text: Callable[[float], str], combine: Callable[..., float] = sum) -> str:
    """Of stages, some of which may be unknown."""
    known = [each for each in values if each is not None]
    if values and not known:
        return "unknown"
    return f"{'at least ' * (len(known) < len(values))}{text(combine(known) if known else 0)}"


def time(seconds: float) -> str:
    """Rounded as far as an estimate can tell: 35 s, 4 min, 2.5 h."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def size(count: float) -> str:
    return f"{count / GIB:.1f} GiB" if count >= GIB else f"{count / MB:,.0f} MB" if count >= MB else "< 1 MB"
