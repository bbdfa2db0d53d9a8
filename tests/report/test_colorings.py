"""What maps are colored by, and how that is explained: on the page, and in saved pictures."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from pipeline.report import explorer

BOX = '[data-map="tsne-raw"] .panel'


@pytest.fixture
def opened(browser, address, errors):
    """The page; what is written on canvases is kept in `written`."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.add_init_script(
        "window.written = []; const write = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { written.push(text); write.call(this, text, ...rest); }"
    )
    opened.goto(address)
    opened.wait_for_selector(".maps[data-painted]")
    yield opened
    context.close()


def color(opened, key):
    opened.locator("[data-part=color]").select_option(key)
    opened.wait_for_timeout(80)
    return " ".join(opened.locator("[data-part=legend]").inner_text().split())


def test_the_legend_says_which_end_is_worse_and_which_maps_have_none(opened, shared):
    assert color(opened, "lost_on_the_map") == "neighbors lost on the map: 0 % (best) 100 % (worst)"
    assert color(opened, "lost_in_the_code") == (
        "neighbors lost in the code: 0 % (best) 100 % (worst) "
        "Gray: PCA of raw pixels, t-SNE of raw pixels (maps of the data themselves, without a code)."
    )
    assert "100 % (best) 0 % (worst) Gray: PCA of raw pixels (one embedding)." in color(opened, "stability")
    low, high = (round(100 * f(shared.points["trustworthiness_10"])) for f in (min, max))
    assert color(opened, "trustworthiness") == f"trustworthiness: {high} % (best) {low} % (worst)"
    opened.locator("[data-part=view]").select_option("two")
    opened.locator("[data-part=first]").select_option("umap-deep")
    assert "from UMAP of deep codes to PCA of raw pixels" in color(opened, "moved")


def test_the_worse_end_is_the_one_that_stands_out(browser, shared):
    """Of every measure, on both papers; and a raw map loses on the map all that it loses."""
    header, arrays = explorer.data.header_and_arrays(shared, {}, np.arange(400))
    assert all(
        set(each["scales"]) == set(shared.maps) for each in header["colorings"] if each["key"] == "lost_on_the_map"
    )
    for scheme, paper in (("light", 255), ("dark", 0)):
        opened = browser.new_page(color_scheme=scheme)
        opened.add_script_tag(
            content=f"{explorer.script('colors.js')}\nObject.assign(window, {{ rowColors }});", type="module"
        )
        opened.wait_for_function("() => window.rowColors")
        for key, values, worst in (
            ("lost", shared.share_lost("tsne-raw"), np.argmax),
            ("trustworthiness", shared.by_point("tsne-raw", "trustworthiness_10"), np.argmin),
            ("stability", shared.by_point("tsne-raw", "stability_10"), np.argmin),
        ):
            told = {
                "shown": 400,
                "ramp": header["ramp"],
                "arrays": {name: each.tolist() for name, each in arrays.items()},
            }
            coloring = next(each for each in header["colorings"] if each["key"] == key)
            painted = opened.evaluate(
                "([data, coloring]) => [...rowColors(data, coloring, { name: 'tsne-raw' })]", [told, coloring]
            )
            away = np.abs(np.reshape(painted, (400, 4))[:, :3].mean(axis=1) - paper)
            assert away[worst(values)] == away.max() > 100
        opened.close()


def test_the_legend_of_classes_shows_no_colors_that_are_not_theirs(opened):
    assert opened.locator(".legend .swatch:visible").count() == 3
    assert color(opened, "column split") == "split: test train validation"
    assert opened.locator(".legend .swatch:visible").count() == 0
    assert opened.locator("[data-part=legend] .swatch:visible").count() == 3
    color(opened, "label")
    assert opened.locator(".legend .swatch:visible").count() == 3


def saved(opened, figure):
    """The words on a saved picture, as one text."""
    opened.evaluate("written.length = 0")
    with opened.expect_download():
        opened.locator(figure).get_by_role("button", name="Save picture").click()
    return " ".join(opened.evaluate("written.filter(text => text)"))


def test_a_saved_map_says_what_it_shows(opened, shared):
    figure = '[data-map="tsne-raw"]'
    plain = saved(opened, figure)
    assert "class: zero one two" in plain
    assert not re.search("misplaced:|selected|zoomed|Ring", plain)
    opened.get_by_role("button", name="two").click()
    opened.locator(BOX).focus()
    opened.get_by_role("button", name="Only misplaced").click()
    opened.get_by_label("Zoom in").click()
    color(opened, "error-deep")
    whole = saved(opened, figure)
    misplaced = shared.share_lost("tsne-raw") > 0.8
    assert f"reconstruction error, deep: 0 (best) {shared.errors['deep'].max():.3g} (worst)" in whole
    assert f"Only rows misplaced on t-SNE of raw pixels: {misplaced.sum()} of 400 rows are shown." in whole
    assert f"{(misplaced & (shared.labels == 'two')).sum()} of 400 rows selected; the others are faint." in whole
    assert "A part of the map, zoomed in 1.5 times." in whole
    assert "What not to read into t-SNE of raw pixels: single neighbors" in whole
    assert (
        "First of 5 embeddings. Axes mean nothing where they are not named. The interval covers other seeds." in whole
    )
    assert "shaded band" in saved(opened, "figure[data-caveat^='A bar'] >> nth=0")


def test_every_table_can_be_downloaded(opened):
    details = opened.locator("details", has=opened.locator("summary", has_text="All comparisons in R_NX"))
    details.locator("summary").click()
    with opened.expect_download() as kept:
        details.get_by_role("button", name="CSV").click()
    assert kept.value.suggested_filename == "All-comparisons-in-R-NX-AUC.csv"
    found = pd.read_csv(kept.value.path())
    assert len(found) == 5 and found["difference"].min() == -0.05 and found["difference"].dtype == float
    tables = opened.locator("main table")
    assert opened.locator("main table caption button").count() == tables.count() > 5
    assert "As CSV: reports/plots" not in opened.content()


def test_selected_rows_have_all_measures_and_what_distinguishes_them(opened, shared):
    opened.get_by_role("button", name="two").click()
    means = opened.locator("[data-part=selection] table", has_text="Means of the selected")
    expect(means.locator("tr").nth(2).locator("td").nth(2)).to_be_attached()  # it is written after the click
    own = shared.labels == "two"
    for name, line in (("pca", 1), ("tsne-raw", 2)):
        kept, trust = 1 - shared.share_lost(name), shared.by_point(name, "trustworthiness_10")
        stable = shared.by_point(name, "stability_10")
        cells = means.locator("tr").nth(line).locator("td").all_inner_texts()
        shares = [(kept, 0), (trust, 1)] + ([(stable, 0)] if name != "pca" else [])
        for cell, (values, digits) in zip(cells, shares, strict=False):
            read = [float(part) for part in re.findall(r"[\d.]+", cell)]
            np.testing.assert_allclose(
                read, [100 * values[own].mean(), 100 * values.mean()], atol=0.51 * 10**-digits + 0.2
            )
        assert (cells[2].split() == ["–", "–"]) == (name == "pca")
    apart = opened.locator("[data-part=selection] table", has_text="What distinguishes them")
    expect(apart.locator("tbody tr").first).to_have_text(re.compile(r"^batch: late100\s%33\s%1\.4$"))
    assert "pixels are not compared one by one" in apart.inner_text()
    opened.locator(BOX).focus()
    opened.keyboard.press("ArrowRight")
    said = opened.locator("[data-part=row] table", has_text="trustworthiness").inner_text()
    assert "Of its 10 true neighbors: kept. Of its 10 on the map: trustworthiness" in said
