"""The gist for git: a screenful of Markdown, in which nothing changes while the results do not."""

from __future__ import annotations

from pipeline.report import opening, page, sentences, tables
from pipeline.report.findings import Findings
from pipeline.report.markdown import plain, table


def make(f: Findings) -> str:
    given = f.given
    made = (
        f"Seed {given.seed}; drawings of each map: {given.seeds}; neighbors compared: {given.evaluate.k}; equivalent: within "
        f"{sentences.margin(f)} of area."
    )
    rest = [opening.measured(f), opening.doubt(f), *sentences.answer(f)]
    parts = [
        f"# {plain(f.dataset.info['title'])}: which map can be believed?",
        plain(f"Data: {page.data_line(f)}, read from {given.data['path']}."),
        f"**{plain(opening.headline(f))}** {plain(' '.join(rest))}",
        table(tables.measures(f, tables.FEW)),
        *([table(tables.reconstruction(f))] if len(f.reconstruction) else []),
        plain(" ".join([made, *f.dataset.info["notes"]])),
        "Made by `dvc repro` from params.yaml; the page is reports/report.html.",
    ]
    return "\n\n".join(parts) + "\n"
