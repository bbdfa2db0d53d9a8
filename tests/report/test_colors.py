"""Colors that readers can tell apart, by simulation, and texts that they can read."""

import itertools

import numpy as np
import pytest

from pipeline.report import colors
from pipeline.report.colors import CLASSES, DARK, LIGHT

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(color):
    """#rrggbb -> linear RGB (3,), by the sRGB standard (IEC 61966-2-1)."""
    values = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    """Linear RGB (3,) -> Oklab (3,) (Ottosson 2020)."""
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(to_lab) @ np.cbrt(np.array(to_cones) @ rgb)


def contrast(one, other):
    """By WCAG 2.2."""
    light = [linear(color) @ [0.2126, 0.7152, 0.0722] for color in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("count", "apart"), [(10, 0.07), (20, 0.06)])
def test_classes_can_be_told_apart(sight, count, apart):
    seen = [oklab(np.clip(np.array(SIGHT[sight]) @ linear(color), 0, 1)) for color in CLASSES[:count]]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) >= apart


@pytest.mark.parametrize("sight", SIGHT)
def test_lines_can_be_told_apart_by_color_and_without(sight):
    shown = [color for color, _ in colors.LINES]
    for scheme in (LIGHT, DARK):
        seen = [oklab(np.clip(np.array(SIGHT[sight]) @ linear(color), 0, 1)) for color in [*shown, scheme.ink]]
        assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) >= 0.07
        assert min(contrast(color, scheme.paper) for color in shown) >= 3
    assert len({dashes for _, dashes in colors.LINES}) == len(colors.LINES)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=lambda scheme: scheme.name)
def test_texts_can_be_read(scheme):
    assert min(contrast(color, scheme.paper) for color in (scheme.ink, scheme.soft, scheme.accent)) >= 4.5
    assert min(contrast(color, scheme.paper) for color in [*CLASSES, colors.PLAIN, colors.OTHER]) >= 1.9


def test_the_largest_twenty_classes_have_colors():
    names = [f"class {number}" for number in range(25)]
    labels = np.repeat(names, [1] * 5 + [3] * 20)
    class_colors = colors.of_classes(labels, names)
    assert [name for name in names if class_colors[name] == colors.OTHER] == names[:5]
    assert sorted(set(class_colors.values()) - {colors.OTHER}) == sorted(CLASSES)
