"""Text for `check`: what a source contains, and how the pipeline will use it."""

from __future__ import annotations

from pipeline.datasets import Source
from pipeline.datasets.source import abbreviate
from pipeline.datasets.sparse import SparseRows
from pipeline.types import Dataset

MOST_COLUMNS = 40  # listed one by one
MOST_CLASSES = 10


def source(data: Source) -> list[str]:
    """Lines on rows, kind and columns of a source, as read."""
    shape = " x ".join(f"{length:,}" for length in data.rows.shape[1:])
    storage = "sparse " if isinstance(data.rows, SparseRows) else ""
    output = [
        f"Data: {data.title}, from {data.origin}.",
        f"  {len(data.rows):,} rows of kind {data.kind}, {shape} values each ({storage}{data.rows.dtype}).",
        f"  Checksum, which the card's `checksum` can pin: {data.checksum()}.",
    ]
    others = [name for name in data.table if name not in ("id", "label", "split")]
    if data.column_summary is None and others:
        output.append(f"  Other columns, to color and search by: {abbreviate(others)}.")
    return output + _columns(data)


def dataset(prepared: Dataset) -> list[str]:
    """Lines on labels, split and scaling of a dataset, and its notes."""
    info, counts = prepared.info, prepared.table["split"].value_counts()
    return [
        *_labels(prepared),
        f"  Mapped: {len(prepared.table):,} rows, {counts['train']:,} for training, {counts['validation']:,} for"
        f" validation (when to stop training), {counts['test']:,} for test. Scaling: {info['scaling']['rule']}.",
        *(f"  {note}" for note in info["notes"]),
    ]


def _labels(prepared: Dataset) -> list[str]:
    if not prepared.info["labels"]:
        return ["  No label: nothing is colored or measured by classes. Set `label` in dataset.yaml, or data.label."]
    counts = prepared.table["label"].value_counts()
    largest = ", ".join(f"{name} {count:,}" for name, count in counts.head(MOST_CLASSES).items())
    rest = f", and {len(counts) - MOST_CLASSES:,} smaller ones" if len(counts) > MOST_CLASSES else ""
    return [f"  Label: {len(counts):,} classes: {largest}{rest}."]


def _columns(data: Source) -> list[str]:
    """One line per column of a table; if there are very many, only those that are not plainly mapped."""
    summary = data.column_summary
    if summary is None:
        return []
    title = "  Columns:"
    if len(summary) > MOST_COLUMNS:
        plain = (summary["use"] == "mapped") & (summary["missing"] == 0)
        summary = summary[~plain].head(MOST_COLUMNS)
        title = f"  {plain.sum():,} columns of numbers without missing values are mapped"
        if summary.empty:
            return [f"{title}."]
        title += "; the others:"
    shown = summary[["column", "type", "missing", "values", "use"]].astype({"values": "Int64"}).astype(str)
    widths = [max(shown[name].str.len().max(), len(name)) for name in shown]
    return [title] + [
        "    " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(shown), *shown.to_numpy().tolist()]
    ]
