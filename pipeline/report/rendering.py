"""A matplotlib figure -> a picture: SVG for a light and for a dark background, and PNG at twice the pixels."""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image

from pipeline.report.colors import DARK, LIGHT, Scheme
from pipeline.runtime.atomic_io import csv

WIDTH = 4.4  # inches: narrow, so that its letters stay readable on a phone
CSV_UP_TO = 2_500  # rows of a table that is in the page
HALO = "halo"  # gid of texts on points

LAYERS = 12  # of the dots of a map
USE = re.compile(r'<use xlink:href="#(\w+)" x="([\d.-]+)" y="([\d.-]+)" style="fill: (#\w+); fill-opacity: ([\d.]+)"/>')

Paint = Callable[[Figure, Scheme], None]


@dataclass(frozen=True)
class Picture:
    """name, of its files; alt, its text for screen readers; size in CSS pixels; the files' contents; csv: the numbers in it, empty
    where it has none."""

    name: str
    alt: str
    size: tuple[int, int]
    light: bytes
    dark: bytes
    png: bytes
    csv: bytes = b""

    @property
    def light_uri(self) -> str:
        return _uri(self.light)

    @property
    def csv_uri(self) -> str:
        """Empty where there are no data, or too many for a page."""
        small = self.csv and self.csv.count(b"\n") <= CSV_UP_TO
        return "data:text/csv;base64," + base64.b64encode(self.csv).decode() if small else ""

    @property
    def dark_uri(self) -> str:
        return _uri(self.dark)


def draw(
    name: str, alt: str, height: float, paint: Paint, width: float = WIDTH, data: pd.DataFrame | None = None
) -> Picture:
    """Let `paint` fill a figure of width x height inches, for a light and for a dark background. data: what it draws."""
    (light, png), (dark, _) = (_render(paint, (width, height), scheme) for scheme in (LIGHT, DARK))
    return Picture(name, alt, (round(96 * width), round(96 * height)), light, dark, png,
                   b"" if data is None else csv(data, "%.6g").encode())  # fmt: skip


def _render(paint: Paint, size: tuple[float, float], scheme: Scheme) -> tuple[bytes, bytes]:
    with mpl.rc_context(_style(scheme)), warnings.catch_warnings():
        # The browser finds fonts for all letters; only the PNG lacks those that matplotlib's own font lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        paint(figure, scheme)
        vector, pixels = io.BytesIO(), io.BytesIO()
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
        if scheme is LIGHT:
            for text in figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_gid() == HALO):
                text.set_path_effects([withStroke(linewidth=2.5, foreground=scheme.paper)])
            figure.savefig(pixels, format="png", dpi=192, metadata={"Software": None})
    return _tidy(vector.getvalue().decode(), scheme).encode(), pixels.getvalue()


def _style(scheme: Scheme) -> dict[str, object]:
    return {
        "svg.hashsalt": "codescape",  # else the ids in it are random
        "svg.fonttype": "none",  # letters stay letters
        "text.parse_math": False,  # a class may be named $x$
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9.5,
        "savefig.dpi": 170,  # of points drawn as pixels inside an SVG
        "figure.facecolor": scheme.paper,
        "axes.facecolor": scheme.paper,
        "text.color": scheme.ink,
        "axes.labelcolor": scheme.soft,
        "axes.edgecolor": scheme.rule,
        "xtick.color": scheme.soft,
        "ytick.color": scheme.soft,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }


def _tidy(svg: str, scheme: Scheme) -> str:
    """The page's font, a halo around text that stays text, and no more digits and colors than can be seen."""
    svg = svg.replace("'DejaVu Sans'", "system-ui")
    style = f"[id^={HALO}] text{{stroke:{scheme.paper};stroke-width:3px;paint-order:stroke}}.dots path{{stroke-linecap:round}}"
    svg = re.sub(rf"(?:{USE.pattern}\s*)+", _fewer_dots, svg)
    svg = svg.replace("</style>", style + "</style>", 1)
    svg = re.sub(r"(?<=data:image/png;base64,)[^\"]+", _fewer_colors, svg)
    return re.sub(r"<(?:use|path)\b[^>]*>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), svg)


def _fewer_dots(match: re.Match[str]) -> str:
    """The dots of a map as few paths, a fifth of the size: a stroke without length has round ends. Dots of one color become one
    path, but only within a part of all, so that no color covers the others."""
    dots = USE.findall(match[0])
    if len({(size, opacity) for size, _, _, _, opacity in dots}) > 1 or len(dots) < LAYERS:
        return match[0]
    width = 2 * float(match.string.split(f'id="{dots[0][0]}" d="M 0 ', 1)[1].split(maxsplit=1)[0])
    paths = []
    for start in range(0, len(dots), -(-len(dots) // LAYERS)):
        by_color: dict[str, str] = {}
        for _, x, y, color, _ in dots[start : start + -(-len(dots) // LAYERS)]:
            by_color[color] = by_color.get(color, "") + f"M{float(x):.1f} {float(y):.1f}h0"
        paths += [f'<path stroke="{color}" d="{d}"/>' for color, d in by_color.items()]
    opacity = dots[0][4]
    return f'<g class="dots" fill="none" stroke-width="{width:.2f}" stroke-opacity="{opacity}">{"".join(paths)}</g>'


def _fewer_colors(match: re.Match[str]) -> str:
    """A PNG in base64 with at most 256 colors, a third of its size: points drawn as pixels need no more."""
    small = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(match[0]))) as image:
        image.quantize(256, method=Image.Quantize.FASTOCTREE).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
