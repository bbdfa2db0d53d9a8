"""Colors: of the page, of classes, of lines. The same class has the same color in both schemes and in every figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Six of Okabe and Ito's (2008) and 14 more, found by search: in Oklab (Ottosson 2020), with full color vision
# and with each of three kinds of color blindness (Machado et al. 2009), the nearest two of the first 10 are
# 0.076 apart, of all 20 0.060 (a just noticeable difference is 0.02). Contrast with both papers is at least 2:1.
CLASSES = [
    "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00", "#cc79a7", "#960f00", "#3c4b69", "#c3b4a5",
    "#9678f0", "#785a69", "#c33c1e", "#3c4bc3", "#781e96", "#87c369", "#d296c3", "#965ad2", "#b43c96",
    "#69785a", "#5a4b3c",
]  # fmt: skip
OTHER = "#8a8a8a"  # classes beyond the largest 20
PLAIN = "#4a86c5"  # rows without labels
# Lines of encoders next to a true one in ink, or of maps: a color with a contrast of 3:1 on both papers, and dashes of its own.
LINES = [
    ("#d55e00", (0, (4.5, 1.3))),
    ("#965ad2", (0, (1.5, 0.9))),
    ("#009e73", (0, (4.5, 1.3, 1, 1.3))),
    ("#cc79a7", (0, (1.5, 0.9, 1.5, 2.5))),
    ("#007878", (0, (9, 1.3))),
    ("#b43c00", (0, (4.5, 1.3, 1, 1.3, 1, 1.3))),
]

# (color, ink on it) of true neighbors: kept, back on the map, lost on the map, lost in the code; distinct in gray, too.
SHARES = [("#0072b2", "#ffffff"), ("#9fd0ec", "#1b1f24"), ("#e69f00", "#1b1f24"), ("#a33c00", "#ffffff")]


@dataclass(frozen=True)
class Scheme:
    """paper is behind everything; ink, soft (secondary) and accent are texts and marks on it; rule and band
    are lines and areas that carry no text; sequential is a perceptually uniform color map."""

    name: str
    paper: str
    ink: str
    soft: str
    accent: str
    rule: str
    band: str
    sequential: str


LIGHT = Scheme("light", "#ffffff", "#1b1f24", "#57606a", "#0b5cad", "#d5dae0", "#dcebf8", "viridis_r")
DARK = Scheme("dark", "#14171c", "#e8eaed", "#a3acb8", "#7db8f5", "#363d47", "#1f3a55", "viridis")


def line(index: int) -> tuple[str, tuple]:
    """(color, dashes) of the encoder or map number `index`; beyond the first ones, colors repeat with other dashes."""
    rounds, position = divmod(index, len(LINES))
    return LINES[position][0], LINES[(position + rounds) % len(LINES)][1]


def of_classes(labels: np.ndarray, known: list[str]) -> dict[str, str]:
    """label -> color, in the order of `known`; of more than 20 classes only the largest 20 have one of their own."""
    counts = {name: int((labels == name).sum()) for name in known}
    largest = sorted(known, key=lambda name: -counts[name])[: len(CLASSES)]
    chosen = [name for name in known if name in set(largest)]
    colors = dict(zip(chosen, CLASSES, strict=False))
    return {name: colors.get(name, OTHER) for name in known}
