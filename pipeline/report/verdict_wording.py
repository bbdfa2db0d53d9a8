"""The words of the report, each from its number. Plain text: whoever prints it escapes it. What stands above the maps: opening.py."""

from __future__ import annotations

import re
from typing import Any

from pipeline.report import formatting
from pipeline.report.formatting import gap, number
from pipeline.report.results import Results

ENOUGH = 5  # drawings: with fewer, Student's t makes intervals much wider


def answer(results: Results) -> list[str]:
    """The other maps, what the autoencoders did, and what the intervals cover: what stands below the maps."""
    return [*_rivals(results), *_autoencoders(results), starts(results)]


def _autoencoders(results: Results) -> list[str]:
    """What they gave and cost; of many, the one with the best map, since the others have their place below."""
    if len(results.autoencoders) <= 2:
        return [_learned(results, encoder) for encoder in results.autoencoders]

    def kept(encoder: str) -> float:
        name = strongest(results, encoder)
        return results.measure("maps", name, "r_nx_auc").value if name else -1.0

    best = max(results.autoencoders, key=kept)
    return [
        f"Of {len(results.autoencoders)} autoencoders {best} has the map that keeps neighborhoods best. {_learned(results, best)}"
    ]


def _rivals(results: Results) -> list[str]:
    """The other maps against the best one, by verdict."""
    found, lines = results.comparisons_of("best"), []
    equal = [results.titles[line.against] for line in found if line.verdict == "equivalent"]
    open_ = [results.titles[line.against] for line in found if line.verdict == "undecided"]
    fewer = sorted((line for line in found if line.verdict == "better"), key=lambda line: line.difference)
    if equal:
        lines.append(f"Equivalent to it within {margin(results)}: {formatting.listed(equal)}.")
    if open_:
        lines.append(f"Undecided against it: {formatting.listed(open_)}.")
    if fewer:
        near, far = fewer[0], fewer[-1]
        text = f"{results.titles[near.against]} keeps less, by {_gap(near)}"
        if near is not far:
            between = ", the others lie between" if len(fewer) > 2 else ""
            text += f"; {results.titles[far.against]} by {_gap(far)}{between}"
        lines.append(f"{text}.")
    return lines


def _learned(results: Results, encoder: str) -> str:
    """What going through one autoencoder gave and cost."""
    size = results.params.encoders[encoder]["code_size"]
    line = rebuilding(results, encoder)
    gain = f"The {size}-number codes of {encoder} rebuild unseen rows with {rebuilt(line)}"
    gain += f" than {size} components"
    name = strongest(results, encoder)
    found = [line for relation in ("pca", "raw") for line in results.comparisons_of(relation) if line.map == name]
    if not found:
        return f"{gain}."
    joint = "but" if line.difference_high < 0 and found[0].verdict == "worse" else "and"
    costs = formatting.listed([verdict(results, line) for line in found])
    return f"{gain}, {joint} their {formatting.method(results.params.maps[name])} map is {costs}."


def strongest(results: Results, encoder: str) -> str | None:
    """The map of an encoder's codes that keeps neighborhoods best, if possible one with a counterpart."""
    paired = {line.map for relation in ("pca", "raw") for line in results.comparisons_of(relation)}
    own = [name for name, options in results.params.maps.items() if options["space"] == encoder]
    own = [name for name in own if name in paired] or own
    return max(own, key=lambda name: results.measure("maps", name, "r_nx_auc").value, default=None)


def verdict(results: Results, line: Any) -> str:
    """ "worse than t-SNE of raw pixels by 0.083 (0.078 to 0.088)"."""
    against, other = results.titles[line.against], results.over_subsamples(line)
    doubt = (
        f", but {other.verdict} on other rows like these" if other is not None and other.verdict != line.verdict else ""
    )
    if line.verdict in ("better", "worse"):
        return f"{line.verdict} than {against} by {_gap(line)}{doubt}"
    size = f"difference {gap(line.difference, line.low, line.high).replace(' (', ', ').rstrip(')')}"
    if line.verdict == "equivalent":
        return f"equivalent to {against} within {margin(results)} ({size}){doubt}"
    return f"undecided against {against} ({size}){doubt}"


def short(results: Results, name: str) -> str:
    """The verdict on one map beside the best, for its caption."""
    line = results.compared_with_best(name)
    if line is None:
        return "keeps neighborhoods best" if results.comparisons_of("best") else "the only map of this run"
    if line.verdict == "better":  # said of the best map, so this one is worse
        return f"worse than the best by {_gap(line)}"
    return {"equivalent": "equivalent to the best", "undecided": "undecided against the best"}.get(
        line.verdict, line.verdict
    )


def starts(results: Results) -> str:
    """What the intervals of maps cover, and what they do not."""
    if results.params.seeds == 1:
        once = "Each map is drawn once, so bars say nothing about another random start"
        thin = (
            "; thin bars cover other rows like these and other starts, in codes fitted as here"
            if len(results.comparisons_subsampled)
            else ""
        )
        return f"{once}{thin}. With seeds: {ENOUGH} or more in params.yaml, bars cover other starts."
    jitter = any(
        options["method"] == "tsne" and options.get("start", "pca") == "pca" for options in results.params.maps.values()
    )
    rows, max_rows = len(results.dataset.table), results.params.subsampling.max_rows
    why = f" (redraw.up_to is {max_rows:,}, the data have {rows:,})" if rows > max_rows else ""
    beyond = f"not other rows{why}, and not another training"
    if len(results.comparisons_subsampled):
        beyond = (
            f"thin bars of comparisons cover other rows like these, too, in codes fitted as here ({results.params.subsampling.subsamples} "
            f"maps redrawn of {100 * results.params.subsampling.share:g} % of the rows); nothing here covers another training"
        )
    few = (
        f" {results.params.seeds} drawings of each map make intervals wide, and leave much undecided: seeds: {ENOUGH} or more in params.yaml"
        " narrows them."
        if results.params.seeds < ENOUGH
        else ""
    )
    return (
        "Intervals are 95 % (comparisons of one measure: all together) and cover other random starts on the same rows"
        f"{' (of t-SNE: its principal components with a random jitter)' if jitter else ''}; {beyond}.{few}"
    )


def band(results: Results) -> str:
    """What the shaded band of comparisons means."""
    return (
        f"A bar that lies within the shaded band, less than {margin(results)} to either side, counts as equivalent; one that "
        "leaves the band and touches zero is undecided."
    )


def drawn(results: Results) -> str:
    """What each picture of a map is one of, and that its axes are not to be read."""
    first = f"First of {results.params.seeds} drawings. " if results.params.seeds > 1 else ""
    return f"{first}Axes mean nothing where they are not named."


def covered(results: Results, name: str) -> str:
    """What the interval of a map's verdict covers, in the evaluation's own words."""
    found = results.compared_with_best(name) or results.measure("maps", name, "r_nx_auc")
    return f"The interval covers {found.covers}."


def unseeded(results: Results) -> str:
    """Which maps cannot be repeated."""
    found = [results.titles[name] for name, options in results.params.maps.items() if options.get("unseeded")]
    return f"Drawn without a seed, and so never the same again: {formatting.listed(found)}." if found else ""


def covers(results: Results) -> list[str]:
    """What each kind of interval covers, in the evaluation's own words."""
    known = results.summary[(results.summary["view"] != "raw") & (results.summary["measure"] != "stability")]
    found = []
    for text, lines in known.groupby("covers", sort=False):
        drawn = [results.titles[name] for name in results.maps if name in {*lines.loc[lines["view"] == "maps", "name"]}]
        codes = [name for name in results.params.encoders if name in {*lines.loc[lines["view"] == "codes", "name"]}]
        found.append(f"{formatting.listed([*drawn, *(f'the codes of {name}' for name in codes)])}: {text}.")
    compared = [*results.comparisons["covers"], *results.comparisons_subsampled["covers"]]
    # How many starts each side has is said of the maps already.
    joint = dict.fromkeys(re.sub(r", \d+ and \d+ starts", "", text) for text in compared)
    found += [f"Comparisons, so wide that all of one measure hold together with 95 %: {text}." for text in joint]
    return found


def rebuilding(results: Results, encoder: str) -> Any:
    """The encoder's line of the table of reconstruction errors."""
    table = results.reconstruction
    return next(table[table["encoder"] == encoder].itertuples(index=False))


def rebuilt(line: Any) -> str:
    """ "52 % less squared error", or that it is undecided."""
    if line.pca_error < 1e-3 * line.error:
        return "more squared error, where PCA leaves next to none,"
    share = [100 * end / line.pca_error for end in (line.difference, line.difference_low, line.difference_high)]
    decimals = formatting.digits(share[1], share[2], most=1)
    if line.difference_high < 0 or line.difference_low > 0:
        word = "less" if line.difference < 0 else "more"
        low, high = sorted((abs(share[1]), abs(share[2])))
        return f"{number(abs(share[0]), decimals)} % {word} squared error {formatting.between(low, high, decimals)}"
    return f"neither clearly less nor more squared error {formatting.between(share[1], share[2], decimals)[:-1]} %)"


def _gap(line: Any) -> str:
    """The size of a difference that has a direction."""
    low, high = sorted((abs(line.low), abs(line.high)))
    return gap(abs(line.difference), low, high)


def margin(results: Results) -> str:
    """ "0.01", of area."""
    return f"{results.params.evaluate.equivalent_within:g}"
