"""Did the autoencoder help: what its codes gain and cost, and where neighbors are lost."""

from __future__ import annotations

from typing import Any

from pipeline.report import charts, code_wording, formatting, titles
from pipeline.report.charts import Bar
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table
from pipeline.report.verdict_wording import error_difference, reconstruction_of, verdict

# What becomes of true neighbors, as shown: the first two are those that the map keeps.
PARTS = {"kept": "kept in code and map", "back on the map": "back on the map", "lost on the map": "lost on the map",
         "lost in the code": "lost in the code"}  # fmt: skip


def effects(results: Results, encoder: str) -> list[str]:
    """What one autoencoder gained and cost, compared with PCA and with no encoder."""
    sentences = [*code_wording.sentences(results, encoder), _reconstruction(results, encoder)]
    for name, options in results.params.maps.items():
        if options["space"] == encoder:
            of_map = (*_verdicts(results, name), *_neighbors_lost(results, name))
            sentences += [f"On the map: {sentence}" for sentence in of_map]
    return sentences


def _reconstruction(results: Results, encoder: str) -> str:
    size, row = results.params.encoders[encoder]["code_size"], reconstruction_of(results, encoder)
    decimals = formatting.digits(row.low, row.high, most=3)
    return (
        f"Reconstruction: the {size}-dimensional code of {encoder} leaves {number(row.error, decimals)} of squared error "
        f"per {titles.sample(results.dataset.info['kind'])} {formatting.between(row.low, row.high, decimals)}, {size} principal components "
        f"{number(row.pca_error, decimals)}: {error_difference(row)}. The interval covers other test rows "
        f"({row.rows:,} here), not another training.{_trainings(row)}"
    )


def _neighbors_lost(results: Results, name: str) -> list[str]:
    """What a map of codes loses compared with the same method on the raw data, and where."""
    rows = results.comparisons_of("raw", name, "recall")
    if not rows:
        return []
    row, k, method = rows[0], results.params.evaluate.k, titles.method(results.params.maps[name])
    encoder = results.params.maps[name]["space"]
    count = results.params.encoders[encoder].get("trainings") or 1
    training = f", the first of {count} trainings," if count > 1 else ", this one training of it,"
    word, ends = "costs another", (-row.difference, -row.high, -row.low)
    if row.low > 0:
        word, ends = "gives back", (row.difference, row.low, row.high)
    undecided = ", which may be nothing" if row.low <= 0 <= row.high else ""
    shown = round(100 * row.against_value, 1) - round(100 * row.value, 1)
    rounding = "" if number(shown, 1) == number(-100 * row.difference, 1) else ", rounded after subtracting"
    shares = {part: f"{number(100 * share, 1)} %" for part, share in results.neighbor_shares(name).items()}
    return [
        f"{method} alone loses {number(100 * (1 - row.against_value), 1)} % of the {k} true neighbors; going through the "
        f"codes of {encoder}{training} {word} {formatting.points(*ends)}{rounding}{undecided}. Of the true neighbors, {shares['kept']} are kept in the "
        f"code and on the map, {shares['lost on the map']} are lost on the map alone, {shares['lost in the code']} in the "
        f"code already, and {shares['back on the map']}, lost in the code, are near on the map nevertheless."
    ]


def _verdicts(results: Results, name: str) -> list[str]:
    """Its verdicts, and whether other rows would confirm them."""
    rows = results.comparisons_of("raw", name) + results.comparisons_of("pca", name)
    if not rows:
        return []
    text = f"{results.titles[name]} is {formatting.listed([verdict(results, row) for row in rows])}."
    resampled = [results.over_subsamples(row) for row in rows]
    if all(
        other is not None and row.verdict == other.verdict != "undecided"
        for row, other in zip(rows, resampled, strict=True)
    ):
        text += " Other rows like these, in codes trained as here, confirm that."
    return [text]


def _trainings(row: Any) -> str:
    """What other trainings would leave, where there are several."""
    if row.trainings == 1:
        return ""
    low, high = row.trainings_low, row.trainings_high
    decimals = formatting.digits(low, high, most=3)
    mean = number(row.trainings_mean, decimals)
    return f" Over {row.trainings} trainings from other seeds it is {mean} on average {formatting.between(low, high, decimals)}."


def lost_where(results: Results) -> list[Figure]:
    """For each map, what became of the data's neighbors."""
    kind, k, parts = results.dataset.info["kind"], results.params.evaluate.k, tuple(PARTS.values())
    bars = [
        Bar(results.titles[name], [results.neighbor_shares(name)[part] for part in PARTS])
        for name in sorted(results.maps, key=lambda name: -results.measure("maps", name, "recall").value)
    ]
    alt = "What became of true neighbors: " + "; ".join(
        f"{bar.label}: {', '.join(f'{part} {100 * share:.0f} %' for part, share in zip(parts, bar.shares, strict=True))}"
        for bar in bars
    )
    caption = (
        f"See what is lost before a map is made, and what only on it: each {titles.sample(kind)}'s {k} nearest neighbors in the raw "
        "data, by whether they are among as many nearest in the code, and on the map. The first two parts are what the map "
        "keeps: throughout, or lost in the code and back on the map. Over all embeddings. They say where, "
        "not why: the rows of the raw data show what a method loses by itself."
    )
    picture = charts.stacked("lost-where", alt, bars, parts, "percent of true neighbors")
    return [Figure("Where true neighbors are lost", caption, picture)]


def by_class(results: Results, name: str) -> Table:
    """The same by class, of one map, the fewest kept first."""
    table, rows = results.lost_neighbors, []
    for label in results.dataset.info["labels"]:
        shares = results.neighbor_shares(name, label=label)
        if shares:
            count = table[(table["map"] == name) & (table["label"] == label)]["rows"].iloc[0]
            parts = [number(100 * shares[part], 1) for part in PARTS]
            rows.append((shares["kept"] + shares["back on the map"], [label, f"{count:,}", *parts]))
    cells = [row for _, row in sorted(rows, key=lambda row: row[0])]
    return Table("Percent of true neighbors", ["class", "rows", *PARTS.values()], cells)
