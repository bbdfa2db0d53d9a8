"""The page as a file: escaped, sealed, repeatable, and whole for every kind of run."""

import base64
import hashlib
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pipeline.report import (
    colors,
    figure_files,
    formatting,
    map_figures,
    page,
    reconstruction_examples,
    rendering,
    series_figures,
    summary,
)

ONE = {"tsne": {"space": "raw", "method": "tsne"}}
EVERY_KIND = {
    "pca": {"kind": "pca", "code_size": 3},
    "deep": {"kind": "autoencoder", "code_size": 3},
    "sparse": {"kind": "autoencoder", "code_size": 3, "objective": "sparse"},
    "clean": {"kind": "autoencoder", "code_size": 3, "objective": "denoising", "noise": "gaussian", "noise_level": 0.5},
    "latent": {"kind": "autoencoder", "code_size": 3, "objective": "variational"},
    "maps": {"kind": "autoencoder", "code_size": 3, "architecture": "convolutional", "code_maps": True},
}


@pytest.fixture
def light_only(monkeypatch):
    """Pictures on a light background alone, and no PNG: a third of the work."""
    render, light = rendering._render, {}

    def once(paint, size, scheme):
        if scheme is colors.LIGHT:
            light["svg"] = render(paint, size, colors.DARK)[0]  # which makes no PNG
        return light["svg"], b""

    monkeypatch.setattr(rendering, "_render", once)


@pytest.mark.parametrize(
    "case",
    [
        {"labels": (), "kind": "vector"},
        {"kind": "sequence", "n": 60},
        {"labels": tuple(f"class {number}" for number in range(25)), "maps": ONE, "compared": []},
        {"labels": ("only",), "seeds": 1},
        {"maps": ONE, "encoders": {"pca": {"kind": "pca", "code_size": 3}}, "compared": []},
        {"encoders": EVERY_KIND},
    ],
    ids=[
        "vectors without labels",
        "series",
        "25 classes",
        "one label, one embedding",
        "one map, no autoencoder",
        "every kind of autoencoder",
    ],
)
def test_every_kind_of_run_has_its_page(made, light_only, case):
    results = made(**case)
    html, figures = page.make(results)
    check(results, html, figures)
    assert 10 < len(summary.make(results).splitlines()) < 45
    if case.get("kind") == "sequence":
        assert "60 series of up to 7 steps × 4 channels, 3 classes" in " ".join(html.split())
        for copies in results.reconstructions.values():
            copies[np.isnan(results.dataset.rows[results.is_test])] = 1e6  # beyond the true steps
        again = [figure.picture for figure in reconstruction_examples.figures(results)]
        assert again == [figure.picture for figure in figures if figure.picture.name.startswith("reconstructed-")]


@pytest.mark.parametrize("changes", [False, True])
def test_uncommitted_changes_are_explained_where_they_are_named(made, page_of, changes):
    html = page_of(replace(made(n=60), uncommitted_changes=changes))
    top, part_five = html.partition("</header>")[0], html.partition('id="reproduce"')[2]
    assert ("uncommitted" in top) == ("uncommitted" in part_five) == ("git status" in part_five) == changes


def test_texts_of_the_data_are_texts_on_the_page(hostile):
    check(*hostile)
    _, html, figures = hostile
    named = "".join(ElementTree.fromstring(figures[0].picture.light).itertext())
    assert "$x$" in named and "가나다" in named
    assert html.count("$\\frac{") >= 1


def check(results, html, figures):
    assert html.count("<section") == 7
    terms = re.findall(r'href="#(term[^"]*)"', html)
    assert len(terms) == len(set(terms)) > 2 and {f'id="{term}"' in html for term in terms} == {True}
    assert not re.search(r"\b(nan|None|inf)\b", re.sub(r"data:[^\"]*|<script.*?</script>", "", html, flags=re.S))
    assert html.count("<script") == 2 and "<script>" not in html and "<b>" not in html  # the explorer's, and its data
    assert html.count('id="explorer-data"') == 1 and page.EXPLORER_DATA not in html
    assert html.count("<img") / 2 == len(figures) == len({figure.picture.name for figure in figures})
    for figure in figures:
        ElementTree.fromstring(figure.picture.dark)  # well-formed
    named = {text for text in ElementTree.fromstring(figures[0].picture.light).itertext() if text.strip()}
    labels = results.dataset.info["labels"]
    assert len([label for label in labels if formatting.cut(label, 14) in named]) >= 0.9 * min(20, len(labels)), (
        "few lack room"
    )


@pytest.mark.parametrize(("tag", "policy"), [("<style>", "style-src"), ('<script type="module">', "script-src")])
def test_the_policy_admits_the_page_s_own_style_and_script(hostile, tag, policy):
    _, html, _ = hostile
    content = (
        re.search(rf"{tag}(.*?)</", html, re.S)[1]
        if tag == "<style>"
        else html.partition(tag)[2].partition("</script>")[0]
    )
    allowed = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert f"{policy} 'sha256-{allowed}'" in html
    assert "default-src 'none'" in html
    assert not re.search(r'<[^>]* style="', html)


def test_equal_results_are_equal_bytes(made, page_of):
    results = made(n=60)
    assert page_of(results) == page_of(results)
    one, other = (
        map_figures.by_class("map", "", results.maps["pca"], None, {}) for _ in range(2)
    )  # with the PNG and both schemes
    assert one == other


def test_a_page_keeps_to_its_megabytes(made, page_of):
    results = made(n=3000)
    size = len(page_of(results).encode())
    report = results.params.report.model_copy(update={"max_megabytes": 0.75 * size / 1e6})
    small = replace(results, params=results.params.model_copy(update={"report": report}))
    html = page_of(small)
    assert 0.6 * size < len(html.encode()) <= 0.75 * size
    assert "rows, the data themselves can be seen" in html


def test_the_summary_changes_with_results_only(hostile):
    text = summary.make(hostile[0])
    assert "123.4" not in text and hostile[0].revision not in text
    assert "\\<b\\>a\\|b\\</b\\>" in text


def test_examples_are_spread_through_their_tenth():
    error = np.random.default_rng(0).permutation(1000).astype(float)
    assert error[reconstruction_examples.tenth(error, "best", 6)].tolist() == [8, 25, 41, 58, 75, 91]
    assert error[reconstruction_examples.tenth(error, "worst", 6)].tolist() == [908, 925, 941, 958, 975, 991]
    assert len(reconstruction_examples.tenth(error[:3], "median", 6)) >= 1


def test_the_most_varied_channels_are_shown(made):
    rows = made(kind="sequence", n=60).dataset.rows
    variance = np.nanvar(rows.astype(float), axis=(0, 1))
    assert series_figures.most_varied(rows) == np.argsort(-variance)[:3].tolist()


def test_many_points_become_pixels():
    points = np.random.default_rng(0).normal(size=(map_figures.VECTOR_UP_TO + 1, 2))
    assert b"<image" in map_figures.by_class("many", "", points, None, {}).light
    few = map_figures.by_class("few", "", points[:100], None, {}).light
    assert b"<image" not in few and few.count(b"h0") == 100


def test_exported_figures_carry_their_words_and_data(hostile):
    results, _, figures = hostile
    files = figure_files.files(figures, "Title <&>")
    for figure in figures:
        text = "".join(ElementTree.fromstring(files[f"{figure.picture.name}.svg"]).itertext())
        flat = re.sub(r"\s+", "", text)
        assert re.sub(r"\s+", "", figure.heading) in flat and re.sub(r"\s+", "", figure.caption) in flat
        assert flat.endswith(re.sub(r"\s+", "", figure.caveat) + "Title<&>")
        assert bool(figure.caveat) == figure.picture.name.startswith(("map-", "comparisons-", "lost-neighbors"))
        image = Image.open(io.BytesIO(files[f"{figure.picture.name}.png"]))
        assert image.width >= 2 * figure.picture.size[0] - 2
    forest = pd.read_csv(io.BytesIO(files["comparisons-best.csv"]))
    assert forest["value"].tolist() == [-row.difference for row in results.comparisons_of("best")]
    worst, errors = pd.read_csv(io.BytesIO(files["reconstructed-worst.csv"])), results.errors["deep"]
    assert worst["squared error, deep"].tolist() == pytest.approx(errors[worst["row"]].tolist(), rel=1e-5)
    assert results.is_test[worst["row"]].all()
    assert worst["squared error, deep"].min() > np.quantile(errors[results.is_test], 0.9)
    assert {"map-pca.csv", "r-nx.csv", "shepard.csv", "lost-where.csv"} <= set(files)


@pytest.mark.slow
def test_a_page_of_70_000_rows_keeps_to_its_megabytes(made):
    """Of random rows, which compress worst, and each of which is on five maps with all its measures."""
    results = made(n=70_000, labels=tuple("0123456789"))
    html, _ = page.make(results)
    assert len(html.encode()) <= 1e6 * results.params.report.max_megabytes
    assert "On the screen the maps show" not in html, "all rows are shown"
    assert "rows, the data themselves can be seen" in html, "but not all their inputs"
