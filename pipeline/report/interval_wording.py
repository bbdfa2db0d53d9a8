"""What intervals cover, and what they do not, in words."""

from __future__ import annotations

from pipeline.report.formatting import listed
from pipeline.report.results import Results

ENOUGH = 5  # seeds: with fewer, Student's t makes intervals much wider


def interval_coverage(results: Results) -> str:
    """What the intervals of maps cover, and what they do not."""
    params, subsampled = results.params, len(results.comparisons_subsampled)
    if params.seeds == 1:
        thin = "; thin bars cover other rows like these and other seeds, in codes trained as here" if subsampled else ""
        return (
            f"Each map has one embedding, so bars say nothing about another random seed{thin}. With seeds: {ENOUGH} or more "
            "in params.yaml, bars cover other seeds."
        )
    jitter = any(
        options["method"] == "tsne" and options.get("initialization", "pca") == "pca"
        for options in params.maps.values()
    )
    rows, max_rows = len(results.dataset.table), params.subsampling.max_rows
    reason = f" (subsampling.max_rows is {max_rows:,}, the data have {rows:,})" if rows > max_rows else ""
    limits = f"not other rows{reason}, and not another training"
    if subsampled:
        limits = (
            f"thin bars of comparisons cover other rows like these, too, in codes trained as here ({params.subsampling.subsamples} "
            f"subsamples of {100 * params.subsampling.share:g} % of the rows); nothing here covers another training"
        )
    few = (
        f" {params.seeds} seeds of each map make intervals wide, and leave much undecided: seeds: {ENOUGH} or more in params.yaml"
        " narrows them."
        if params.seeds < ENOUGH
        else ""
    )
    return (
        "Intervals are 95 % (comparisons of one measure: all together) and cover other random seeds on the same rows"
        f"{' (of t-SNE: its initialization, principal components with a random jitter)' if jitter else ''}; {limits}.{few}"
    )


def margin(results: Results) -> str:
    """ "0.01", of R_NX AUC."""
    return f"{results.params.evaluate.equivalent_within:g}"


def equivalence_band(results: Results) -> str:
    """What the shaded band of comparisons means."""
    return (
        f"A bar within the shaded band, less than {margin(results)} to either side, counts as equivalent; one that "
        "leaves the band and touches zero is undecided."
    )


def embedding_note(results: Results) -> str:
    """Which embedding each picture of a map shows, and that its axes have no meaning."""
    first = f"First of {results.params.seeds} embeddings. " if results.params.seeds > 1 else ""
    return f"{first}Axes mean nothing where they are not named."


def coverage_of_verdict(results: Results, name: str) -> str:
    """What the interval of a map's verdict covers, in the evaluation's own words."""
    comparison = results.compared_with_best(name)
    if comparison is None:
        return f"The interval covers {results.measure('maps', name, 'r_nx_auc').covers}."
    counts = f", of {comparison.counts}," if comparison.counts else ""
    return f"The interval{counts} covers {comparison.covers}."


def unseeded(results: Results) -> str:
    """Which maps cannot be repeated."""
    maps = [results.titles[name] for name, options in results.params.maps.items() if options.get("unseeded")]
    return f"Computed without a seed, and so different each time: {listed(maps)}." if maps else ""


def coverage_notes(results: Results) -> list[str]:
    """What each kind of interval covers, in the evaluation's own words."""
    known = results.summary[(results.summary["view"] != "raw") & (results.summary["measure"] != "stability")]
    notes = []
    for text, rows in known.groupby("covers", sort=False):
        maps, codes = ({*rows.loc[rows["view"] == view, "name"]} for view in ("maps", "codes"))
        named = [results.titles[name] for name in results.maps if name in maps]
        named += [f"the codes of {name}" for name in results.params.encoders if name in codes]
        notes.append(f"{listed(named)}: {text}.")
    covered = dict.fromkeys([*results.comparisons["covers"], *results.comparisons_subsampled["covers"]])
    notes += [f"Comparisons, so wide that all of one measure hold together with 95 %: {text}." for text in covered]
    return notes
