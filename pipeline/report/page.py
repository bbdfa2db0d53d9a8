"""Results -> the page, one HTML file that loads nothing, and the pictures that stand in it."""

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
    colors,
    encoder_figures,
    explorer,
    figures,
    formatting,
    glossary,
    headline,
    neighborhood_sizes,
    published_claims,
    reconstruction_examples,
    remaining,
    tables,
    twins,
    verdict_wording,
)
from pipeline.report.results import Results

HERE = Path(__file__).parent
NARROWEST, GAP = 14.5, 1.25  # of maps side by side, rem


def make(results: Results) -> tuple[str, list[figures.Figure]]:
    """The page, and its figures in the order in which they stand there."""
    class_colors = {} if results.labels is None else colors.of_classes(results.labels, results.dataset.info["labels"])
    found = {
        "maps": [
            replace(
                figure, caveat=f"{caveats.caveat(results, figure.name)} {verdict_wording.covered(results, figure.name)}"
            )
            for figure in figures.maps(results, class_colors)
        ],
        "forests": figures.forests(results),
        "scaled": neighborhood_sizes.figures(results),
        "lost": [replace(figure, caveat=caveats.caveat(results, results.best)) for figure in figures.lost(results)],
        "others": remaining.figures(results),
        "null_maps": clusters.null_maps(results),
        "parted": autoencoder_effects.lost(results),
        "helped": figures.helped(results),
        "portraits": encoder_figures.portraits(results, class_colors),
        "rate_distortion": published_claims.rate_distortion(results),
        "rebuilt": reconstruction_examples.rebuilt(results),
        "sized": code_size_sweep.figures(results),
        "training": figures.training(results),
        "scree": figures.scree(results),
    }
    if not results.params.report.inputs:  # what shows rows, or what is rebuilt of them
        found |= {"portraits": [], "rebuilt": []}
    values = dict(
        rules=swatches(class_colors) + columns(len(results.maps)),
        script=explorer.script(),
        results=results,
        title=f"{results.dataset.info['title']}: which map can be believed?",
        data_line=data_line(results),
        run_line=run_line(results),
        legend=legend(results.dataset.table, class_colors),
        sentences=verdict_wording,
        doubts=caveats,
        examples=reconstruction_examples,
        claims=published_claims,
        claimed=published_claims.claims(results),
        costs=autoencoder_effects,
        names=formatting,
        placed_rows=remaining,
        sizes=code_size_sweep,
        tables=tables,
        opening=headline,
        terms=glossary.known(results),
        twins=twins,
        **found,
    )
    rest = len(render("page.html", explored=explorer.Contents("", 0, 0), **values).encode())
    budget = int(results.params.report.max_megabytes * 1e6) - rest
    html = render("page.html", explored=explorer.gather(results, class_colors, budget), **values)
    return html, [figure for figures in found.values() for figure in figures]


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
    """ "a1b2c3, seed 0, 5 drawings of each map"."""
    code = results.revision or "without git"
    changed = (
        " (with uncommitted changes, so that revision alone does not bring this page back: see part 5)"
        if results.uncommitted_changes
        else ""
    )
    embeddings = f"{results.params.seeds} drawing{'s' if results.params.seeds > 1 else ''} of each map"
    return f"{code}{changed}, seed {results.params.seed}, {embeddings}"


def legend(rows: pd.DataFrame, class_colors: dict[str, str]) -> list[tuple[str, str, int]]:
    """(style class of the swatch, name, rows) of each class."""
    counts = rows["label"].astype(str).value_counts() if class_colors else {}
    return [(f"class-{index}", name, int(counts.get(name, 0))) for index, name in enumerate(class_colors)]


def render(
    template: str | Template, rules: str = "", script: str = "", terms: Mapping[str, str] = {}, **values: object
) -> str:
    """A template's page, with its style sheet, further rules and its script in it, and the hashes that let them in."""
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
    found = []
    for most in range(2, count + 1):
        each = -(-count // -(-count // most))
        room = most * NARROWEST + (most - 1) * GAP
        found.append(f"@container (min-width:{room:g}rem){{.maps{{--columns:{each}}}}}\n")
    return "".join(found)


def _schemes() -> str:
    """The palette's colors as variables of the style sheet."""
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
        finalize=lambda found: glossary.unbroken(found) if type(found) is str else found,
    )
