"""The gist for git: a screenful of Markdown, in which nothing changes while the results do not."""

from __future__ import annotations

import re

from pipeline.report import page, sentences, tables
from pipeline.report.findings import Findings
from pipeline.report.tables import Table


def make(f: Findings) -> str:
    given = f.given
    made = (
        f"Data: {page.data_line(f)}, read from {given.data['path']}. Seed {given.seed}; drawings of each "
        f"map: {given.seeds}; neighbors compared: {given.evaluate.k}; equivalent: within "
        f"{sentences.margin(f)} of area."
    )
    lead, *rest = sentences.answer(f)
    parts = [
        f"# {_plain(f.dataset.info['title'])}: which map can be believed?",
        f"**{_plain(lead)}** {_plain(' '.join(rest))}",
        _table(tables.measures(f, tables.FEW)),
        *([_table(tables.reconstruction(f))] if len(f.reconstruction) else []),
        _plain(" ".join([made, *f.dataset.info["notes"], sentences.starts(f)])),
        "Made by `dvc repro` from params.yaml; the page is reports/report.html.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    lines = [
        table.columns,
        ["---"] + ["---" if 0 < n <= table.words else "--:" for n in range(1, len(table.columns))],
    ]
    body = "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines + table.lines)
    return f"{_plain(table.caption)}:\n\n{body}"


def _plain(text: str) -> str:
    """Text from the data, without a meaning in Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|#$~&])", r"\\\1", " ".join(text.split()))
