"""New rows on a map -> one HTML file: where they lie, and which of them are out-of-distribution."""

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

MOST = 50  # out-of-distribution rows that are listed
LARGEST = 10  # rows that are listed where none is out-of-distribution
SIDE = 64  # pixels of a thumbnail, at most


@dataclass(frozen=True)
class NewPoints:
    """New rows and what was measured on them.

    name, title  of the map
    source       where the new rows come from
    summary      the result, in sentences
    known        the dataset that the map is of
    points       float32 (n, 2), the map
    rows         (m, *shape), the new ones, in the units of the data
    table        a row for each of them: id, x, y, error, p_value, out_of_distribution
    nearest      int (k, 3): the nearest known rows of each of the `largest_errors`
    alpha        the p-value below which a row is out-of-distribution
    shown        what the page may show
    test_errors  of known test rows, (n,), which those of the new rows are compared with; None for a map of the raw data
    """

    name: str
    title: str
    source: str
    summary: list[str]
    known: Dataset
    points: np.ndarray
    rows: np.ndarray
    table: pd.DataFrame
    nearest: np.ndarray
    alpha: float
    shown: Report
    test_errors: np.ndarray | None = None


@dataclass(frozen=True)
class Row:
    """One of the list, as it is shown: its name, its class, and its picture where it has one."""

    name: str
    label: str = ""
    picture: str = ""


def make(new: NewPoints) -> str:
    """The page."""
    labels = new.known.table["label"].to_numpy() if "label" in new.known.table else None
    class_colors = {} if labels is None else colors.of_classes(labels, new.known.info["labels"])
    return page.render(
        "new_points.html",
        rules=page.swatches(class_colors),
        title=f"New rows on {new.title}",
        name=new.name,
        source=new.source,
        summary=new.summary,
        legend=page.legend(new.known.table, class_colors),
        any_out_of_distribution=bool(new.table["out_of_distribution"].any()),
        figure=_figure(new, labels, class_colors),
        caption=_caption(new),
        rows=_rows(new),
    )


def largest_errors(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are listed, the largest error first: those out-of-distribution, at most MOST; where none is, LARGEST of all.
    On a map without errors none."""
    out = table["out_of_distribution"]
    listed = table[out if out.any() else table["error"].notna()]
    return listed.sort_values("error", ascending=False, kind="stable").head(MOST if out.any() else LARGEST)


def error_range(test_errors: np.ndarray) -> str:
    """The range of test rows' errors, in words."""
    decimals = _decimals(test_errors.min())
    low, high = (formatting.number(error, decimals) for error in (test_errors.min(), test_errors.max()))
    return f"Errors of the {len(test_errors):,} test rows range from {low} to {high}."


def _figure(new: NewPoints, labels: np.ndarray | None, class_colors: dict[str, str]) -> Figure:
    out, points = new.table["out_of_distribution"].to_numpy(), new.table[["x", "y"]].to_numpy()
    dim = "dim, in the colors of their classes" if class_colors else "dim"
    alt = f"{new.title} with {len(points):,} new rows on it, of which {out.sum():,} are out-of-distribution."
    caption = f"See where the new rows (rings) lie among the {len(new.points):,} known ones ({dim})."
    caption += " In the map's own coordinates: the report may show it turned and mirrored."
    if out.any():
        caption += (
            " Diamonds are out-of-distribution: their reconstruction error is so large that fewer than"
            f" {100 * new.alpha:g} % of known rows come near (p < {new.alpha:g})."
        )
    numbered = largest_errors(new.table).index.to_numpy()
    if len(numbered):
        caption += " Numbers are those of the list, largest error first."
    picture = map_figures.new_points("new-points", alt, new.points, labels, class_colors, points, out, numbered)
    return Figure("Where they lie", caption, picture)


def _caption(new: NewPoints) -> str:
    """Of the list: which rows are on it, and by what rule."""
    count, listed = int(new.table["out_of_distribution"].sum()), len(largest_errors(new.table))
    more = f", the first {MOST} of {count:,}" if count > MOST else ""
    rows = (
        f"Out-of-distribution rows, largest error first{more}."
        if count
        else f"No row is out-of-distribution: the {listed} largest errors."
    )
    known = "" if new.test_errors is None else f" {error_range(new.test_errors)}"
    return f"{rows} Error: squared, of the scaled values.{known} Nearest: the nearest known rows in the space that the map is of."


def _rows(new: NewPoints) -> list[tuple[Row, str, str, list[Row]]]:
    """Each row that is listed, its error, its p-value, and the known rows that are nearest."""
    listed, table = largest_errors(new.table), new.known.table
    named = new.shown.columns == "all" or "id" in new.shown.columns
    known = table["id"].to_numpy() if named else np.arange(len(table))
    labels = table["label"].to_numpy() if "label" in table else np.full(len(table), "")
    own, theirs = _thumbnails(new, listed.index.to_numpy())
    decimals = _decimals(listed["error"].min()) if len(listed) else 0
    return [
        (
            Row(str(row.id if named else row.Index), picture=own[at]),
            formatting.number(row.error, decimals),
            f"{row.p_value:.2g}",
            [Row(str(known[near]), str(labels[near]), theirs[at][i]) for i, near in enumerate(new.nearest[at])],
        )
        for at, row in enumerate(listed.itertuples())
    ]


def _decimals(least: float) -> int:
    """With which the least of some errors shows three digits."""
    return int(np.clip(2 - np.floor(np.log10(max(least, 1e-6))), 0, 6))


def _thumbnails(new: NewPoints, listed: np.ndarray) -> tuple[list[str], list[list[str]]]:
    """Pictures of the listed rows and of those nearest to each; empty where rows are no images, or must not be shown."""
    scaling = new.known.info["scaling"]
    if new.known.info["kind"] != "image" or not new.shown.inputs or not len(listed):
        return [""] * len(listed), [[""] * new.nearest.shape[1]] * len(listed)
    near = unscale(np.asarray(new.known.rows[new.nearest]), scaling)
    low, high = scaling.get("low", near.min()), scaling.get("high", near.max())

    def thumbnails(images: np.ndarray) -> list[str]:
        return [_thumbnail(image) for image in image_figures.grays_or_colors(images, (float(low), float(high)))]

    return thumbnails(np.asarray(new.rows[listed])), [thumbnails(images) for images in near]


def _thumbnail(values: np.ndarray) -> str:
    """A picture (height, width[, 3 or 4]) of values in [0, 1] as a PNG in a data URI."""
    image, file = Image.fromarray(np.rint(255 * values).astype(np.uint8)), io.BytesIO()
    image.thumbnail((SIDE, SIDE))
    image.save(file, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
