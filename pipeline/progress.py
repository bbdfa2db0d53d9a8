"""Progress with time left, for anything that may take more than two seconds; plain lines without a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY = 10.0  # seconds between plain lines


@contextmanager
def bar(label: str, total: int, unit: str = "rows") -> Iterator[Callable[..., None]]:
    """Yields show(done, note=""): so many of `total` are done by now; `note` is shown beside the bar."""
    if sys.stderr.isatty():
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

    def show(done: int, note: str = "") -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= PLAIN_EVERY and done < total:
            said = now
            left = (now - start) / done * (total - done)
            print(f"{label}: {done:,} of {total:,} {unit}, {left:.0f} s left {note}".rstrip(), file=sys.stderr)

    yield show
