"""The report's terms: which of them a page links, where it uses them first, to what words.html says of them."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from pipeline.report.results import Results


def known(results: Results) -> dict[str, str]:
    """How a term is written -> its id in words.html; of two that begin alike, the longer one first."""
    return {
        "area under R_NX": "r-nx", "R_NX": "r-nx", "neighbor recall": "recall", "trustworthiness": "trust", "continuity": "trust",
        "redraw.up_to": "subsampling", "subsampled": "subsampling", "thin bars": "subsampling", "drawn once": "starts", "random starts": "starts",
        "Welch interval": "welch", "TwoNN": "dimension", "clusters": "clusters", "cluster": "clusters",
        **{text: "codes" for name in results.autoencoders for text in (f"{name} codes", f"codes of {name}")},
    }  # fmt: skip


class Linker:
    """Text -> markup, in which each term that the page has not used so far is a link."""

    def __init__(self, terms: dict[str, str]) -> None:
        self.terms = {str(escape(text)): name for text, name in terms.items()}
        self.linked: set[str] = set()
        self.pattern = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in self.terms) or "(?!)")

    def __call__(self, text: str) -> Markup:
        return Markup(self.pattern.sub(self._link, str(escape(unbroken(text)))))

    def _link(self, found: re.Match[str]) -> str:
        name = self.terms[found[0]]
        if name in self.linked:
            return found[0]
        self.linked.add(name)
        return f'<a href="#word-{name}">{found[0]}</a>'


def unbroken(text: str) -> str:
    """No line begins with a percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")
