"""Progress with time left, for anything that may take more than two seconds: a bar on a terminal (without colors where NO_COLOR is
set), else a plain line every ten seconds, or every minute in CI, whose logs are kept."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY, CI_EVERY = 10.0, 60.0  # seconds between plain lines
RESUMED = "resumed"  # the note of work that goes on where a killed run stopped


@contextmanager
def bar(label: str | None, total: int, unit: str = "rows") -> Iterator[Callable[..., None]]:
    """Yields show(done, note=""), to be called with how many of `total` are done; `note` is shown next to the bar. Without a label nothing is
    shown."""
    if label is None:
        yield lambda done, note="": None
    elif sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb":
        yield from _terminal(label, total, unit)
    else:
        yield from _plain(label, total, unit)


def _terminal(label: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[note]}"),
    )
    pace = Pace(total)
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(label, total=total, note="")

        def show(done: int, note: str = "") -> None:
            shown.update(task, completed=done, note=f"{pace.left(time.monotonic(), done, note)} {note}".strip())

        yield show


def _plain(label: str, total: int, unit: str) -> Iterator[Callable[..., None]]:
    pace = Pace(total)
    last_shown = pace.start
    every = CI_EVERY if os.environ.get("CI") else PLAIN_EVERY

    def show(done: int, note: str = "") -> None:
        nonlocal last_shown
        now = time.monotonic()
        left = pace.left(now, done, note)
        if note == RESUMED or (now - last_shown >= every and pace.before < done < total):
            last_shown = now
            print(
                f"{label}: " + ", ".join(filter(None, (f"{done:,} of {total:,} {unit}", left, note))), file=sys.stderr
            )

    yield show


class Pace:
    """The speed of some work, measured after its first part, in which kernels and graphs are compiled.

    start, before   when it began, and how much an earlier run had done
    first           when the first part after that was done, and how much was done then
    """

    def __init__(self, total: int) -> None:
        self.total, self.start, self.before = total, time.monotonic(), 0
        self.first: tuple[float, float] | None = None

    def left(self, now: float, done: float, note: str) -> str:
        """Time left, in words, when `done` is done; empty while too little has followed the first part to tell (what ran at the same time as
        it ends right after it)."""
        if note == RESUMED:
            self.start, self.before, self.first = now, done, None
        elif self.first is None and done > self.before:
            self.first = now, done
        if self.first is None:
            return ""
        at, part = self.first
        if done == part or now - at < (at - self.start) / 2:
            return ""
        return f"{(now - at) / (done - part) * (self.total - done):.0f} s left"
