"""Tables and text from the data as Markdown."""

from __future__ import annotations

import re

from pipeline.report.tables import Table


def table(found: Table) -> str:
    lines = [
        found.columns,
        ["---"] + ["---" if 0 < n <= found.words else "--:" for n in range(1, len(found.columns))],
    ]
    body = "\n".join(f"| {' | '.join(plain(cell) for cell in line)} |" for line in lines + found.lines)
    return f"{plain(found.caption)}:\n\n{body}"


def plain(text: str) -> str:
    """Without a meaning in Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|#$~&])", r"\\\1", " ".join(text.split()))
