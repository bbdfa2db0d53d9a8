"""The summary for git: a screenful of Markdown that changes only when the results do."""

from __future__ import annotations

from pipeline.report import headline, page, tables, verdict_wording
from pipeline.report.interval_wording import margin
from pipeline.report.markdown import plain, table
from pipeline.report.results import Results


def make(results: Results) -> str:
    params = results.params
    settings = (
        f"Seed {params.seed}; embeddings of each map: {params.seeds}; neighbors compared: {params.evaluate.k}; equivalent: within "
        f"{margin(results)} of R_NX AUC."
    )
    text = [headline.measured(results), headline.caveat(results), *verdict_wording.answer(results)]
    parts = [
        f"# {plain(results.dataset.info['title'])}: which map can be believed?",
        plain(f"Data: {page.data_line(results)}, read from {params.data.path}."),
        f"**{plain(headline.headline(results))}** {plain(' '.join(text))}",
        table(tables.measures(results, tables.FEW)),
        *([table(tables.reconstruction(results))] if len(results.reconstruction) else []),
        plain(" ".join([settings, *results.dataset.info["notes"]])),
        "Made by `dvc repro` from params.yaml; the page is reports/report.html.",
    ]
    return "\n\n".join(parts) + "\n"
