"""Series over time and their reconstructions: small multiples, a column a series, a row a channel."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pipeline import ragged
from pipeline.report import colors, formatting
from pipeline.report.colors import Scheme
from pipeline.report.rendering import Picture, draw

EXAMPLES = 3  # series shown of each tenth
CHANNELS = 3
ROW, LEGEND, AXIS = 1.05, 0.26, 0.46  # inches: a channel, a row of the legend, the axis below


def most_varied(rows: np.ndarray) -> list[int]:
    """The CHANNELS channels of series (n, steps, channels) with most variance over their true steps, most first."""
    variance = rows[ragged.present(rows)].var(axis=0, dtype=np.float64)
    return np.argsort(-variance, kind="stable")[:CHANNELS].tolist()


def reconstructions(
    name: str,
    alt: str,
    originals: np.ndarray,
    by_encoder: dict[str, np.ndarray],
    channels: list[int],
    data: pd.DataFrame,
) -> Picture:
    """Series (k, steps, channels) and each encoder's reconstructions over the series' true steps; data: the numbers behind it."""
    legend_rows = -(-(1 + len(by_encoder)) // 3)
    top = LEGEND * legend_rows + 0.08
    height = top + ROW * len(channels) + AXIS

    def paint(figure: Figure, scheme: Scheme) -> None:
        grid = figure.subplots(
            len(channels), len(originals), squeeze=False, sharex=True, sharey="row",
            gridspec_kw={
                "left": 0.12, "right": 0.99, "top": 1 - (top + 0.2) / height, "bottom": AXIS / height,
                "wspace": 0.12, "hspace": 0.4,
            },
        )  # fmt: skip
        styles = {label: colors.line(index) for index, label in enumerate(by_encoder)}
        for channel, frames in zip(channels, grid, strict=True):
            for index, frame in enumerate(frames):
                _line(frame, originals[index, :, channel], originals[index], color=scheme.ink, linewidth=1.1)
                for label, (color, dashes) in styles.items():
                    values = by_encoder[label][index, :, channel]
                    _line(frame, values, originals[index], color=color, linestyle=dashes, linewidth=1.7)
            frames[0].set_title(f"channel {channel + 1}", loc="left", size=9.5, pad=3)
            frames[0].yaxis.set_major_locator(MaxNLocator(nbins=3))
            frames[0].yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", formatting.MINUS))
            for frame in frames[1:]:
                frame.tick_params(left=False)
        grid[0][0].set_xlim(0.5, ragged.lengths(originals).max() + 0.5)
        grid[0][0].xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
        grid[-1][len(originals) // 2].set_xlabel("step")
        keys = [Line2D([], [], color=scheme.ink, linewidth=1.1, label="true")]
        keys += [
            Line2D([], [], color=color, linestyle=dashes, linewidth=1.7, label=formatting.cut(label, 12))
            for label, (color, dashes) in styles.items()
        ]
        figure.legend(
            handles=keys, loc="upper left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, handlelength=2.8,
            columnspacing=1.2, borderpad=0.2,
        )  # fmt: skip

    return draw(name, alt, height, paint, data=data)


def _line(frame: Axes, values: np.ndarray, row: np.ndarray, **style: object) -> None:
    """values (steps,) where `row` (steps, channels) has true steps; a single step is a dot."""
    values = values[ragged.present(row)]
    frame.plot(np.arange(1, len(values) + 1), values, marker="." if len(values) == 1 else None, **style)
