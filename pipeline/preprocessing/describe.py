"""What a source holds, and what the pipeline will do with it, in lines for people."""

from __future__ import annotations

from pipeline.datasets import Source
from pipeline.datasets.source import abbreviate
from pipeline.datasets.sparse import SparseRows
from pipeline.types import Dataset

MOST_LINES = 40  # columns listed one by one
MOST_CLASSES = 10


def source(found: Source) -> list[str]:
    """Rows, kind and columns, as they were read."""
    shape = " x ".join(f"{length:,}" for length in found.rows.shape[1:])
    stored = "sparse " if isinstance(found.rows, SparseRows) else ""
    said = [
        f"Data: {found.title}, from {found.origin}.",
        f"  {len(found.rows):,} rows of the kind {found.kind}, {shape} values each ({stored}{found.rows.dtype}).",
    ]
    said.append(f"  Checksum, which the card's `checksum` can pin: {found.checksum()}.")
    further = [name for name in found.table if name not in ("id", "label", "split")]
    if found.treated is None and further:
        said.append(f"  Further columns, to color and to search by: {abbreviate(further)}.")
    return said + _columns(found)


def dataset(prepared: Dataset) -> list[str]:
    """Labels, split, scaling, and all that preparing the data had to say."""
    info, counts = prepared.info, prepared.table["split"].value_counts()
    said = [
        *_labels(prepared),
        f"  Mapped: {len(prepared.table):,} rows, {counts['train']:,} to learn from, {counts['validation']:,} to decide when training"
        f" stops, {counts['test']:,} to judge. Scaling: {info['scaling']['rule']}.",
    ]
    return said + [f"  {note}" for note in info["notes"]]


def _labels(prepared: Dataset) -> list[str]:
    if not prepared.info["labels"]:
        return [
            "  No label: nothing is colored or measured by classes. `label` in dataset.yaml, or data.label, names one."
        ]
    counts = prepared.table["label"].value_counts()
    named = ", ".join(f"{name} {count:,}" for name, count in counts.head(MOST_CLASSES).items())
    more = f", and {len(counts) - MOST_CLASSES:,} smaller ones" if len(counts) > MOST_CLASSES else ""
    return [f"  Label: {len(counts):,} classes: {named}{more}."]


def _columns(found: Source) -> list[str]:
    """A line a column of a table; of very many, those of which something is to be said."""
    if found.treated is None:
        return []
    treated = found.treated
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
