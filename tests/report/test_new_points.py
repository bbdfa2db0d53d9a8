"""The page of new rows: what was measured, in words, marks and pictures; and what must not be shown is not."""

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
def new(made):
    """Eight new rows on 60 known ones; rows 5, 3 and 7 are out-of-distribution, in this order."""
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
    return new_points.NewPoints("tsne", "t-SNE of <raw>", "new.npy", ["3 of 8 <are>."], known, rng.normal(size=(60, 2)),
                                rng.random((8, 4, 4)) * 16, table, nearest, 0.01, SHOWN)  # fmt: skip


def rows(html):
    """Cells of the list, as text."""
    body = re.search(r"<tbody>(.*)</tbody>", html, re.S)[1]
    cells = [re.sub(r"<[^>]+>", " ", row).split() for row in body.split("<tr>")[1:]]
    return [" ".join(words) for words in cells]


def test_out_of_distribution_rows_are_listed_by_error_with_their_nearest(new):
    html = new_points.make(new)
    assert [row.split()[:2] for row in rows(html)] == [
        ["1", "new-5&lt;i&gt;"],
        ["2", "new-3&lt;i&gt;"],
        ["3", "new-7&lt;i&gt;"],
    ]
    assert "30.0 0.001 known-50 (&#34;&gt;&lt;img src=x&gt;) known-51 (&lt;b&gt;zero&lt;/b&gt;)" in rows(html)[0]
    assert not re.search(r"<(b|i|are|raw)>|<img src=x", html)
    points, out = new.table[["x", "y"]].to_numpy(), new.table["out_of_distribution"].to_numpy()
    picture = map_figures.new_points("new-points", "", new.points, None, {}, points, out, np.array([5, 3, 7]))
    texts = ElementTree.fromstring(picture.light).itertext()
    assert [text for text in texts if text.strip().isdigit()] == ["1", "2", "3"]


def test_where_no_row_is_out_of_distribution_the_largest_errors_are_listed(new):
    """Of few test rows no p-value is small enough; the numbered rings and the list are there all the same."""
    table = pd.concat([new.table] * 2, ignore_index=True).assign(out_of_distribution=False)
    nearest = np.arange(30).reshape(10, 3)
    doubled = np.concatenate([new.rows] * 2)
    html = new_points.make(replace(new, table=table, nearest=nearest, rows=doubled, test_errors=np.array([0.25, 2])))
    assert [row.split()[1] for row in rows(html)[:3]] == ["new-5&lt;i&gt;", "new-5&lt;i&gt;", "new-3&lt;i&gt;"]
    assert len(rows(html)) == new_points.LARGEST
    assert "10 largest errors" in html and "2 test rows range from 0.250 to 2.000" in html
    assert "Diamonds" not in html


def test_pictures_are_those_of_the_rows(new):
    images = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) for text in THUMBNAIL.findall(new_points.make(new))
    ]
    assert len(images) == 3 * (1 + 3)
    np.testing.assert_array_equal(images[0], np.rint(255 * new.rows[5] / 16))
    np.testing.assert_array_equal(images[7], np.rint(255 * new.known.rows[32]))


@pytest.mark.parametrize(
    ("shown", "ids", "pictures"),
    [({"inputs": False}, True, False), ({"columns": []}, False, True), ({"columns": ["id"]}, True, True)],
)
def test_what_is_private_stays_out(new, shown, ids, pictures):
    html = new_points.make(replace(new, shown=SHOWN.model_copy(update=shown)))
    assert ("known-" in html and "new-5" in html) == ids
    assert ids or "1 5 30.0 0.001 50 (" in rows(html)[0], "rows are numbered"
    assert bool(THUMBNAIL.search(html)) == pictures


def test_a_map_without_errors_has_a_page_without_a_list(new):
    table = new.table.assign(error=np.nan, p_value=np.nan, out_of_distribution=False)
    html = new_points.make(replace(new, table=table, nearest=np.empty((0, 3), dtype=int)))
    assert "<table>" not in html and "Diamonds" not in html and "out-of-distribution</li>" not in html


def test_the_page_fits(browser, new, tmp_path, errors):
    (tmp_path / "new_points.html").write_text(new_points.make(new), encoding="utf-8")
    for width, scheme in ((360, "light"), (1900, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened = context.new_page()
        opened.on("console", lambda message: errors.append(message.text))
        opened.goto((tmp_path / "new_points.html").as_uri())
        opened.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        fill, ink = (opened.evaluate(f"getComputedStyle(document.querySelector('.swatch.out-of-distribution')).{key}")
                     for key in ("backgroundColor", "color"))  # fmt: skip
        assert fill == ink, "a diamond in ink"
        assert opened.locator("figure").bounding_box()["width"] <= 600
        context.close()
