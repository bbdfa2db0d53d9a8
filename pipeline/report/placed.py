"""New rows on a map -> one HTML file: where they landed, and which of them are unlike all that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.report import maps, page
from pipeline.report.names import number
from pipeline.report.sections import Figure
from pipeline.report.tables import Table

MOST = 50  # rows listed


def make(
    name: str,
    source: str,
    said: list[str],
    known: np.ndarray,
    placed: pd.DataFrame,
    nearest: list[str],
    level: float,
) -> str:
    """The page.

    name     of the map
    source   where the new rows come from
    said     what was found, in sentences
    known    float32 (n, 2), the map
    placed   a line for each new row: id, x, y, error, p_value, novel
    nearest  of the `worst` rows, which known ones are nearest, in words
    """
    novel, new = placed["novel"].to_numpy(), placed[["x", "y"]].to_numpy()
    alt = f"The map {name} in gray with {len(new):,} new rows on it, of which {novel.sum():,} are called novel."
    caption = f"See where the new rows lie among the {len(known):,} known ones (gray)."
    if placed["error"].notna().any():
        caption += f" Diamonds: rows that are rebuilt so badly that fewer than {100 * level:g} % of known rows come near (p < {level:g})."
    picture = maps.placed("placed", alt, known, new, novel)
    lines = [
        [str(line.id), near, number(line.error, 3), f"{line.p_value:.2g}"]
        for line, near in zip(worst(placed).itertuples(), nearest, strict=True)
    ]
    more = f"; the worst {MOST} of {novel.sum():,}" if novel.sum() > MOST else ""
    caption_of_table = f"Rows called novel, worst first{more}. Nearest: known rows, in the space that the map is of."
    return page.render(
        "placed.html",
        title=f"New rows on {name}",
        source=source,
        said=said,
        figure=Figure("Where they landed", caption, picture),
        flagged=Table(caption_of_table, ["row", "nearest known rows", "error", "p-value"], lines, words=1),
    )


def worst(placed: pd.DataFrame) -> pd.DataFrame:
    """The rows called novel, by their error, the largest first; at most MOST."""
    return placed[placed["novel"]].sort_values("error", ascending=False, kind="stable").head(MOST)
