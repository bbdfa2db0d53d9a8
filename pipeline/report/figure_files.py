"""Figures as files of their own: each with its heading, caption and caveat below, and its data."""

from __future__ import annotations

import io
import re
import textwrap
from functools import cache
from html import escape
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

from pipeline.report.colors import LIGHT
from pipeline.report.figures import Figure
from pipeline.report.rendering import Picture

SIZE, LINE, EDGE = 12, 17, 10  # CSS pixels: letters, lines of text, and margins
BOLD = ' font-weight="bold"'
LETTER = 6.6  # CSS pixels that a letter takes on average


def files(figures: list[Figure], title: str) -> dict[str, bytes]:
    """name.svg, name.png and, where a figure has data, name.csv of each figure."""
    contents = {}
    for figure in figures:
        picture = figure.picture
        width = int((picture.size[0] - 2 * EDGE) / LETTER)
        texts = (figure.heading, figure.caption, figure.caveat, title)
        caption = [line for text in texts for line in textwrap.wrap(text, width)]
        bold = len(textwrap.wrap(figure.heading, width))
        contents[f"{picture.name}.svg"] = _svg(picture, caption, bold)
        contents[f"{picture.name}.png"] = _png(picture, caption, bold)
        if picture.csv:
            contents[f"{picture.name}.csv"] = picture.csv
    return contents


def _svg(picture: Picture, caption: list[str], bold: int) -> bytes:
    """The picture as it is, within a taller one."""
    text, (width, height) = picture.light.decode(), picture.size
    texts = "".join(
        f'<text x="{EDGE}" y="{height + LINE * (at + 1)}"{BOLD if at < bold else ""}>{escape(line)}</text>'
        for at, line in enumerate(caption)
    )
    tall = height + LINE * len(caption) + EDGE
    inner = re.sub(r"^.*?(?=<svg)", "", text, flags=re.DOTALL)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}" viewBox="0 0 {width} {tall}">'
        f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>{inner}'
        f'<g font-family="system-ui, sans-serif" font-size="{SIZE}" fill="{LIGHT.ink}">{texts}</g></svg>'
    ).encode()


def _png(picture: Picture, caption: list[str], bold: int) -> bytes:
    with Image.open(io.BytesIO(picture.png)) as image:
        scale = image.width / picture.size[0]
        tall = image.height + int(scale * (LINE * len(caption) + EDGE))
        whole = Image.new("RGB", (image.width, tall), LIGHT.paper)
        whole.paste(image.convert("RGB"))
        pen = ImageDraw.Draw(whole)
        for at, line in enumerate(caption):
            corner = (scale * EDGE, image.height + scale * LINE * at)
            pen.text(corner, line, fill=LIGHT.ink, font=_font(at < bold, round(scale * (SIZE - 1))))
        out = io.BytesIO()
        whole.save(out, "png", optimize=True)
        return out.getvalue()


@cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(fonts / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size)
