"""Progress with time left, for anything that may take more than two seconds: a bar on a terminal, which leaves out colors where
NO_COLOR is set, else plain lines now and then; seldom ones in CI, whose logs are kept."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY, CI_EVERY = 10.0, 60.0  # seconds between plain lines
RESUMED = "resumed"  # the note of work that goes on from where a killed run left it


@contextmanager
def bar(label: str | None, total: int, unit: str = "rows") -> Iterator[Callable[..., None]]:
    """Yields show(done, note=""): so many of `total` are done by now; `note` is shown beside the bar. Without a label
    nothing is shown."""
    if label is None:
        yield lambda done, note="": None
    elif sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb":
        yield from _terminal(label, total, unit)
    else:
        yield from _plain(label, total, unit)


def _terminal(label: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(label, total=total, note="")
        yield lambda done, note="": shown.update(task, completed=done, note=note)


def _plain(label: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    start = said = time.monotonic()
    every = CI_EVERY if os.environ.get("CI") else PLAIN_EVERY
    before = 0  # done by an earlier run, which says nothing about the time that is left

    def show(done: int, note: str = "") -> None:
        nonlocal said, start, before
        now = time.monotonic()
        if note == RESUMED:
            start, before = now, done
        if note == RESUMED or (now - said >= every and before < done < total):
            said = now
            left = (now - start) / (done - before) * (total - done)
            print(f"{label}: {done:,} of {total:,} {unit}, {left:.0f} s left {note}".rstrip(), file=sys.stderr)

    yield show
