"""How verdicts are worded, each with its number. Plain text: whoever prints it escapes it."""

from __future__ import annotations

from typing import Any

from pipeline.report import formatting, titles
from pipeline.report.formatting import gap, listed, number
from pipeline.report.interval_wording import interval_coverage, margin
from pipeline.report.results import Results


def answer(results: Results) -> list[str]:
    """The other maps, what the autoencoders did, and what the intervals cover: the text below the maps."""
    return [*_other_maps(results), *_autoencoders(results), interval_coverage(results)]


def _autoencoders(results: Results) -> list[str]:
    """What they gained and cost; of many, only the one with the best map."""
    encoders = results.autoencoders
    if len(encoders) <= 2:
        return [_autoencoder(results, encoder) for encoder in encoders]

    def r_nx_auc(encoder: str) -> float:
        name = best_map_of(results, encoder)
        return results.measure("maps", name, "r_nx_auc").value if name else -1.0

    best = max(encoders, key=r_nx_auc)
    return [f"Of {len(encoders)} autoencoders {best} has the most faithful map. {_autoencoder(results, best)}"]


def _other_maps(results: Results) -> list[str]:
    """The other maps compared with the best one, by verdict."""
    comparisons, sentences = results.comparisons_of("best"), []
    equal = [results.titles[row.against] for row in comparisons if row.verdict == "equivalent"]
    undecided = [results.titles[row.against] for row in comparisons if row.verdict == "undecided"]
    worse = sorted((row for row in comparisons if row.verdict == "better"), key=lambda row: row.difference)
    if equal:
        sentences.append(f"Equivalent to it within {margin(results)}: {listed(equal)}.")
    if undecided:
        sentences.append(f"Undecided compared with it: {listed(undecided)}.")
    if worse:
        near, far = worse[0], worse[-1]
        text = f"{results.titles[near.against]} is less faithful, by {_gap(near)}"
        if near is not far:
            between = ", the others lie between" if len(worse) > 2 else ""
            text += f"; {results.titles[far.against]} by {_gap(far)}{between}"
        sentences.append(f"{text}.")
    return sentences


def _autoencoder(results: Results, encoder: str) -> str:
    """What one autoencoder's code gained and cost."""
    size = results.params.encoders[encoder]["code_size"]
    difference = error_difference(reconstruction_of(results, encoder))
    gain = f"The {size}-dimensional code of {encoder} reconstructs test rows with {difference} than {size} principal components"
    name = best_map_of(results, encoder)
    comparisons = [row for relation in ("pca", "raw") for row in results.comparisons_of(relation) if row.map == name]
    if not comparisons:
        return f"{gain}."
    conjunction = (
        "but"
        if reconstruction_of(results, encoder).difference_high < 0 and comparisons[0].verdict == "worse"
        else "and"
    )
    verdicts = listed([verdict(results, row) for row in comparisons])
    return f"{gain}, {conjunction} its {titles.method(results.params.maps[name])} map is {verdicts}."


def best_map_of(results: Results, encoder: str) -> str | None:
    """The most faithful map of an encoder's codes, if possible one that is compared with the raw data or PCA."""
    compared = {row.map for relation in ("pca", "raw") for row in results.comparisons_of(relation)}
    maps = [name for name, options in results.params.maps.items() if options["space"] == encoder]
    maps = [name for name in maps if name in compared] or maps
    return max(maps, key=lambda name: results.measure("maps", name, "r_nx_auc").value, default=None)


def verdict(results: Results, comparison: Any) -> str:
    """ "worse than t-SNE of raw pixels by 0.083 (0.078 to 0.088)"."""
    against, resampled = results.titles[comparison.against], results.over_subsamples(comparison)
    differs = resampled is not None and resampled.verdict != comparison.verdict
    caveat = f", but {resampled.verdict} on other rows like these" if differs else ""
    if comparison.verdict in ("better", "worse"):
        return f"{comparison.verdict} than {against} by {_gap(comparison)}{caveat}"
    difference = gap(comparison.difference, comparison.low, comparison.high).replace(" (", ", ").rstrip(")")
    if comparison.verdict == "equivalent":
        return f"equivalent to {against} within {margin(results)} (difference {difference}){caveat}"
    return f"undecided compared with {against} (difference {difference}){caveat}"


def verdict_on_map(results: Results, name: str) -> str:
    """The verdict on one map compared with the best, for its caption."""
    row = results.compared_with_best(name)
    if row is None:
        return "most faithful" if results.comparisons_of("best") else "the only map of this run"
    if row.verdict == "better":  # of the best map, so this one is worse
        return f"worse than the best by {_gap(row)}"
    return {"equivalent": "equivalent to the best", "undecided": "undecided compared with the best"}.get(
        row.verdict, row.verdict
    )


def reconstruction_of(results: Results, encoder: str) -> Any:
    """The encoder's row of the table of reconstruction errors."""
    table = results.reconstruction
    return next(table[table["encoder"] == encoder].itertuples(index=False))


def error_difference(row: Any) -> str:
    """ "52 % less squared error (50 to 54)", or that it is undecided."""
    if row.pca_error < 1e-3 * row.error:
        return "more squared error, where PCA leaves next to none,"
    value, low, high = (100 * end for end in (row.relative, row.relative_low, row.relative_high))
    decimals = formatting.digits(low, high, most=1)
    if row.difference_high < 0 or row.difference_low > 0:
        word = "less" if row.difference < 0 else "more"
        ends = sorted((abs(low), abs(high)))
        return f"{number(abs(value), decimals)} % {word} squared error {formatting.between(*ends, decimals)}"
    return f"neither clearly less nor more squared error {formatting.between(low, high, decimals)[:-1]} %)"


def _gap(comparison: Any) -> str:
    """The size of a difference that has a direction."""
    low, high = sorted((abs(comparison.low), abs(comparison.high)))
    return gap(abs(comparison.difference), low, high)
