"""What the explorer's controls act on, what they leave as it is, and what they say to those who listen."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

BOX, OTHER = '[data-map="tsne-raw"] .panel', '[data-map="pca"] .panel'
# What the last drawing of the marks has: lines to neighbors, and rings of rows, in pixels of the canvas.
WATCH = """(() => {
  const drawn = CanvasRenderingContext2D.prototype, { clearRect, stroke, arc } = drawn, scale = Math.min(2, devicePixelRatio);
  drawn.clearRect = function (...box) {
    if (this.canvas.classList.contains("marks")) Object.assign(window, { lines: 0, rings: [] });
    clearRect.apply(this, box);
  };
  drawn.stroke = function () {
    if (Math.abs(this.globalAlpha - 0.6) < 0.01) window.lines += 1;
    stroke.apply(this);
  };
  drawn.arc = function (x, y, radius, ...rest) {
    if (radius === 6 * scale) window.rings.push([x / scale, y / scale]);
    arc.call(this, x, y, radius, ...rest);
  };
})()"""


@pytest.fixture(scope="module")
def run(made):
    return made(n=400)


@pytest.fixture
def opened(browser, address):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    opened, wrong = context.new_page(), []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.add_init_script(WATCH)
    awake(opened, address)
    yield opened
    assert wrong == []
    context.close()


def awake(opened, address):
    opened.goto("about:blank")
    opened.goto(address)
    opened.wait_for_selector(".maps[data-painted]")


def said(opened):
    return expect(opened.locator("[data-part=said]"))


def drag(opened, box, start, *spots):
    frame = opened.locator(box).bounding_box()
    at = [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in (start, *spots)]
    opened.mouse.move(*at[0])
    opened.mouse.down()
    for spot in at[1:]:
        opened.mouse.move(*spot, steps=4)
    opened.mouse.up()
    opened.wait_for_timeout(100)


def test_controls_act_on_the_map_that_they_name(opened):
    """Not on one that the pointer crosses on its way to them."""
    active, shown = opened.locator("[data-part=active]"), opened.locator("[data-part=misplaced]")
    expect(active).to_have_text("t-SNE of raw pixels")
    opened.locator(OTHER).hover()
    opened.get_by_role("button", name="Only misplaced").click()
    expect(shown).to_contain_text("on t-SNE of raw pixels")
    opened.locator(OTHER).click(position={"x": 1, "y": 1})
    expect(active).to_have_text("PCA of raw pixels")
    opened.locator(BOX).focus()
    expect(active).to_have_text("t-SNE of raw pixels")
    opened.locator("[data-part=view]").select_option("one")
    opened.locator("[data-part=first]").select_option("umap-deep")
    expect(active).to_have_text("UMAP of deep codes")


def test_only_misplaced_rows(opened, run):
    """More than 80 % of their neighbors lost; they alone are stepped through, chosen, and led to, also by a link."""
    wrong = np.flatnonzero(run.share_lost("tsne-raw") > 0.8)
    assert 0 < len(wrong) < (run.share_lost("tsne-raw") >= 0.8).sum()
    expect(opened.locator(".tools details")).to_contain_text("more than 80 % of their neighbors")
    button = opened.get_by_role("button", name="Only misplaced")
    button.click()
    expect(opened.locator("[data-part=misplaced]")).to_have_text(f"{len(wrong)} of 400 rows, on t-SNE of raw pixels")
    said(opened).to_have_text(f"{len(wrong)} of 400 rows are shown, those misplaced on t-SNE of raw pixels.")
    opened.wait_for_url(re.compile("only=tsne-raw"))
    awake(opened, opened.url)
    opened.locator("[data-part=active]").wait_for()
    assert button.get_attribute("aria-pressed") == "true"
    opened.locator(OTHER).focus()  # its own worst rows, among those
    for _ in range(3):
        opened.keyboard.press("]")
        opened.wait_for_timeout(80)
        row = int(re.search(r"Row (\d+)", opened.locator("[data-part=said]").text_content())[1])
        assert row in wrong
        assert opened.evaluate("lines") == 5 * np.isin(run.neighbors[row, :8], wrong).sum()
    opened.get_by_role("button", name="two").click()
    expect(opened.locator("[data-part=chosen] strong")).to_have_text(
        f"{(run.labels[wrong] == 'two').sum()} of 400 rows"
    )
    button.click()
    said(opened).to_contain_text("All rows are shown.")
    expect(opened.locator("[data-part=chosen] strong")).to_have_text(f"{(run.labels == 'two').sum()} of 400 rows")


def test_a_drag_that_finds_nothing_changes_nothing(opened, run):
    painted = "() => document.querySelector('canvas.points').toDataURL()"
    opened.get_by_role("button", name="two").click()
    chosen = opened.locator("[data-part=chosen] strong")
    before = f"{(run.labels == 'two').sum()} of 400 rows"
    expect(chosen).to_have_text(before)
    whole = opened.evaluate(painted)
    drag(opened, BOX, (0.3, 0.5), (0.7, 0.6))
    assert opened.evaluate(painted) == whole, "there is nothing beside a whole map"
    opened.locator("[name=tool][value=lasso]").check()
    drag(opened, BOX, (0.003, 0.003), (0.02, 0.003), (0.02, 0.02))
    said(opened).to_have_text("No row lies in the outline; what was chosen stays.")
    expect(chosen).to_have_text(before)


def test_keys_follow_a_row_and_choose_what_is_in_view(opened, run):
    opened.locator(BOX).focus()
    for _ in range(3):
        opened.keyboard.press("+")
    opened.keyboard.press("v")
    points = run.maps["tsne-raw"]
    low, high = points.min(axis=0), points.max(axis=0)
    at = (points - (low + high) / 2) / (1.06 * (high - low).max())
    count = (np.abs(at) < 0.5 / 1.5**3).all(axis=1).sum()
    said(opened).to_have_text(f"{count} of 400 rows are chosen.")
    box, maps = opened.locator(BOX).bounding_box(), opened.locator(".maps").bounding_box()
    edges = [box["x"] - maps["x"], box["y"] - maps["y"]]
    for key, axis in (("ArrowRight", 0), ("ArrowDown", 1)):
        for _ in range(12):
            opened.keyboard.press(key)
            opened.wait_for_timeout(50)
            ring = opened.evaluate("rings[2]")  # of the second map, the first of two
            assert 6 < ring[axis] - edges[axis] < box["width"] - 6
    assert opened.evaluate("rings[2][1]") > edges[1] + box["width"] / 2, "it has been at the edge"


def test_what_changes_is_said(opened):
    opened.locator("[data-part=color]").select_option("lost")
    said(opened).to_have_text("Colored by neighbors lost.")
    opened.locator("[data-part=view]").select_option("two")
    said(opened).to_have_text("t-SNE of raw pixels and PCA of raw pixels are shown.")
    opened.locator(BOX).focus()
    opened.keyboard.press("ArrowRight")
    said(opened).to_contain_text("t-SNE of raw pixels keeps")
    opened.keyboard.press("Escape")
    said(opened).to_have_text("No row is held.")
    opened.get_by_label("Find").fill("7")
    opened.locator("[name=tool][value=lasso]").check()
    opened.wait_for_timeout(100)
    assert opened.locator("[data-part=chosen] strong").count() == 0, "a search begins with Enter"
    opened.get_by_label("Find").press("Enter")
    said(opened).to_have_text("1 of 400 rows are chosen.")
    opened.get_by_role("button", name="Clear", exact=True).press("Enter")
    said(opened).to_have_text("No rows are chosen.")
    expect(opened.locator(BOX)).to_be_focused()
