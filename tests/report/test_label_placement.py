"""Labels on a map: none covers another, and the browser places them where Python does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from pipeline.report import colors, map_figures
from pipeline.report.label_placement import place_labels
from pipeline.report.rendering import HALO

FRAME = (300.0, 300.0)
LABELS = st.lists(
    st.tuples(st.floats(0, 300), st.floats(0, 300), st.floats(10, 90), st.floats(8, 20)), min_size=1, max_size=25
)


def overlapping(centers, sizes):
    """Pairs of labels of which one covers the other."""
    known = [(center, size) for center, size in zip(centers, sizes, strict=True) if center is not None]
    return [
        (one, other)
        for at, (one, size) in enumerate(known)
        for other, other_size in known[:at]
        if all(abs(np.subtract(one, other)) < (size + other_size) / 2 - 1e-9)
    ]


@settings(max_examples=50, deadline=None)
@given(LABELS)
def test_no_label_covers_another_or_leaves_the_frame(labels):
    labels = np.array(labels)
    positions, sizes = labels[:, :2], labels[:, 2:]
    centers = place_labels(positions, sizes, FRAME)
    assert overlapping(centers, sizes) == []
    assert centers[0] is not None
    for size, center in zip(sizes, centers, strict=True):
        assert center is None or (all(np.array(center) >= size / 2) and all(np.array(center) <= 300 - size / 2))


def test_only_overlapping_labels_are_moved():
    positions = np.array([[100.0, 100], [110, 104], [200, 200]])
    first, second, third = place_labels(positions, np.full((3, 2), [60.0, 12]), FRAME)
    assert first == (100, 100) and third == (200, 200)
    assert second != (110, 104) and abs(second[1] - 104) <= 24


def test_the_browser_places_them_where_python_does(module_page):
    opened = module_page("label_placement.js", "placeLabels")
    rng = np.random.default_rng(0)
    for spread in (5, 40, 100):
        positions, sizes = rng.normal(150, spread, size=(30, 2)), rng.uniform([20, 10], [80, 16], size=(30, 2))
        centers = opened.evaluate("labels => placeLabels(...labels)", [positions.tolist(), sizes.tolist(), FRAME])
        for center, expected in zip(centers, place_labels(positions, sizes, FRAME), strict=True):
            assert center == (expected if expected is None else pytest.approx(expected))


def test_class_names_of_a_map_do_not_overlap(monkeypatch):
    """All at about the same position, as measured by matplotlib on the figure."""
    paints = []
    monkeypatch.setattr(map_figures, "draw", lambda name, alt, height, paint, width, data: paints.append(paint))
    labels = np.array([f"class {number}" for number in range(12)], dtype=object)[np.arange(240) % 12]
    points = np.random.default_rng(0).normal(size=(240, 2))
    map_figures.by_class("map", "", points, labels, colors.of_classes(labels, sorted(set(labels))))
    figure = Figure(figsize=(map_figures.SIDE, map_figures.SIDE))
    FigureCanvasAgg(figure)
    paints[0](figure, colors.LIGHT)
    boxes = [text.get_window_extent() for text in figure.findobj(Text) if text.get_gid() == HALO]
    assert len(boxes) == 12
    centers = [tuple((box.min + box.max) / 2) for box in boxes]
    assert overlapping(centers, [box.size for box in boxes]) == []
