"""New rows on a map -> one HTML file: where they landed, and which of them are unlike all that is known."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from pipeline.config import Report
from pipeline.preprocessing.scaling import unscale
from pipeline.report import colors, formatting, image_figures, map_figures, page
from pipeline.report.figures import Figure
from pipeline.types import Dataset

MOST = 50  # rows listed that are called novel
LARGEST = 10  # listed where none is
SIDE = 64  # pixels of a thumbnail, at most


@dataclass(frozen=True)
class Placed:
    """What was found of new rows.

    name, title  of the map
    source       where the new rows come from
    said         what was found, in sentences
    known        the dataset that the map is of
    points       float32 (n, 2), the map
    rows         (m, *shape), the new ones, in the units of the data
    table        a line for each of them: id, x, y, error, p_value, novel
    nearest      int (k, 3): to each of the `worst` rows, which known ones are nearest
    level        the p-value below which a row is novel
    shown        what may be
    errors       of known test rows, (n,), which the new ones' are held against; None for a map of the raw data
    """

    name: str
    title: str
    source: str
    said: list[str]
    known: Dataset
    points: np.ndarray
    rows: np.ndarray
    table: pd.DataFrame
    nearest: np.ndarray
    level: float
    shown: Report
    errors: np.ndarray | None = None


@dataclass(frozen=True)
class Row:
    """One of a list, as it is shown: what it is called, its class, and its picture where it has one."""

    name: str
    label: str = ""
    picture: str = ""


def make(p: Placed) -> str:
    """The page."""
    labels = p.known.table["label"].to_numpy() if "label" in p.known.table else None
    class_colors = {} if labels is None else colors.of_classes(labels, p.known.info["labels"])
    return page.render(
        "new_points.html",
        rules=page.swatches(class_colors),
        title=f"New rows on {p.title}",
        name=p.name,
        source=p.source,
        said=p.said,
        legend=page.legend(p.known.table, class_colors),
        strange=bool(p.table["out_of_distribution"].any()),
        figure=_figure(p, labels, class_colors),
        caption=_caption(p),
        lines=_lines(p),
    )


def worst(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are listed, the largest error first: those called novel, at most MOST; where none is, LARGEST of all. On a map
    without errors none."""
    novel = table["out_of_distribution"].any()
    found = table[table["out_of_distribution"] if novel else table["error"].notna()]
    return found.sort_values("error", ascending=False, kind="stable").head(MOST if novel else LARGEST)


def errors_of(known: np.ndarray) -> str:
    """The range of test rows' errors, in words."""
    decimals = _decimals(known.min())
    low, high = (formatting.number(error, decimals) for error in (known.min(), known.max()))
    return f"Errors of the {len(known):,} test rows go from {low} to {high}."


def _figure(p: Placed, labels: np.ndarray | None, class_colors: dict[str, str]) -> Figure:
    novel, new = p.table["out_of_distribution"].to_numpy(), p.table[["x", "y"]].to_numpy()
    dim = "dim, in the colors of their classes" if class_colors else "dim"
    alt = f"{p.title} with {len(new):,} new rows on it, of which {novel.sum():,} are called novel."
    caption = f"See where the new rows (rings) lie among the {len(p.points):,} known ones ({dim})."
    caption += " In the map's own units: the report may show it turned and mirrored."
    if novel.any():
        caption += (
            " Diamonds are called novel: they are rebuilt so badly that fewer than"
            f" {100 * p.level:g} % of known rows come near (p < {p.level:g})."
        )
    listed = worst(p.table).index.to_numpy()
    if len(listed):
        caption += " Numbers are those of the list, worst first."
    return Figure(
        "Where they landed",
        caption,
        map_figures.placed("placed", alt, p.points, labels, class_colors, new, novel, listed),
    )


def _caption(p: Placed) -> str:
    """Of the list: which rows are on it, by what rule, and beside what."""
    count, listed = int(p.table["out_of_distribution"].sum()), len(worst(p.table))
    more = f", the worst {MOST} of {count:,}" if count > MOST else ""
    rows = (
        f"Rows called novel, worst first{more}." if count else f"No row is called novel: the largest errors, {listed}."
    )
    known = "" if p.errors is None else f" {errors_of(p.errors)}"
    return f"{rows} Error: squared, of the scaled values.{known} Nearest: the known rows next to it in the space that the map is of."


def _lines(p: Placed) -> list[tuple[Row, str, str, list[Row]]]:
    """Each row that is listed, its error, its p-value, and the known rows that are nearest."""
    found, table = worst(p.table), p.known.table
    named = p.shown.columns == "all" or "id" in p.shown.columns
    known = table["id"].to_numpy() if named else np.arange(len(table))
    labels = table["label"].to_numpy() if "label" in table else np.full(len(table), "")
    own, theirs = _thumbnails(p, found.index.to_numpy())
    decimals = _decimals(found["error"].min()) if len(found) else 0
    return [
        (
            Row(str(line.id if named else line.Index), picture=own[at]),
            formatting.number(line.error, decimals),
            f"{line.p_value:.2g}",
            [Row(str(known[row]), str(labels[row]), theirs[at][place]) for place, row in enumerate(p.nearest[at])],
        )
        for at, line in enumerate(found.itertuples())
    ]


def _decimals(least: float) -> int:
    """With which the least of some errors shows three digits."""
    return int(np.clip(2 - np.floor(np.log10(max(least, 1e-6))), 0, 6))


def _thumbnails(p: Placed, listed: np.ndarray) -> tuple[list[str], list[list[str]]]:
    """Pictures of the listed rows and of those nearest to each; empty where rows are no images, or must not be shown."""
    scaling = p.known.info["scaling"]
    if p.known.info["kind"] != "image" or not p.shown.inputs or not len(listed):
        return [""] * len(listed), [[""] * line for line in [p.nearest.shape[1]] * len(listed)]
    near = unscale(np.asarray(p.known.rows[p.nearest]), scaling)
    low, high = scaling.get("low", near.min()), scaling.get("high", near.max())

    def pictured(images: np.ndarray) -> list[str]:
        return [_thumbnail(shades) for shades in image_figures.shades(images, (float(low), float(high)))]

    return pictured(np.asarray(p.rows[listed])), [pictured(line) for line in near]


def _thumbnail(shades: np.ndarray) -> str:
    """A picture (height, width[, 3 or 4]) of values in [0, 1] as a PNG in an address."""
    image, file = Image.fromarray(np.rint(255 * shades).astype(np.uint8)), io.BytesIO()
    image.thumbnail((SIDE, SIDE))
    image.save(file, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
