"""The report's terms: where the page uses one first, it links to its explanation in glossary.html."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from pipeline.report.results import Results


def terms(results: Results) -> dict[str, str]:
    """How a term is written -> its id in glossary.html; of two that begin alike, the longer one first."""
    return {
        "R_NX AUC": "r-nx", "R_NX": "r-nx", "neighbor recall": "recall", "trustworthiness": "trust", "continuity": "trust",
        "subsampling.max_rows": "subsampling", "subsamples": "subsampling", "thin bars": "subsampling", "one embedding": "seeds",
        "random seeds": "seeds", "null data": "null-data", "Welch interval": "welch", "TwoNN": "dimension", "clusters": "clusters",
        "cluster": "clusters", **{f"{name} codes": "codes" for name in results.autoencoders},
        **{f"{of} of {name}": "codes" for name in results.autoencoders for of in ("codes", "code")},
    }  # fmt: skip


class Linker:
    """Text -> markup, in which each term that the page has not used so far is a link."""

    def __init__(self, terms: dict[str, str]) -> None:
        self.terms = {str(escape(text)): name for text, name in terms.items()}
        self.linked: set[str] = set()
        self.pattern = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in self.terms) or "(?!)")

    def __call__(self, text: str) -> Markup:
        return Markup(self.pattern.sub(self._link, str(escape(unbroken(text)))))

    def _link(self, match: re.Match[str]) -> str:
        name = self.terms[match[0]]
        if name in self.linked:
            return match[0]
        self.linked.add(name)
        return f'<a href="#term-{name}">{match[0]}</a>'


def unbroken(text: str) -> str:
    """No line begins with a percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")
