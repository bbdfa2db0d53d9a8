"""What a source holds, and what the pipeline will do with it, in lines for people."""

from __future__ import annotations

from pipeline.datasets import Source
from pipeline.datasets.sparse import SparseRows
from pipeline.nouns import Dataset

MOST_LINES = 40  # columns listed one by one
MOST_CLASSES = 10


def lines(source: Source, dataset: Dataset) -> list[str]:
    """Rows, kind, labels, columns, split, scaling, and all that preparing them had to say."""
    info, counts = dataset.info, dataset.table["split"].value_counts()
    shape = " x ".join(f"{length:,}" for length in source.rows.shape[1:])
    stored = "sparse " if isinstance(source.rows, SparseRows) else ""
    said = [
        f"Data: {source.title}, from {source.origin}.",
        f"  {len(source.rows):,} rows of the kind {source.kind}, {shape} values each ({stored}{source.rows.dtype}).",
        *_labels(dataset),
        *_columns(source),
        f"  Mapped: {len(dataset.table):,} rows, {counts['train']:,} to learn from, {counts['validation']:,} to decide when training"
        f" stops, {counts['test']:,} to judge. Scaling: {info['scaling']['rule']}.",
    ]
    return said + [f"  {note}" for note in info["notes"]]


def _labels(dataset: Dataset) -> list[str]:
    if not dataset.info["labels"]:
        return [
            "  No label: nothing is colored or measured by classes. `label` in dataset.yaml, or data.label, names one."
        ]
    counts = dataset.table["label"].value_counts()
    named = ", ".join(f"{name} {count:,}" for name, count in counts.head(MOST_CLASSES).items())
    more = f", and {len(counts) - MOST_CLASSES:,} smaller ones" if len(counts) > MOST_CLASSES else ""
    return [f"  Label: {len(counts):,} classes: {named}{more}."]


def _columns(source: Source) -> list[str]:
    """A line a column of a table; of very many, those of which something is to be said."""
    if source.treated is None:
        return []
    treated = source.treated
    if len(treated) > MOST_LINES:
        plain = (treated["use"] == "mapped") & (treated["missing"] == 0)
        said = [f"  {plain.sum():,} columns of numbers without gaps are mapped; of the others:"]
        treated = treated[~plain].head(MOST_LINES)
    else:
        said = ["  Columns:"]
    if treated.empty:
        return [said[0].replace("; of the others:", ".")]
    shown = treated.astype({"values": "Int64"}).rename(columns={"values": "different", "use": "what becomes of it"})
    shown = shown[["column", "type", "missing", "different", "what becomes of it"]].astype(str)
    widths = [max(shown[name].str.len().max(), len(name)) for name in shown]
    table = [list(shown), *shown.to_numpy().tolist()]
    return said + [
        "    " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
