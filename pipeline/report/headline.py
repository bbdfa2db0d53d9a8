"""The answer above the maps, in words from their numbers, and which map is for what."""

from __future__ import annotations

from pipeline.report import caveats, formatting
from pipeline.report.formatting import listed, number, percent, r_nx_auc
from pipeline.report.results import Results

FEW = 3  # maps that are named where several are alike
PURPOSES = {  # measure -> what it makes readable, and what it is
    "distance_correlation": ("distances between rows", "rank correlation with the data"),
    "centroid_correlation": ("distances between classes", "rank correlation with the data"),
    "label_accuracy": ("classes", "rows whose class five neighbors name"),
}


def headline(results: Results) -> str:
    """Which map is the most faithful, and for neighborhoods of which sizes."""
    if not results.comparisons_of("best"):
        return f"{results.titles[results.best]} is the only map."
    tied = any(row.verdict in ("equivalent", "undecided") for row in results.comparisons_of("best"))
    caveat = " on average, not clearly better than each other map" if tied else ""
    return f"{results.titles[results.best]} keeps neighborhoods{_sizes_of_best(results)} best{caveat}."


def measured(results: Results) -> str:
    """How much it keeps."""
    auc, recall = (results.measure("maps", results.best, measure) for measure in ("r_nx_auc", "recall"))
    text = (
        f"It keeps {percent(recall)} of each row's {results.params.evaluate.k} nearest neighbors in the raw data. Over all "
        f"neighborhood sizes, small ones weighted most, its R_NX AUC is {r_nx_auc(auc)}: chance is 0, perfect is 1."
    )
    covered = formatting.is_interval(auc.low, auc.high)
    return f"{text} In brackets: 95 % intervals over other random seeds." if covered else text


def caveat(results: Results) -> str:
    """The most important caveat about that."""
    verdicts = [
        (row.verdict, resampled.verdict)
        for row in results.comparisons_of("best")
        if (resampled := results.over_subsamples(row)) is not None
    ]
    if verdicts:
        same = sum(verdict == resampled for verdict, resampled in verdicts)
        text = f"On other rows like these, {same} of its {len(verdicts)} comparisons would come out the same."
    elif results.params.seeds == 1:
        text = "It has one embedding: other rows, or another random seed, could change that."
    else:
        text = "Other rows could change that: these intervals do not cover them."
    correlation = caveats.distance_order(results, results.best)
    if correlation is None or correlation >= caveats.READABLE:
        return text
    return f"{text} Do not read distances between its clusters (rank correlation with the data {number(correlation, 2)}, 1 being perfect)."


def which(results: Results) -> str:
    """For neighborhoods of which sizes to look at the best map, and at which other one for others."""
    others = [
        f"{results.titles[name]} ({listed(sizes)})"
        for name, sizes in _sizes_by_map(results).items()
        if name != results.best
    ]
    return f", for neighborhoods{_sizes_of_best(results)}{f'; for others, {listed(others)}' if others else ''}."


def uses(results: Results) -> list[tuple[str, str]]:
    """What else may be read, and from which map; maps whose intervals overlap the leader's are not told apart."""
    return [(f"For {purpose}:", _leaders(results, measure, unit)) for measure, (purpose, unit) in PURPOSES.items()
            if all(results.measure("maps", name, measure) is not None for name in results.maps)]  # fmt: skip


def _leaders(results: Results, measure: str, unit: str) -> str:
    measures = {name: results.measure("maps", name, measure) for name in results.maps}
    order = sorted(measures, key=lambda name: -measures[name].value)
    leaders = results.leaders.set_index(["measure", "k"])["map"].loc[[(measure, measures[order[0]].k)]].tolist()
    alike = [name for name in order if name in leaders]

    def value_of(name: str) -> str:
        value = measures[name].value
        return f"{number(100 * value, 1)} %" if measure == "label_accuracy" else number(value, 2)

    if len(alike) == len(order):
        return f"no map clearly better than the others ({unit}: {value_of(order[-1])} to {value_of(order[0])})."
    named = [results.titles[name] for name in alike[:FEW]] + ([f"{len(alike) - FEW} more"] if len(alike) > FEW else [])
    ends = " to ".join(dict.fromkeys([value_of(alike[0]), value_of(alike[-1])]))
    values = ends if len(alike) == 1 else f"{ends}, not told apart"
    best = "" if results.best in alike else f"; {results.titles[results.best]} {value_of(results.best)}"
    weak = measure != "label_accuracy" and measures[order[0]].value < caveats.READABLE
    warning = f", less than the {caveats.READABLE:g} from which to rely on it" if weak else ""
    return f"{listed(named)} ({unit}: {values}{best}){warning}."


def _sizes_of_best(results: Results) -> str:
    """ " of up to 115 rows": where the best map is the most faithful; nothing where it is so only over all sizes."""
    sizes = _sizes_by_map(results).get(results.best)
    return f" of {listed(sizes)} rows" if sizes else ""


def _sizes_by_map(results: Results) -> dict[str, list[str]]:
    """map -> the sizes of neighborhoods for which it is the most faithful; only maps that are so somewhere."""
    sizes: dict[str, list[str]] = {}
    first, table = 1, results.most_faithful
    for row in table[table["group"] == ""].itertuples():
        sizes.setdefault(row.map, []).append(f"up to {row.up_to:,}" if first == 1 else f"{first:,} to {row.up_to:,}")
        first = row.up_to + 1
    return sizes
