"""What the explorer's controls act on, what they do not change, and what they announce."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

BOX, OTHER = '[data-map="tsne-raw"] .panel', '[data-map="pca"] .panel'
# What the overlay has: lines to neighbors, and rings of rows, in pixels of the canvas.
WATCH = """(() => {
  const drawn = CanvasRenderingContext2D.prototype, { clearRect, stroke, arc } = drawn, scale = Math.min(2, devicePixelRatio);
  drawn.clearRect = function (...box) {
    if (this.canvas.classList.contains("overlay")) Object.assign(window, { lines: 0, rings: [] });
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


@pytest.fixture
def opened(browser, address, errors):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.add_init_script(WATCH)
    load(opened, address)
    yield opened
    context.close()


def load(opened, address):
    opened.goto("about:blank")
    opened.goto(address)
    opened.wait_for_selector(".maps[data-painted]")


def status(opened):
    return expect(opened.locator("[data-part=status]"))


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


def test_only_misplaced_rows(opened, shared):
    """More than 80 % of their neighbors lost; they alone are stepped through, selected, and led to, also by a link."""
    wrong = np.flatnonzero(shared.share_lost("tsne-raw") > 0.8)
    assert 0 < len(wrong) < (shared.share_lost("tsne-raw") >= 0.8).sum()
    expect(opened.locator(".toolbar details")).to_contain_text("more than 80 % of their neighbors")
    button = opened.get_by_role("button", name="Only misplaced")
    button.click()
    expect(opened.locator("[data-part=misplaced]")).to_have_text(f"{len(wrong)} of 400 rows, on t-SNE of raw pixels")
    status(opened).to_have_text(f"{len(wrong)} of 400 rows are shown, those misplaced on t-SNE of raw pixels.")
    opened.wait_for_url(re.compile("only=tsne-raw"))
    load(opened, opened.url)
    opened.locator("[data-part=active]").wait_for()
    assert button.get_attribute("aria-pressed") == "true"
    opened.locator(OTHER).focus()  # its own worst rows, among those
    for _ in range(3):
        opened.keyboard.press("]")
        opened.wait_for_timeout(80)
        row = int(re.search(r"Row (\d+)", opened.locator("[data-part=status]").text_content())[1])
        assert row in wrong
        assert opened.evaluate("lines") == 5 * np.isin(shared.neighbors[row, :8], wrong).sum()
    opened.get_by_role("button", name="two").click()
    expect(opened.locator("[data-part=selection] strong")).to_have_text(
        f"{(shared.labels[wrong] == 'two').sum()} of 400 rows"
    )
    button.click()
    status(opened).to_contain_text("All rows are shown.")
    expect(opened.locator("[data-part=selection] strong")).to_have_text(f"{(shared.labels == 'two').sum()} of 400 rows")


def test_a_drag_that_finds_nothing_changes_nothing(opened, shared):
    painted = "() => document.querySelector('canvas.points').toDataURL()"
    opened.get_by_role("button", name="two").click()
    chosen = opened.locator("[data-part=selection] strong")
    before = f"{(shared.labels == 'two').sum()} of 400 rows"
    expect(chosen).to_have_text(before)
    whole = opened.evaluate(painted)
    drag(opened, BOX, (0.3, 0.5), (0.7, 0.6))
    assert opened.evaluate(painted) == whole, "there is nothing beside a whole map"
    opened.locator("[name=tool][value=lasso]").check()
    drag(opened, BOX, (0.003, 0.003), (0.02, 0.003), (0.02, 0.02))
    status(opened).to_have_text(re.compile("No row lies in the outline"))
    expect(chosen).to_have_text(before)


def test_keys_follow_a_row_and_select_what_is_in_view(opened, shared):
    opened.locator(BOX).focus()
    for _ in range(3):
        opened.keyboard.press("+")
    opened.keyboard.press("v")
    points = shared.maps["tsne-raw"]
    low, high = points.min(axis=0), points.max(axis=0)
    at = (points - (low + high) / 2) / (1.06 * (high - low).max())
    count = (np.abs(at) < 0.5 / 1.5**3).all(axis=1).sum()
    status(opened).to_have_text(f"{count} of 400 rows are selected.")
    box, maps = opened.locator(BOX).bounding_box(), opened.locator(".maps").bounding_box()
    edges = [box["x"] - maps["x"], box["y"] - maps["y"]]
    for key, axis in (("ArrowRight", 0), ("ArrowDown", 1)):
        for _ in range(12):
            opened.keyboard.press(key)
            opened.wait_for_timeout(50)
            ring = opened.evaluate("rings[2]")  # of the second map, the first of two
            assert 6 < ring[axis] - edges[axis] < box["width"] - 6
    assert opened.evaluate("rings[2][1]") > edges[1] + box["width"] / 2, "it has been at the edge"


def test_changes_are_announced(opened):
    opened.locator("[data-part=color]").select_option("lost")
    status(opened).to_have_text("Colored by neighbors lost.")
    opened.locator("[data-part=view]").select_option("two")
    status(opened).to_have_text("t-SNE of raw pixels and PCA of raw pixels are shown.")
    opened.locator(BOX).focus()
    opened.keyboard.press("ArrowRight")
    status(opened).to_contain_text("t-SNE of raw pixels keeps")
    opened.keyboard.press("Escape")
    status(opened).to_have_text("No row is pinned.")
    opened.get_by_label("Search").fill("7")
    opened.locator("[name=tool][value=lasso]").check()
    opened.wait_for_timeout(100)
    assert opened.locator("[data-part=selection] strong").count() == 0, "a search begins with Enter"
    opened.get_by_label("Search").press("Enter")
    status(opened).to_have_text("1 of 400 rows are selected.")
    opened.get_by_role("button", name="Clear", exact=True).press("Enter")
    status(opened).to_have_text("No rows are selected.")
    expect(opened.locator(BOX)).to_be_focused()
