"""What a map gets wrong, and what not to read into it: sentences from the evaluation's numbers."""

from __future__ import annotations

from pipeline.evaluation.caveats import MISPLACED
from pipeline.report import clusters
from pipeline.report.formatting import listed, number, percent
from pipeline.report.interval_wording import embedding_note
from pipeline.report.results import Results
from pipeline.report.titles import method
from pipeline.report.verdict_wording import verdict

READABLE = 0.9  # correlation from which large distances, or densities, may be read
Caveat = tuple[str, str]  # what not to read into a map, and the number that says so


def lost(results: Results, name: str) -> list[str]:
    """How much the map `name` loses, in which rows, in which classes."""
    k, recall = results.params.evaluate.k, results.measure("maps", name, "recall").value
    row = _uneven_loss(results, name)
    keeps = f"{number(100 * row.worst_tenth_keeps, 0)} % or less" if row.worst_tenth_keeps > 0 else "none"
    sentences = [
        f"{results.titles[name]} loses {number(100 * (1 - recall), 1)} % of the {k} true neighbors, and as many of the {k} that "
        f"it shows are false{_false_in_code(results, name)}.",
        f"It is uneven: {number(100 * row.lose_over_half, 0)} % of the rows lose more than half, and the worst tenth of "
        f"all rows keeps {keeps} (first embedding).",
    ]
    by_class = {label: results.neighbor_shares(name, label=label) for label in results.dataset.info["labels"]}
    kept = sorted((shares["kept"] + shares["back on the map"], label) for label, shares in by_class.items() if shares)
    if len(kept) > 1:
        (least, worst_label), (most, best_label) = kept[0], kept[-1]
        sentences.append(
            f'Of the classes, "{worst_label}" keeps the fewest neighbors ({number(100 * least, 0)} %) and '
            f'"{best_label}" the most ({number(100 * most, 0)} %).'
        )
    return sentences


def _uneven_loss(results: Results, name: str):
    table = results.uneven_loss
    return next(table[table["map"] == name].itertuples(index=False))


def _false_in_code(results: Results, name: str) -> str:
    """How many of a map's neighbors are false in the code already."""
    if results.params.maps[name]["space"] == "raw":
        return ""
    share = results.neighbor_shares(name, false=True)["from the code"]
    return f", {number(100 * share, 1)} % of the {results.params.evaluate.k} in the code already"


def not_to_read(results: Results, name: str) -> list[Caveat]:
    """All that the map `name` should not be read for, the general first."""
    kinds = (
        _neighbors,
        _distances,
        _densities,
        clusters.caveats,
        _categories,
        _misplaced,
        _perplexity,
        _class_purity,
        _plane,
    )
    return [caveat for kind in kinds for caveat in kind(results, name)]


def in_few_words(results: Results, name: str) -> str:
    """The same in few words, and which embedding it is, for a picture without its page."""
    short = listed([what[0].lower() + what[1:].rstrip(".") for what, _ in not_to_read(results, name)])
    return f"What not to read into {results.titles[name]}: {short}. {embedding_note(results)}"


def _neighbors(results: Results, name: str) -> list[Caveat]:
    recall, k = results.measure("maps", name, "recall").value, results.params.evaluate.k
    text = f"{number(k * (1 - recall), 1)} of a row's {k} neighbors on this map are none in the data: trust groups before pairs."
    caveats = [("Single neighbors.", text)]
    stability = results.measure("maps", name, "stability")
    if stability is not None:
        text = f"{number(100 * (1 - stability.value), 0)} % of them are different in the other embeddings."
        caveats.append(("Neighbors that another seed would change.", text))
    return caveats


def distance_order(results: Results, name: str) -> float | None:
    """How far the order of distances is kept, between rows or between class centers, whichever is less; None where all
    distances are alike."""
    rows = [results.measure("maps", name, f"{what}_correlation") for what in ("distance", "centroid")]
    return None if rows[0] is None else min(row.value for row in rows if row is not None)


def _distances(results: Results, name: str) -> list[Caveat]:
    least = distance_order(results, name)
    if least is None or least >= READABLE:
        return []
    centers, pairs = (results.measure("maps", name, f"{what}_correlation") for what in ("centroid", "distance"))
    count = results.shepard["pairs"].iloc[0]
    text = f"Over {count:,} pairs of rows, distances on the map have a rank correlation of {number(pairs.value, 2)} with the data's"
    if centers is not None:
        text += f"; between class centers, {number(centers.value, 2)}"
    return [("Distances between clusters.", f"{text} (1 would keep their order).")]


def _densities(results: Results, name: str) -> list[Caveat]:
    measured = results.measure("maps", name, "density_correlation")
    if measured is None or measured.value >= READABLE:
        return []
    text = f"How far a row is from its neighbors has a correlation of {number(measured.value, 2)} with the same in the data."
    return [("Sizes and densities of clusters.", text)]


def _misplaced(results: Results, name: str) -> list[Caveat]:
    """Rows that this map and most others misplace."""
    count = _uneven_loss(results, name).misplaced
    if len(results.maps) < 3 or not count:
        return []
    text = (
        f"{count:,} of {len(results.dataset.table):,} rows lost more than {number(100 * MISPLACED, 0)} % of their neighbors here and on "
        f"most of the {len(results.maps)} maps: their positions say little."
    )
    return [("Rows that most maps misplace.", text)]


def _categories(results: Results, name: str) -> list[Caveat]:
    """Categorical columns that decide who is near whom in the data, and so on every map of them."""
    caveats = []
    for row in results.category_neighbors.itertuples():
        if row.same > (1 + row.chance) / 2:
            text = (
                f"In the data, {number(100 * row.same, 0)} % of a row's {results.params.evaluate.k} nearest have the same {row.column}, where "
                f"{number(100 * row.chance, 0)} % would by chance: color by it first, or take it out of the card's categories."
            )
            caveats.append((f"Groups that may only show {row.column}.", text))
    return caveats


def _perplexity(results: Results, name: str) -> list[Caveat]:
    """Whether the method looks at very few, or very many, of the rows."""
    options, n = results.params.maps[name], len(results.dataset.table)
    key = next((key for key in ("perplexity", "n_neighbors") if key in options), None)
    if key is None:
        return []
    value, caveats = options[key], []
    setting = f"{key} {value:g}"
    if value < n / 1000:
        text = f"{setting} looks at {value:g} of {n:,} rows at a time: the arrangement of groups is left to the initialization."
        caveats.append(("Positions of groups.", text))
    if value > n / 10:
        text = f"{setting} is more than a tenth of {n:,} rows: groups smaller than it may run together."
        caveats.append(("Small groups.", text))
    several = results.labels is not None and len(results.dataset.info["labels"]) > 1
    counts = results.dataset.table["label"].value_counts().items() if several else ()
    small = [f'"{label}" ({count})' for label, count in counts if count < value]
    if small and value <= n / 10:
        named = listed(small[:5]) + (f" and {len(small) - 5} more" if len(small) > 5 else "")
        text = f"{method(options)} with {setting} may not keep apart what is smaller: {named}."
        caveats.append(("Classes smaller than the neighborhood.", text))
    return caveats


def _plane(results: Results, name: str) -> list[Caveat]:
    plane = next(iter(results.comparisons_of("plane", name)), None)
    if plane is None or plane.verdict == "better":
        return []
    return [("More than PCA shows.", f"This map is {verdict(results, plane)}.")]


def _class_purity(results: Results, name: str) -> list[Caveat]:
    own, raw = results.measure("maps", name, "label_accuracy"), results.measure("raw", "raw", "label_accuracy")
    if own is None or raw is None:
        return []
    text = f"Five neighbors name the class of {percent(own)} of the rows on the map, {percent(raw, False)} in the data"
    purity = results.class_purity.set_index(["map", "k"])["purity"][name, own.k]
    if purity == "cleaner":
        return [("Cleaner classes than the data have.", f"{text}: the map separates classes more than the data do.")]
    if purity == "mixed":
        return [("Mixed classes as mixed data.", f"{text}: the map mixes classes that the data keep apart.")]
    if purity == "unknown":
        return [("How cleanly classes separate.", f"{text}: with one embedding, whether they differ is unknown.")]
    return []
