"""The gist for git: a screenful of Markdown, in which nothing changes while the results do not."""

from __future__ import annotations

from pipeline.report import headline, page, tables, verdict_wording
from pipeline.report.markdown import plain, table
from pipeline.report.results import Results


def make(results: Results) -> str:
    given = results.params
    made = (
        f"Seed {given.seed}; drawings of each map: {given.seeds}; neighbors compared: {given.evaluate.k}; equivalent: within "
        f"{verdict_wording.margin(results)} of area."
    )
    rest = [headline.measured(results), headline.doubt(results), *verdict_wording.answer(results)]
    parts = [
        f"# {plain(results.dataset.info['title'])}: which map can be believed?",
        plain(f"Data: {page.data_line(results)}, read from {given.data['path']}."),
        f"**{plain(headline.headline(results))}** {plain(' '.join(rest))}",
        table(tables.measures(results, tables.FEW)),
        *([table(tables.reconstruction(results))] if len(results.reconstruction) else []),
        plain(" ".join([made, *results.dataset.info["notes"]])),
        "Made by `dvc repro` from params.yaml; the page is reports/report.html.",
    ]
    return "\n\n".join(parts) + "\n"
