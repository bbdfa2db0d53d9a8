"""The answer above the maps, in words from their numbers, and which map is for what."""

from __future__ import annotations

from pipeline.report import caveats, formatting, neighborhood_sizes
from pipeline.report.formatting import listed, number, percent, r_nx_auc
from pipeline.report.results import Results

FEW = 3  # maps that are named where several are alike
READ = {  # measure -> what it makes readable, and what it is
    "distance_correlation": ("distances between rows", "rank correlation with the data"),
    "centroid_correlation": ("distances between classes", "rank correlation with the data"),
    "label_accuracy": ("classes", "rows whose class five neighbors name"),
}


def headline(results: Results) -> str:
    """Which map keeps neighborhoods best, and of which sizes."""
    if not results.comparisons_of("best"):
        return f"{results.titles[results.best]} is the only map."
    rivaled = any(line.verdict in ("equivalent", "undecided") for line in results.comparisons_of("best"))
    doubt = " on average, not clearly better than each other map" if rivaled else ""
    return f"{results.titles[results.best]} keeps neighborhoods{_sizes(results)} best{doubt}."


def measured(results: Results) -> str:
    """How much it keeps."""
    whole, kept, k = (
        results.measure("maps", results.best, "r_nx_auc"),
        results.measure("maps", results.best, "recall"),
        results.params.evaluate.k,
    )
    text = (
        f"It keeps {percent(kept)} of each row's {k} nearest in the raw data. Over all sizes, small ones counting most, it "
        f"stands at {r_nx_auc(whole)} between chance, 0, and perfect, 1: the area under R_NX."
    )
    return (
        f"{text} In brackets: 95 % intervals over other random starts."
        if formatting.interval(whole.low, whole.high)
        else text
    )


def doubt(results: Results) -> str:
    """The most important doubts about that."""
    others = [
        (line.verdict, other.verdict)
        for line in results.comparisons_of("best")
        if (other := results.over_subsamples(line)) is not None
    ]
    same = sum(here == there for here, there in others)
    if others:
        text = f"On other rows like these, {same} of its {len(others)} comparisons would come out the same."
    elif results.params.seeds == 1:
        text = "It is drawn once: other rows, or another random start, could change that."
    else:
        text = "Other rows could change that: these intervals do not cover them."
    order = caveats.order(results, results.best)
    if order is None or order >= caveats.KEPT:
        return text
    return f"{text} Do not read distances between its clusters (rank correlation with the data {number(order, 2)}, 1 being perfect)."


def which(results: Results) -> str:
    """For neighborhoods of which sizes to look at the best map, and at which other one for others."""
    sizes = _truest(results)
    others = [f"{results.titles[name]} ({listed(found)})" for name, found in sizes.items() if name != results.best]
    return f", for neighborhoods{_sizes(results)}{f'; for others, {listed(others)}' if others else ''}."


def uses(results: Results) -> list[tuple[str, str]]:
    """What else may be read, and from which map; maps whose intervals meet the leader's are not told apart."""
    return [(f"For {what}:", _leaders(results, measure, unit)) for measure, (what, unit) in READ.items()
            if all(results.measure("maps", name, measure) is not None for name in results.maps)]  # fmt: skip


def _leaders(results: Results, measure: str, unit: str) -> str:
    found = {name: results.measure("maps", name, measure) for name in results.maps}
    order = sorted(found, key=lambda name: -found[name].value)
    alike = [name for name in order if found[name].high >= found[order[0]].low]

    def said(name: str) -> str:
        value = found[name].value
        return f"{number(100 * value, 1)} %" if measure == "label_accuracy" else number(value, 2)

    if len(alike) == len(order):
        return f"no map clearly before the others ({unit}: {said(order[-1])} to {said(order[0])})."
    shown = [results.titles[name] for name in alike[:FEW]] + ([f"{len(alike) - FEW} more"] if len(alike) > FEW else [])
    ends = " to ".join(dict.fromkeys([said(alike[0]), said(alike[-1])]))
    values = ends if len(alike) == 1 else f"{ends}, not told apart"
    best = "" if results.best in alike else f"; {results.titles[results.best]} {said(results.best)}"
    weak = measure != "label_accuracy" and found[order[0]].value < caveats.KEPT
    return f"{listed(shown)} ({unit}: {values}{best}){f', less than the {caveats.KEPT:g} from which to rely on it' if weak else ''}."


def _sizes(results: Results) -> str:
    """ " of up to 115 rows": where the best map is the truest; nothing where it nowhere is, though it is over all sizes."""
    found = _truest(results).get(results.best)
    return f" of {listed(found)} rows" if found else ""


def _truest(results: Results) -> dict[str, list[str]]:
    """map -> the sizes of neighborhoods for which it is the truest; only maps that somewhere are."""
    found: dict[str, list[str]] = {}
    first = 1
    for name, last in neighborhood_sizes.truest(results):
        found.setdefault(name, []).append(f"up to {last:,}" if first == 1 else f"{first:,} to {last:,}")
        first = last + 1
    return found
