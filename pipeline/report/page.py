"""Results -> the page, one HTML file that loads nothing, and the pictures in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline import ragged
from pipeline.report import (
    autoencoder_effects,
    caveats,
    clusters,
    code_size_sweep,
    code_wording,
    colors,
    encoder_figures,
    explorer,
    figures,
    formatting,
    glossary,
    headline,
    interval_wording,
    neighborhood_sizes,
    published_claims,
    reconstruction_examples,
    remaining,
    tables,
    titles,
    verdict_wording,
)
from pipeline.report.results import Results

HERE = Path(__file__).parent
NARROWEST, GAP = 14.5, 1.25  # of maps side by side, rem
EXPLORER_DATA = "<!-- explorer data -->"  # in explorer.html; texts of the data cannot hold it: their "<" is escaped
WORDING = {  # modules that the templates call, by the name they have there
    module.__name__.rpartition(".")[2]: module
    for module in (autoencoder_effects, caveats, code_size_sweep, formatting, headline, interval_wording, published_claims,
                   reconstruction_examples, remaining, tables, titles, code_wording, verdict_wording)
}  # fmt: skip


def make(results: Results) -> tuple[str, list[figures.Figure]]:
    """The page, and its figures in their order on it."""
    class_colors = {} if results.labels is None else colors.of_classes(results.labels, results.dataset.info["labels"])
    sections = _figures(results, class_colors)
    html = render(
        "page.html",
        rules=swatches(class_colors) + columns(len(results.maps)),
        script=explorer.script(),
        terms=glossary.terms(results),
        results=results,
        title=f"{results.dataset.info['title']}: which map can be believed?",
        data_line=data_line(results),
        run_line=run_line(results),
        legend=legend(results.dataset.table, class_colors),
        figures=sections,
        claims=published_claims.claims(results),
        **WORDING,
    )
    budget = int(results.params.report.max_megabytes * 1e6) - len(html.encode())
    html = insert_explorer_data(html, results, explorer.gather(results, class_colors, budget))
    return html, [figure for section in sections.values() for figure in section]


def _figures(results: Results, class_colors: dict[str, str]) -> dict[str, list[figures.Figure]]:
    """By section of the page, in its order; without those that show rows where these are private."""
    caveat = {name: caveats.in_few_words(results, name) for name in results.maps}
    covered = {name: interval_wording.coverage_of_verdict(results, name) for name in results.maps}
    inputs = results.params.report.inputs
    return {
        "maps": [
            replace(figure, caveat=f"{caveat[figure.name]} {covered[figure.name]}")
            for figure in figures.maps(results, class_colors)
        ],
        "comparisons": figures.comparisons(results),
        "neighborhood_sizes": neighborhood_sizes.figures(results),
        "lost_neighbors": [replace(figure, caveat=caveat[results.best]) for figure in figures.lost_neighbors(results)],
        "remaining": remaining.figures(results),
        "null_maps": clusters.null_maps(results),
        "lost_where": autoencoder_effects.lost_where(results),
        "codes": figures.codes(results),
        "encoders": encoder_figures.figures(results, class_colors) if inputs else [],
        "rate_distortion": published_claims.rate_distortion(results),
        "reconstructions": reconstruction_examples.figures(results) if inputs else [],
        "code_sizes": code_size_sweep.figures(results),
        "training": figures.training(results),
        "scree": figures.scree(results),
    }


def insert_explorer_data(html: str, results: Results, explored: explorer.Contents) -> str:
    block = environment().get_template("explorer_data.html").render(results=results, explored=explored)
    return html.replace(EXPLORER_DATA, block, 1)


def data_line(results: Results) -> str:
    """ "1,797 images of 8 × 8, 10 classes", "300 of 1,797 images" where they are a sample, "640 series of up to 29 steps × 12 channels, 9 classes"."""
    info = results.dataset.info
    shape = " × ".join(str(side) for side in info["shape"])
    what = {"image": f"images of {shape}", "vector": f"rows of {shape} columns"}.get(info["kind"])
    if info["kind"] == "sequence":
        lengths, channels = ragged.lengths(results.dataset.rows), info["shape"][1]
        most = f"up to {lengths.max()}" if lengths.min() < lengths.max() else f"{lengths.max()}"
        what = f"series of {most} steps × {channels} channel{'s' * (channels != 1)}"
    classes = f", {len(info['labels'])} classes" if len(info["labels"]) > 1 else ""
    n, of = len(results.dataset.table), info["source_rows"]
    return f"{n:,} {f'of {of:,} ' if n < of else ''}{what}{classes}"


def run_line(results: Results) -> str:
    """ "a1b2c3, seed 0, 5 embeddings of each map"."""
    changes = " (with uncommitted changes, so that revision alone does not bring this page back: see part 5)"
    embeddings = f"{results.params.seeds} embedding{'s' if results.params.seeds > 1 else ''} of each map"
    revision = (results.revision or "without git") + (changes if results.uncommitted_changes else "")
    return f"{revision}, seed {results.params.seed}, {embeddings}"


def legend(rows: pd.DataFrame, class_colors: dict[str, str]) -> list[tuple[str, str, int]]:
    """(style class of the swatch, name, rows) of each class."""
    counts = rows["label"].astype(str).value_counts() if class_colors else {}
    return [(f"class-{index}", name, int(counts.get(name, 0))) for index, name in enumerate(class_colors)]


def render(
    template: str | Template, rules: str = "", script: str = "", terms: Mapping[str, str] = {}, **values: object
) -> str:
    """A template's page with its style sheet, further rules and its script, and the hashes by which its policy admits them."""
    style = (HERE / "style.css").read_text(encoding="utf-8") + _schemes() + rules
    return (
        environment()
        .get_template(template)
        .render(
            style=Markup(style),
            style_hash=_hash(style),
            script=Markup(script),
            script_hash=_hash(script),
            linked=glossary.Linker(terms),
            **values,
        )
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def swatches(class_colors: dict[str, str]) -> str:
    return "".join(f".class-{index}{{background:{color}}}\n" for index, color in enumerate(class_colors.values()))


def columns(count: int) -> str:
    """Rules for a grid of so many maps: as few rows as there is room for, and each as full as the others, or one less."""
    rules = []
    for most in range(2, count + 1):
        each = -(-count // -(-count // most))
        room = most * NARROWEST + (most - 1) * GAP
        rules.append(f"@container (min-width:{room:g}rem){{.maps{{--columns:{each}}}}}\n")
    return "".join(rules)


def _schemes() -> str:
    """The colors as variables of the style sheet."""
    light, dark = (
        "".join(f"--{key}:{getattr(scheme, key)};" for key in ("paper", "ink", "soft", "accent", "rule", "band"))
        for scheme in (colors.LIGHT, colors.DARK)
    )
    return (
        f":root{{{light}--veil:{colors.OTHER};}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    )


def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: glossary.unbroken(value) if type(value) is str else value,
    )
