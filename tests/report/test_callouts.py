"""Words on a map: none covers another, and the browser puts them where Python does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from pipeline.report import colors, explorer, map_figures
from pipeline.report.label_placement import settle
from pipeline.report.rendering import HALO

FRAME = (300.0, 300.0)
WORDS = st.lists(
    st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(10, 90), st.floats(8, 20)), min_size=1, max_size=25
)


def covering(places, sizes):
    """Pairs of words of which one covers the other."""
    known = [(place, size) for place, size in zip(places, sizes, strict=True) if place is not None]
    return [
        (one, other)
        for at, (one, size) in enumerate(known)
        for other, of_other in known[:at]
        if all(abs(np.subtract(one, other)) < (size + of_other) / 2 - 1e-9)
    ]


@settings(max_examples=50, deadline=None)
@given(WORDS)
def test_no_word_covers_another_or_leaves_the_frame(words):
    words = np.array(words)
    spots, sizes = words[:, :2], words[:, 2:]
    places = settle(spots, sizes, FRAME)
    assert covering(places, sizes) == []
    assert places[0] is not None
    for size, place in zip(sizes, places, strict=True):
        assert place is None or (all(np.array(place) >= size / 2) and all(np.array(place) <= 300 - size / 2))


def test_only_words_in_the_way_are_moved():
    spots = np.array([[100.0, 100], [110, 104], [200, 200]])
    first, second, third = settle(spots, np.full((3, 2), [60.0, 12]), FRAME)
    assert first == (100, 100) and third == (200, 200)
    assert second != (110, 104) and abs(second[1] - 104) <= 24


def test_the_browser_puts_them_where_python_does(browser):
    opened = browser.new_page()
    opened.add_script_tag(content=f"{explorer.script('label_placement.js')}\nwindow.settle = settle;", type="module")
    opened.wait_for_function("() => window.settle")
    rng = np.random.default_rng(0)
    for spread in (5, 40, 100):
        spots, sizes = rng.normal(150, spread, size=(30, 2)), rng.uniform([20, 10], [80, 16], size=(30, 2))
        found = opened.evaluate("given => settle(...given)", [spots.tolist(), sizes.tolist(), FRAME])
        for place, expected in zip(found, settle(spots, sizes, FRAME), strict=True):
            assert place == (expected if expected is None else pytest.approx(expected))
    opened.close()


def test_class_names_of_a_map_do_not_overprint(monkeypatch):
    """All at about the same place, as measured by matplotlib on the figure that is drawn."""
    drawn = []
    monkeypatch.setattr(map_figures, "draw", lambda name, alt, height, paint, width, data: drawn.append(paint))
    labels = np.array([f"class {number}" for number in range(12)], dtype=object)[np.arange(240) % 12]
    points = np.random.default_rng(0).normal(size=(240, 2))
    map_figures.by_class("map", "", points, labels, colors.of_classes(labels, sorted(set(labels))))
    figure = Figure(figsize=(map_figures.SIDE, map_figures.SIDE))
    FigureCanvasAgg(figure)
    drawn[0](figure, colors.LIGHT)
    boxes = [text.get_window_extent() for text in figure.findobj(Text) if text.get_gid() == HALO]
    assert len(boxes) == 12
    centers = [tuple((box.min + box.max) / 2) for box in boxes]
    assert covering(centers, [box.size for box in boxes]) == []
