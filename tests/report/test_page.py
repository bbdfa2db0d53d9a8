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

from pipeline.report import figure_files, formatting, image_figures, map_figures, page, series_figures, summary

ONE = {"tsne": {"space": "raw", "method": "tsne"}}
EVERY_KIND = {
    "pca": {"kind": "pca", "code_size": 3},
    "deep": {"kind": "autoencoder", "code_size": 3},
    "sparse": {"kind": "autoencoder", "code_size": 3, "objective": "sparse"},
    "clean": {"kind": "autoencoder", "code_size": 3, "objective": "denoising", "noise": "gaussian", "noise_level": 0.5},
    "latent": {"kind": "autoencoder", "code_size": 3, "objective": "variational"},
    "maps": {"kind": "autoencoder", "code_size": 3, "architecture": "convolutional", "code_maps": True},
}


@pytest.mark.parametrize(
    "case",
    [
        {"labels": (), "kind": "vector"},
        {"kind": "sequence"},
        {"labels": tuple(f"class {number}" for number in range(25)), "maps": ONE, "compared": []},
        {"labels": ("only",), "seeds": 1},
        {"maps": ONE, "encoders": {"pca": {"kind": "pca", "code_size": 3}}, "compared": []},
        {"encoders": EVERY_KIND},
    ],
    ids=[
        "vectors without labels",
        "series",
        "25 classes",
        "one label, one drawing",
        "one map, no autoencoder",
        "every kind of autoencoder",
    ],
)
def test_every_kind_of_run_has_its_page(made, case):
    found = made(**case)
    html, shown = page.make(found)
    check(found, html, shown)
    assert 10 < len(summary.make(found).splitlines()) < 45


@pytest.mark.parametrize("changed", [False, True])
def test_uncommitted_changes_are_explained_where_they_are_named(made, changed):
    html, _ = page.make(replace(made(), changed=changed))
    at_the_top, in_part_five = html.partition("</header>")[0], html.partition("5 Can I reproduce it?")[2]
    assert ("a1b2c3 (with uncommitted changes, so that revision alone does not" in at_the_top) == changed
    assert ("not as in revision a1b2c3. <code>git status</code> names them. Commit them" in in_part_five) == changed
    assert html.count("uncommitted") == 2 * changed


def test_texts_of_the_data_are_texts_on_the_page(hostile):
    check(*hostile)
    _, html, shown = hostile
    named = "".join(ElementTree.fromstring(shown[0].picture.light).itertext())
    assert "$x$" in named and "가나다" in named
    assert html.count("$\\frac{") >= 1


def check(found, html, shown):
    assert html.count("<section") == 7
    words = re.findall(r'href="#(word[^"]*)"', html)
    assert len(words) == len(set(words)) > 2 and {f'id="{word}"' in html for word in words} == {True}
    assert not re.search(r"\b(nan|None|inf)\b", re.sub(r"data:[^\"]*|<script.*?</script>", "", html, flags=re.S))
    assert html.count("<script") == 2 and "<script>" not in html and "<b>" not in html  # the explorer's, and its data
    assert html.count("<img") / 2 == len(shown) == len({figure.picture.name for figure in shown})
    for figure in shown:
        ElementTree.fromstring(figure.picture.dark)  # well-formed
    named = {text for text in ElementTree.fromstring(shown[0].picture.light).itertext() if text.strip()}
    assert len([label for label in found.dataset.info["labels"] if formatting.cut(label, 14) in named]) == min(
        20, len(found.dataset.info["labels"])
    )


def test_the_style_is_the_one_that_the_policy_allows(hostile):
    _, html, _ = hostile
    style = re.search(r"<style>(.*?)</style>", html, re.S)[1]
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}'" in html
    assert "default-src 'none'" in html
    assert not re.search(r'<[^>]* style="', html)
    script = re.search(r"<script type=\"module\">(.*?)</script>", html, re.S)[1]
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{allowed}'" in html


def test_equal_findings_are_equal_bytes(hostile):
    found, html, shown = hostile
    assert page.make(found) == (html, shown)


def test_the_summary_changes_with_results_only(hostile):
    text = summary.make(hostile[0])
    assert "123.4" not in text and hostile[0].revision not in text
    assert "\\<b\\>a\\|b\\</b\\>" in text


def test_examples_are_spread_through_their_tenth():
    error = np.random.default_rng(0).permutation(1000).astype(float)
    assert error[image_figures.tenth(error, "best", 6)].tolist() == [8, 25, 41, 58, 75, 91]
    assert error[image_figures.tenth(error, "worst", 6)].tolist() == [908, 925, 941, 958, 975, 991]
    assert len(image_figures.tenth(error[:3], "median", 6)) >= 1


@pytest.mark.parametrize("kind", ["vector", "sequence"])
def test_unexplained_is_one_less_r_squared(made, kind):
    from sklearn.metrics import r2_score

    found = made(kind=kind)
    rows, copies = found.dataset.rows[found.is_test], found.reconstructions["deep"].astype(float)
    if kind == "sequence":
        true = ~np.isnan(rows).any(axis=2)
        rows, copies = rows[true], copies[true]
    deep = {"deep": found.reconstructions["deep"]}
    table = image_figures.unexplained(found.dataset, found.is_test, deep).sort_values("column")
    assert 1 - table["deep"].to_numpy() == pytest.approx(r2_score(rows, copies, multioutput="raw_values"))


def test_series_are_told_by_their_true_steps(made):
    found = made(kind="sequence", n=60)
    html, shown = page.make(found)
    text = " ".join(html.split())
    assert "60 series of up to 7 steps × 4 channels, 3 classes" in text
    assert "Squared error a test series, summed over its true steps" in text
    assert "They are chosen by rule: three at even steps through the tenth" in text
    rows = found.dataset.rows[found.is_test]
    variance = np.nanvar(rows.astype(float), axis=(0, 1))
    assert series_figures.varied(rows) == np.argsort(-variance)[:3].tolist()
    for copies in found.reconstructions.values():
        copies[np.isnan(rows)] = 1e6  # where nothing was to be rebuilt
    assert page.make(found)[1] == shown


def test_many_points_become_pixels():
    points = np.random.default_rng(0).normal(size=(map_figures.VECTOR_UP_TO + 1, 2))
    assert b"<image" in map_figures.by_class("many", "", points, None, {}).light
    few = map_figures.by_class("few", "", points[:100], None, {}).light
    assert b"<image" not in few and few.count(b"h0") == 100


def test_exported_figures_carry_their_words_and_data(hostile):
    found, _, figures = hostile
    made = figure_files.files(figures, "Title <&>")
    for figure in figures:
        text = "".join(ElementTree.fromstring(made[f"{figure.picture.name}.svg"]).itertext())
        flat = re.sub(r"\s+", "", text)
        assert re.sub(r"\s+", "", figure.heading) in flat and re.sub(r"\s+", "", figure.caption) in flat
        assert flat.endswith(re.sub(r"\s+", "", figure.caveat) + "Title<&>")
        assert bool(figure.caveat) == figure.picture.name.startswith(("map-", "forest-", "lost-neighbors"))
        image = Image.open(io.BytesIO(made[f"{figure.picture.name}.png"]))
        assert image.width >= 2 * figure.picture.size[0] - 2
    forest = pd.read_csv(io.BytesIO(made["forest-best.csv"]))
    assert forest["value"].tolist() == [-line.difference for line in found.comparisons_of("best")]
    worst, errors = pd.read_csv(io.BytesIO(made["rebuilt-worst.csv"])), found.errors["deep"]
    assert worst["squared error, deep"].tolist() == pytest.approx(errors[worst["row"]].tolist(), rel=1e-5)
    assert found.is_test[worst["row"]].all() and worst["squared error, deep"].min() > np.quantile(
        errors[found.is_test], 0.9
    )
    assert {"map-pca.csv", "r-nx.csv", "shepard.csv", "lost-where.csv"} <= set(made)


@pytest.mark.slow
def test_a_page_of_70_000_rows_keeps_to_its_megabytes(made):
    """Of random rows, which compress worst, and of which each stands on five maps with all that can be asked of it."""
    found = made(n=70_000, labels=tuple("0123456789"))
    html, _ = page.make(found)
    assert len(html) <= 1e6 * found.params.report.max_megabytes
    assert "On the screen the maps show" not in html, "all rows are shown"
    assert "rows, the data themselves can be seen" in html, "but not all that they hold"
