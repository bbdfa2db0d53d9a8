"""The explorer in a real browser: people can work it, by pointer and by keys."""

import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

BOX = '[data-map="tsne-raw"] .panel'


@pytest.fixture
def opened(browser, address, errors):
    """The page, with the explorer; no error may occur on it."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    load(opened, address)
    yield opened
    context.close()


def load(opened, address):
    opened.goto(address)
    opened.wait_for_selector(".maps[data-painted]")


def position_of(opened, shared, row, box=BOX, name="tsne-raw"):
    """The position of a row on the screen."""
    points, frame = shared.maps[name], opened.locator(box).bounding_box()
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = (points[row] - (low + high) / 2) / (1.06 * (high - low).max()) * [1, -1] + 0.5
    return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]


def test_pointing_at_a_row_shows_its_details(opened, shared):
    x, y = position_of(opened, shared, 0)
    opened.mouse.move(x, y)
    opened.wait_for_selector("[data-part=row] dl")
    shown = opened.locator("[data-part=row]").inner_text()
    row = int(re.search(r"row\s+(\d+)", shown)[1])
    away = np.linalg.norm(shared.maps["tsne-raw"] - shared.maps["tsne-raw"][0], axis=1)
    assert away[row] <= np.sort(away)[3], "the row itself, or one that lies on it"
    assert f"class\n{shared.labels[row]}" in shown
    kept = round(100 * (1 - shared.share_lost("tsne-raw")[row]))
    assert re.search(rf"t-SNE of raw pixels\s+{kept}\s%", shown)
    assert opened.locator("[data-part=row] canvas").count() == 3  # the input, and what two encoders make of it
    painted = opened.evaluate(
        "document.querySelector('canvas.overlay').getContext('2d').getImageData(0, 0, 2000, 900).data.some(v => v)"
    )
    assert painted


def test_details_of_a_row_push_nothing_away(opened, shared):
    chosen = opened.locator("[data-part=selection]")
    before = chosen.bounding_box()["y"]
    opened.mouse.move(*position_of(opened, shared, 0))
    opened.wait_for_selector("[data-part=row] dl")
    assert chosen.bounding_box()["y"] == before


def test_a_tap_is_answered_on_the_same_screen(browser, address, shared):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    opened = context.new_page()
    load(opened, address)
    opened.locator('[data-map="tsne-raw"]').evaluate("map => map.scrollIntoView()")
    opened.touchscreen.tap(*position_of(opened, shared, 0))
    opened.wait_for_selector("[data-part=row] dl")
    row = opened.locator("[data-part=row] dl").bounding_box()
    assert row["y"] + row["height"] < 844
    context.close()


@pytest.mark.parametrize("tool", ["lasso", "rectangle"])
def test_a_lasso_selects_on_all_maps(opened, shared, tool):
    opened.locator(f"[name=tool][value={tool}]").check()
    frame = opened.locator(BOX).bounding_box()
    corners = [(0.25, 0.2), (0.75, 0.2), (0.75, 0.7), (0.25, 0.7)]
    spots = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in corners]
    opened.mouse.move(*spots[0])
    opened.mouse.down()
    for spot in [*spots[1:], spots[0]] if tool == "lasso" else spots[2:3]:  # a lasso may end where it began
        opened.mouse.move(*spot, steps=5)
    opened.mouse.up()
    opened.wait_for_selector("[data-part=selection] strong")
    low, high = shared.maps["tsne-raw"].min(axis=0), shared.maps["tsne-raw"].max(axis=0)
    at = (shared.maps["tsne-raw"] - (low + high) / 2) / (1.06 * (high - low).max()) * [1, -1] + 0.5
    inside = ((at > [0.25, 0.2]) & (at < [0.75, 0.7])).all(axis=1)
    count = int(re.match(r"\d+", opened.locator("[data-part=selection] strong").inner_text())[0])
    assert abs(count - inside.sum()) <= 3, "but for rows on the line"

    with opened.expect_download() as kept:
        opened.get_by_role("button", name="Ids as CSV").click()
    ids = pd.read_csv(kept.value.path())
    assert len(ids) == count
    assert ids["class"].tolist() == shared.labels[ids["id"]].tolist()
    assert set(ids["id"]) >= set(np.flatnonzero(((at > [0.26, 0.21]) & (at < [0.74, 0.69])).all(axis=1)))

    link = opened.url
    opened.goto("about:blank")
    load(opened, link)
    opened.wait_for_selector("[data-part=selection] strong")
    assert opened.locator("[data-part=selection] strong").inner_text().startswith(f"{count} of 400"), (
        "a link brings it back"
    )


def test_fingers_point_and_pull_apart(browser, address, shared):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    opened = context.new_page()
    load(opened, address)
    opened.locator(BOX).evaluate("panel => panel.scrollIntoView()")  # above what the strip will cover
    fingers = context.new_cdp_session(opened)

    def touch(kind, *spots):
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(spots)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def tapped(spot):
        touch("touchStart", spot)
        touch("touchEnd")
        opened.wait_for_timeout(200)
        return int(re.search(r"row\s+(\d+)", opened.locator("[data-part=row]").inner_text())[1])

    spots, box = np.array([position_of(opened, shared, row) for row in range(400)]), opened.locator(BOX).bounding_box()
    middle, away = spots[0], np.linalg.norm(spots - spots[0], axis=1)
    assert away[tapped(middle)] < 2
    aside = np.array([1, 0])
    touch("touchStart", middle - 10 * aside)
    for apart in range(10, 41, 3):
        touch("touchMove" if apart > 10 else "touchStart", middle - apart * aside, middle + apart * aside)
    touch("touchEnd")
    moved = middle + 4 * (spots - middle) - [box["x"], box["y"]]
    shown = ((moved > 10) & (moved < box["width"] - 10)).all(axis=1)
    other = np.flatnonzero((away > 5) & shown)[0]
    found = tapped(middle + 4 * (spots[other] - middle))
    assert np.linalg.norm(spots[found] - spots[other]) < 1, "four times as far from what lay between the fingers"
    context.close()


def test_classes_and_searches_select(opened, shared):
    opened.get_by_role("button", name="two").click()
    count = (shared.labels == "two").sum()
    expect(opened.locator("[data-part=selection] strong")).to_contain_text(f"{count} of 400")
    table = opened.locator("[data-part=selection] table").first.inner_text()
    assert re.search(rf"two\s+{count}\s+100\s%\s+33\s%", table)
    opened.get_by_label("Search").fill("zer")
    opened.keyboard.press("Enter")
    count = (shared.labels == "zero").sum()
    expect(opened.locator("[data-part=selection] strong")).to_contain_text(f"{count} of 400")
    assert opened.locator(".thumbnails canvas").count() == 48
    opened.locator("[data-part=selection] summary").click()
    assert opened.locator("[data-part=selection] details tbody tr").count() == count


def test_keys_walk_select_and_deselect(opened):
    box = opened.locator(BOX)
    box.focus()
    seen = []
    for key in ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"]:
        opened.keyboard.press(key)
        opened.wait_for_timeout(60)
        seen.append(opened.locator("[data-part=status]").text_content())
    assert len(set(seen)) >= 3
    assert all(
        re.match(r"Row \d+, \w+\. t-SNE of raw pixels keeps \d+ of its 10 true neighbors\.", said) for said in seen
    )
    opened.keyboard.press("Enter")
    opened.wait_for_selector("[data-part=selection] strong")
    assert opened.locator("[data-part=selection] strong").inner_text().startswith("1 of 400")
    for _ in range(2):
        opened.keyboard.press("Escape")
    opened.wait_for_selector("[data-part=selection] strong", state="detached")


def test_worst_rows_come_in_order(opened, shared):
    lost = shared.share_lost("tsne-raw")
    opened.locator(BOX).focus()
    for place in range(3):
        opened.keyboard.press("]")
        opened.wait_for_timeout(60)
        row = int(re.search(r"Row (\d+)", opened.locator("[data-part=status]").text_content())[1])
        assert lost[row] == np.sort(lost)[::-1][place]


def picture(opened):
    """What is painted, as numbers."""
    return opened.evaluate(
        "(() => { const c = document.querySelector('canvas.points'), d = document.createElement('canvas'); d.width = c.width; d.height = c.height;"
        " const x = d.getContext('2d'); x.drawImage(c, 0, 0); return [...x.getImageData(0, 0, d.width, d.height).data.filter((_, i) => i % 97 === 0)]; })()"
    )


def test_colors_views_and_zoom_change_the_picture(opened):
    before = picture(opened)
    assert any(before)
    opened.locator("[data-part=color]").select_option("error-deep")
    opened.wait_for_timeout(200)
    by_error = picture(opened)
    assert by_error != before
    assert "reconstruction error" in opened.locator("[data-part=legend]").inner_text()
    opened.locator(BOX).focus()
    opened.keyboard.press("+")
    opened.wait_for_timeout(200)
    assert picture(opened) != by_error
    opened.keyboard.press("0")
    opened.wait_for_timeout(200)
    assert picture(opened) == by_error


def test_every_coloring_paints_every_view(opened):
    """Also those that only some maps have."""
    for key in opened.locator("[data-part=color] option").evaluate_all(
        "options => options.map(option => option.value)"
    ):
        opened.locator("[data-part=color]").select_option(key)
        opened.wait_for_url(re.compile(rf"color={re.escape(key.replace(' ', '+'))}&"), timeout=5000)  # nothing failed
        assert any(picture(opened))


def test_links_and_searches_of_any_kind_are_read(browser, address):
    opened, wrong = browser.new_page(), []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    for part in ("select=find~50%25", "select=lasso~tsne-raw~0,0", "select=row~x~1", "view=none&first=nothing"):
        opened.goto("about:blank")
        load(opened, f"{address}#{part}")
    opened.get_by_label("Search").fill("~q")
    opened.keyboard.press("Enter")
    expect(opened.locator("[data-part=selection] strong")).to_have_text("0 of 400 rows")
    opened.locator("[data-part=worse]").click()  # of none
    opened.wait_for_timeout(100)
    assert wrong == []
    opened.close()


def test_one_map_turns_into_another(opened, shared):
    opened.locator("[data-part=view]").select_option("morph")
    opened.locator("[data-part=first]").select_option("tsne-raw")
    opened.locator("[data-part=second]").select_option("umap-deep")
    opened.wait_for_timeout(200)
    assert opened.locator(".map:visible").count() == 1
    start = picture(opened)
    opened.locator("[data-part=share]").fill("0.5")
    opened.wait_for_timeout(200)
    assert (
        "50\u00a0% of the way from t-SNE of raw pixels to UMAP of deep codes"
        in opened.locator("[data-part=morphed]").inner_text()
    )
    assert picture(opened) != start
    said = opened.locator("[data-part=share]").get_attribute("aria-valuetext")
    assert said == "50\u00a0% of the way from t-SNE of raw pixels to UMAP of deep codes"
    link = opened.url
    opened.goto("about:blank")
    load(opened, link)
    expect(opened.locator("[data-part=share]")).to_have_value("0.5")
    opened.locator("[data-part=share]").fill("1")
    opened.locator(BOX).evaluate("panel => panel.scrollIntoView()")
    opened.wait_for_timeout(200)
    opened.mouse.move(*position_of(opened, shared, 5, name="umap-deep"))
    opened.wait_for_selector("[data-part=row] dl")
    row = int(re.search(r"row\s+(\d+)", opened.locator("[data-part=row]").inner_text())[1])
    away = np.linalg.norm(shared.maps["umap-deep"] - shared.maps["umap-deep"][5], axis=1)
    assert away[row] <= np.sort(away)[3], "the pointer finds rows where they are now"
    plain = picture(opened)
    opened.locator("[data-part=color]").select_option("moved")
    opened.wait_for_timeout(200)
    assert picture(opened) != plain
    assert "how far rows move" in opened.locator("[data-part=legend]").inner_text()
    opened.locator("[data-part=view]").select_option("two")
    opened.wait_for_timeout(200)
    assert opened.locator(".map:visible").count() == 2
    left, right = (opened.locator(f'[data-map="{name}"]').bounding_box()["x"] for name in ("tsne-raw", "umap-deep"))
    assert left < right
    opened.locator("[data-part=first]").select_option("umap-deep")
    opened.locator("[data-part=second]").select_option("tsne-raw")
    opened.wait_for_timeout(200)
    left, right = (opened.locator(f'[data-map="{name}"]').bounding_box()["x"] for name in ("umap-deep", "tsne-raw"))
    assert left < right, "in the order chosen, which is not that of the page"


def test_a_map_without_graphics_card_looks_the_same(browser, chromium, address):
    """Canvas 2D paints the same points in the same places."""
    launched = browser.browser_type.launch(executable_path=chromium, args=["--no-sandbox", "--disable-3d-apis"])
    opened = launched.new_page(viewport={"width": 1400, "height": 1000})
    load(opened, address)
    assert opened.locator(".maps").get_attribute("data-renderer") == "Canvas 2D"
    plain = np.array(picture(opened)) > 0
    launched.close()
    other = browser.new_page(viewport={"width": 1400, "height": 1000})
    load(other, address)
    graphics = np.array(picture(other)) > 0
    other.close()
    assert (plain & graphics).sum() > 0.6 * max(plain.sum(), graphics.sum())


def test_pictures_carry_their_verdict(opened, tmp_path):
    with opened.expect_download() as kept:
        opened.locator('figure[data-map="tsne-raw"]').get_by_role("button", name="Save picture").click()
    with Image.open(kept.value.path()) as image:
        side = opened.locator(BOX).bounding_box()["width"]
        assert image.width == pytest.approx(2 * side, abs=2), "at twice the pixels"
        assert image.height > image.width + 100, "there is text below the map"
        assert len(image.convert("RGB").getcolors(10**6)) > 50, "the map is painted"


def test_tables_sort(opened):
    opened.locator("summary", has_text="All measures").click()
    table = opened.locator("details", has=opened.locator("summary", has_text="All measures")).locator("table")

    def values():
        return [
            float(text.split()[0])
            for text in table.locator("tbody tr td:nth-child(2)").all_inner_texts()
            if text.strip()
        ]

    table.get_by_role("button", name="map").click()
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.lower)
    table.locator("thead th button").nth(1).click()
    assert values() == sorted(values())
    table.locator("thead th button").nth(1).click()
    assert values() == sorted(values(), reverse=True)
    assert table.locator("th[aria-sort=descending]").count() == 1


@pytest.mark.parametrize(
    ("width", "rows"), [(390, [1] * 5), (600, [2, 2, 1]), (1000, [3, 2]), (1400, [3, 2]), (1900, [5])]
)
def test_no_map_stands_alone_where_rows_can_be_even(opened, width, rows):
    opened.set_viewport_size({"width": width, "height": 900})
    boxes = [box.bounding_box() for box in opened.locator(".map").all()]
    assert list(Counter(box["y"] for box in boxes).values()) == rows
    assert width < 600 or all(box["width"] >= 232 for box in boxes)


def test_paper_has_the_printed_maps(opened):
    opened.emulate_media(media="print")
    assert opened.locator(".maps img:visible").count() == 5
    assert opened.locator(".toolbar:visible, .details:visible, canvas.layer:visible").count() == 0
    assert opened.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(browser, address, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 1400, "height": 1000}, color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    load(opened, address)
    opened.locator(BOX).focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    for summary in opened.locator("summary:visible").all():
        summary.click()
    found = Axe().run(opened, options={"rules": {"target-size": {"enabled": True}}}).response["violations"]
    context.close()
    serious = [
        f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
