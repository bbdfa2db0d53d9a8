"""The page of new rows: what was found, in words, marks and pictures; and what must not be shown is not."""

import base64
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pipeline.config import Report
from pipeline.report import map_figures, new_points

SHOWN = Report(columns="all", inputs=True, points=1000, max_megabytes=1)
LABELS = ("<b>zero</b>", "one & two", '"><img src=x>')
THUMBNAIL = re.compile(r'src="data:image/png;base64,([^"]+)"')


@pytest.fixture
def found(made):
    """Eight new rows on 60 known ones; rows 5, 3 and 7 are novel, in this order."""
    known = made(n=60, labels=LABELS).dataset
    known.info["scaling"] = {"rule": "unit", "low": 0.0, "high": 16.0}
    known.table["id"] = [f"known-{row}" for row in range(60)]
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"id": [f"new-{row}<i>" for row in range(8)], "x": rng.normal(size=8), "y": rng.normal(size=8)}
    )
    table["error"] = [1.0, 1, 1, 20, 1, 30, 1, 10]
    table["p_value"] = np.where(table["error"] > 5, 0.001, 0.5)
    table["out_of_distribution"] = table["p_value"] < 0.01
    nearest = np.array([[50, 51, 52], [30, 31, 32], [10, 11, 12]])
    return new_points.Placed("tsne", "t-SNE of <raw>", "new.npy", ["3 of 8 <are novel>."], known, rng.normal(size=(60, 2)),
                         rng.random((8, 4, 4)) * 16, table, nearest, 0.01, SHOWN)  # fmt: skip


def lines(html):
    """Cells of the list, as text."""
    body = re.search(r"<tbody>(.*)</tbody>", html, re.S)[1]
    texts = [re.sub(r"<[^>]+>", " ", line).split() for line in body.split("<tr>")[1:]]
    return [" ".join(words) for words in texts]


def test_novel_rows_are_listed_worst_first_with_their_nearest(found):
    html = new_points.make(found)
    assert [line.split()[:2] for line in lines(html)] == [
        ["1", "new-5&lt;i&gt;"],
        ["2", "new-3&lt;i&gt;"],
        ["3", "new-7&lt;i&gt;"],
    ]
    assert "30.0 0.001 known-50 (&#34;&gt;&lt;img src=x&gt;) known-51 (&lt;b&gt;zero&lt;/b&gt;)" in lines(html)[0]
    assert not re.search(r"<(b|i|are|raw)>|<img src=x", html)
    drawn = ElementTree.fromstring(map_figures.placed("placed", "", found.points, None, {}, found.table[["x", "y"]].to_numpy(),
                                               found.table["out_of_distribution"].to_numpy(), np.array([5, 3, 7])).light)  # fmt: skip
    assert [text for text in drawn.itertext() if text.strip().isdigit()] == ["1", "2", "3"]


def test_where_no_row_can_be_novel_the_largest_errors_are_listed(found):
    """Beside few test rows no p-value is small enough; the numbered rings and the list are there all the same."""
    table = pd.concat([found.table] * 2, ignore_index=True).assign(novel=False)
    nearest = np.arange(30).reshape(10, 3)
    shown = replace(
        found, table=table, nearest=nearest, rows=np.concatenate([found.rows] * 2), errors=np.array([0.25, 2])
    )
    html = new_points.make(shown)
    assert [line.split()[1] for line in lines(html)[:3]] == ["new-5&lt;i&gt;", "new-5&lt;i&gt;", "new-3&lt;i&gt;"]
    assert len(lines(html)) == new_points.LARGEST
    assert "No row is called novel: the largest errors, 10." in html
    assert "Errors of the 2 test rows go from 0.250 to 2.000." in html
    assert "Numbers are those of the list" in html and "Diamonds" not in html


def test_pictures_are_those_of_the_rows(found):
    shown = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) for text in THUMBNAIL.findall(new_points.make(found))
    ]
    assert len(shown) == 3 * (1 + 3)
    np.testing.assert_array_equal(shown[0], np.rint(255 * found.rows[5] / 16))
    np.testing.assert_array_equal(shown[7], np.rint(255 * found.known.rows[32]))


@pytest.mark.parametrize(
    ("shown", "ids", "pictures"),
    [({"inputs": False}, True, False), ({"columns": []}, False, True), ({"columns": ["id"]}, True, True)],
)
def test_what_is_private_stays_out(found, shown, ids, pictures):
    html = new_points.make(replace(found, shown=SHOWN.model_copy(update=shown)))
    assert ("known-" in html and "new-5" in html) == ids
    assert ids or "1 5 30.0 0.001 50 (" in lines(html)[0], "rows are numbered"
    assert bool(THUMBNAIL.search(html)) == pictures


def test_a_map_without_errors_has_a_page_without_a_list(found):
    table = found.table.assign(error=np.nan, p_value=np.nan, novel=False)
    html = new_points.make(replace(found, table=table, nearest=np.empty((0, 3), dtype=int)))
    assert "<table>" not in html and "Diamonds" not in html and "called novel</li>" not in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1900])
def test_the_page_fits(browser, found, tmp_path, scheme, width):
    (tmp_path / "placed.html").write_text(new_points.make(found), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.goto((tmp_path / "placed.html").as_uri())
    opened.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert said == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    paper, ink = (opened.evaluate(f"getComputedStyle(document.querySelector('.swatch.novel')).{key}")
                  for key in ("backgroundColor", "color"))  # fmt: skip
    assert paper == ink, "a diamond in ink"
    assert opened.locator("figure").bounding_box()["width"] <= 600
    context.close()
