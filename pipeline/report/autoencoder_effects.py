"""Did the autoencoder help: what going through its codes gave and cost, and where neighbors are lost."""

from __future__ import annotations

from typing import Any

from pipeline.report import charts, formatting, twins
from pipeline.report.charts import Bar
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table
from pipeline.report.verdict_wording import rebuilding, rebuilt, verdict

# What becomes of true neighbors, as shown: the first two are those that the map keeps.
PARTS = {"kept": "kept all the way", "back on the map": "back on the map", "lost on the map": "lost on the map",
         "lost in the code": "lost in the code"}  # fmt: skip


def helped(results: Results, encoder: str) -> list[str]:
    """What one autoencoder gave and cost, against PCA and against nothing."""
    lines = [*twins.lines(results, encoder), _rebuilding(results, encoder)]
    for name, options in results.params.maps.items():
        if options["space"] == encoder:
            lines += [f"On the map: {line}" for line in (*_verdicts(results, name), *_cost(results, name))]
    return lines


def _rebuilding(results: Results, encoder: str) -> str:
    size, line = results.params.encoders[encoder]["code_size"], rebuilding(results, encoder)
    decimals = formatting.digits(line.low, line.high, most=3)
    return (
        f"Rebuilding: the {size} numbers of {encoder} leave {number(line.error, decimals)} of squared error "
        f"a row {formatting.between(line.low, line.high, decimals)}, {size} principal components "
        f"{number(line.pca_error, decimals)}: {rebuilt(line)}. The interval covers other test rows "
        f"({line.rows:,} here), not another training.{_trainings(line)}"
    )


def _cost(results: Results, name: str) -> list[str]:
    """What a map of codes loses beside the same method on the raw data, and where."""
    found = results.comparisons_of("raw", name, "recall")
    if not found:
        return []
    line, k, method = found[0], results.params.evaluate.k, formatting.method(results.params.maps[name])
    encoder = results.params.maps[name]["space"]
    count = results.params.encoders[encoder].get("trainings") or 1
    this = f", the first of {count} trainings," if count > 1 else ", this one training of it,"
    word, ends = "costs another", (-line.difference, -line.high, -line.low)
    if line.low > 0:
        word, ends = "gives back", (line.difference, line.low, line.high)
    open_ = ", which may be nothing" if line.low <= 0 <= line.high else ""
    shown = round(100 * line.against_value, 1) - round(100 * line.value, 1)
    rounding = "" if number(shown, 1) == number(-100 * line.difference, 1) else ", rounded after subtracting"
    shares = {part: f"{number(100 * share, 1)} %" for part, share in results.neighbor_shares(name).items()}
    return [
        f"{method} alone loses {number(100 * (1 - line.against_value), 1)} % of the {k} true neighbors; going through the "
        f"codes of {encoder}{this} {word} {formatting.points(*ends)}{rounding}{open_}. Of the true neighbors, {shares['kept']} are kept in the "
        f"code and on the map, {shares['lost on the map']} are lost on the map alone, {shares['lost in the code']} in the "
        f"code already, and {shares['back on the map']}, lost in the code, are near on the map nevertheless."
    ]


def _verdicts(results: Results, name: str) -> list[str]:
    """Its verdicts, and where other rows would not bear them out."""
    lines = results.comparisons_of("raw", name) + results.comparisons_of("pca", name)
    if not lines:
        return []
    said = f"{results.titles[name]} is {formatting.listed([verdict(results, line) for line in lines])}."
    decided = [(line.verdict, other.verdict) for line in lines if (other := results.over_subsamples(line)) is not None]
    if len(decided) == len(lines) and all(here == there != "undecided" for here, there in decided):
        said += " Other rows like these, in codes fitted as here, bear that out."
    return [said]


def _trainings(line: Any) -> str:
    """What other trainings would leave, where there are several."""
    if line.trainings == 1:
        return ""
    low, high = line.trainings_low, line.trainings_high
    decimals = formatting.digits(low, high, most=3)
    mean = number(line.trainings_mean, decimals)
    return f" Over {line.trainings} trainings from other seeds it is {mean} on average {formatting.between(low, high, decimals)}."


def lost(results: Results) -> list[Figure]:
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
        f"See what is lost before a map is drawn, and what only on it: of each {formatting.row(kind)}'s {k} nearest in the raw "
        "data, by whether they are among as many nearest in the code, and on the map. The first two parts are what the map "
        "keeps: all the way, or lost in the code and back on the map. Over all drawings. They say where, "
        "not why: the lines of the raw data show what a method loses by itself."
    )
    picture = charts.stacked("lost-where", alt, bars, parts, "percent of true neighbors")
    return [Figure("Where true neighbors are lost", caption, picture)]


def by_class(results: Results, name: str) -> Table:
    """The same by class, of one map, the fewest kept first."""
    lines = []
    for label in results.dataset.info["labels"]:
        shares = results.neighbor_shares(name, label=label)
        if shares:
            rows = results.lost_neighbors[
                (results.lost_neighbors["map"] == name) & (results.lost_neighbors["label"] == label)
            ]["rows"].iloc[0]
            parts = [number(100 * shares[part], 1) for part in PARTS]
            lines.append((shares["kept"] + shares["back on the map"], [label, f"{rows:,}", *parts]))
    lines = [line for _, line in sorted(lines, key=lambda found: found[0])]
    return Table("Percent of true neighbors", ["class", "rows", *PARTS.values()], lines)
