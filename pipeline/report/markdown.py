"""Tables and text from the data as Markdown."""

from __future__ import annotations

import re

from pipeline.report.tables import Table


def table(content: Table) -> str:
    alignments = ["---" if column <= content.text_columns else "--:" for column in range(len(content.columns))]
    alignments[0] = "---"
    rows = [content.columns, alignments, *content.rows]
    body = "\n".join(f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows)
    return f"{plain(content.caption)}:\n\n{body}"


def plain(text: str) -> str:
    """Without a meaning in Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|#$~&])", r"\\\1", " ".join(text.split()))
