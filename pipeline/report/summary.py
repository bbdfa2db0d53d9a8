"""The gist for git: a screenful of Markdown, in which nothing changes while the results do not."""

from __future__ import annotations

from pipeline.report import headline, page, tables, verdict_wording
from pipeline.report.markdown import plain, table
from pipeline.report.results import Findings


def make(f: Findings) -> str:
    given = f.given
    made = (
        f"Seed {given.seed}; drawings of each map: {given.seeds}; neighbors compared: {given.evaluate.k}; equivalent: within "
        f"{verdict_wording.margin(f)} of area."
    )
    rest = [headline.measured(f), headline.doubt(f), *verdict_wording.answer(f)]
    parts = [
        f"# {plain(f.dataset.info['title'])}: which map can be believed?",
        plain(f"Data: {page.data_line(f)}, read from {given.data['path']}."),
        f"**{plain(headline.headline(f))}** {plain(' '.join(rest))}",
        table(tables.measures(f, tables.FEW)),
        *([table(tables.reconstruction(f))] if len(f.reconstruction) else []),
        plain(" ".join([made, *f.dataset.info["notes"]])),
        "Made by `dvc repro` from params.yaml; the page is reports/report.html.",
    ]
    return "\n\n".join(parts) + "\n"
