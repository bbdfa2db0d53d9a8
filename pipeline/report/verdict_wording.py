"""The words of the report, each from its number. Plain text: whoever prints it escapes it. What stands above the maps: opening.py."""

from __future__ import annotations

import re
from typing import Any

from pipeline.report import formatting
from pipeline.report.formatting import gap, number
from pipeline.report.results import Findings

ENOUGH = 5  # drawings: with fewer, Student's t makes intervals much wider


def answer(f: Findings) -> list[str]:
    """The other maps, what the autoencoders did, and what the intervals cover: what stands below the maps."""
    return [*_rivals(f), *_autoencoders(f), starts(f)]


def _autoencoders(f: Findings) -> list[str]:
    """What they gave and cost; of many, the one with the best map, since the others have their place below."""
    if len(f.learned) <= 2:
        return [_learned(f, encoder) for encoder in f.learned]

    def kept(encoder: str) -> float:
        name = strongest(f, encoder)
        return f.measure("maps", name, "r_nx_auc").value if name else -1.0

    best = max(f.learned, key=kept)
    return [f"Of {len(f.learned)} autoencoders {best} has the map that keeps neighborhoods best. {_learned(f, best)}"]


def _rivals(f: Findings) -> list[str]:
    """The other maps against the best one, by verdict."""
    found, lines = f.compared("best"), []
    equal = [f.titles[line.against] for line in found if line.verdict == "equivalent"]
    open_ = [f.titles[line.against] for line in found if line.verdict == "undecided"]
    fewer = sorted((line for line in found if line.verdict == "better"), key=lambda line: line.difference)
    if equal:
        lines.append(f"Equivalent to it within {margin(f)}: {formatting.listed(equal)}.")
    if open_:
        lines.append(f"Undecided against it: {formatting.listed(open_)}.")
    if fewer:
        near, far = fewer[0], fewer[-1]
        text = f"{f.titles[near.against]} keeps less, by {_gap(near)}"
        if near is not far:
            between = ", the others lie between" if len(fewer) > 2 else ""
            text += f"; {f.titles[far.against]} by {_gap(far)}{between}"
        lines.append(f"{text}.")
    return lines


def _learned(f: Findings, encoder: str) -> str:
    """What going through one autoencoder gave and cost."""
    size = f.given.encoders[encoder]["code_size"]
    line = rebuilding(f, encoder)
    gain = f"The {size}-number codes of {encoder} rebuild unseen rows with {rebuilt(line)}"
    gain += f" than {size} components"
    name = strongest(f, encoder)
    found = [line for relation in ("pca", "raw") for line in f.compared(relation) if line.map == name]
    if not found:
        return f"{gain}."
    joint = "but" if line.difference_high < 0 and found[0].verdict == "worse" else "and"
    costs = formatting.listed([verdict(f, line) for line in found])
    return f"{gain}, {joint} their {formatting.method(f.given.maps[name])} map is {costs}."


def strongest(f: Findings, encoder: str) -> str | None:
    """The map of an encoder's codes that keeps neighborhoods best, if possible one with a counterpart."""
    paired = {line.map for relation in ("pca", "raw") for line in f.compared(relation)}
    own = [name for name, options in f.given.maps.items() if options["space"] == encoder]
    own = [name for name in own if name in paired] or own
    return max(own, key=lambda name: f.measure("maps", name, "r_nx_auc").value, default=None)


def verdict(f: Findings, line: Any) -> str:
    """ "worse than t-SNE of raw pixels by 0.083 (0.078 to 0.088)"."""
    against, other = f.titles[line.against], f.other_rows(line)
    doubt = (
        f", but {other.verdict} on other rows like these" if other is not None and other.verdict != line.verdict else ""
    )
    if line.verdict in ("better", "worse"):
        return f"{line.verdict} than {against} by {_gap(line)}{doubt}"
    size = f"difference {gap(line.difference, line.low, line.high).replace(' (', ', ').rstrip(')')}"
    if line.verdict == "equivalent":
        return f"equivalent to {against} within {margin(f)} ({size}){doubt}"
    return f"undecided against {against} ({size}){doubt}"


def short(f: Findings, name: str) -> str:
    """The verdict on one map beside the best, for its caption."""
    line = f.against_best(name)
    if line is None:
        return "keeps neighborhoods best" if f.compared("best") else "the only map of this run"
    if line.verdict == "better":  # said of the best map, so this one is worse
        return f"worse than the best by {_gap(line)}"
    return {"equivalent": "equivalent to the best", "undecided": "undecided against the best"}.get(
        line.verdict, line.verdict
    )


def starts(f: Findings) -> str:
    """What the intervals of maps cover, and what they do not."""
    if f.given.seeds == 1:
        once = "Each map is drawn once, so bars say nothing about another random start"
        thin = (
            "; thin bars cover other rows like these and other starts, in codes fitted as here"
            if len(f.comparisons_subsampled)
            else ""
        )
        return f"{once}{thin}. With seeds: {ENOUGH} or more in params.yaml, bars cover other starts."
    jitter = any(
        options["method"] == "tsne" and options.get("start", "pca") == "pca" for options in f.given.maps.values()
    )
    rows, max_rows = len(f.dataset.table), f.given.subsampling.max_rows
    why = f" (redraw.up_to is {max_rows:,}, the data have {rows:,})" if rows > max_rows else ""
    beyond = f"not other rows{why}, and not another training"
    if len(f.comparisons_subsampled):
        beyond = (
            f"thin bars of comparisons cover other rows like these, too, in codes fitted as here ({f.given.subsampling.subsamples} "
            f"maps redrawn of {100 * f.given.subsampling.share:g} % of the rows); nothing here covers another training"
        )
    few = (
        f" {f.given.seeds} drawings of each map make intervals wide, and leave much undecided: seeds: {ENOUGH} or more in params.yaml"
        " narrows them."
        if f.given.seeds < ENOUGH
        else ""
    )
    return (
        "Intervals are 95 % (comparisons of one measure: all together) and cover other random starts on the same rows"
        f"{' (of t-SNE: its principal components with a random jitter)' if jitter else ''}; {beyond}.{few}"
    )


def band(f: Findings) -> str:
    """What the shaded band of comparisons means."""
    return (
        f"A bar that lies within the shaded band, less than {margin(f)} to either side, counts as equivalent; one that "
        "leaves the band and touches zero is undecided."
    )


def drawn(f: Findings) -> str:
    """What each picture of a map is one of, and that its axes are not to be read."""
    first = f"First of {f.given.seeds} drawings. " if f.given.seeds > 1 else ""
    return f"{first}Axes mean nothing where they are not named."


def covered(f: Findings, name: str) -> str:
    """What the interval of a map's verdict covers, in the evaluation's own words."""
    found = f.against_best(name) or f.measure("maps", name, "r_nx_auc")
    return f"The interval covers {found.covers}."


def unseeded(f: Findings) -> str:
    """Which maps cannot be repeated."""
    found = [f.titles[name] for name, options in f.given.maps.items() if options.get("unseeded")]
    return f"Drawn without a seed, and so never the same again: {formatting.listed(found)}." if found else ""


def covers(f: Findings) -> list[str]:
    """What each kind of interval covers, in the evaluation's own words."""
    known = f.summary[(f.summary["view"] != "raw") & (f.summary["measure"] != "stability")]
    found = []
    for text, lines in known.groupby("covers", sort=False):
        drawn = [f.titles[name] for name in f.maps if name in {*lines.loc[lines["view"] == "maps", "name"]}]
        codes = [name for name in f.given.encoders if name in {*lines.loc[lines["view"] == "codes", "name"]}]
        found.append(f"{formatting.listed([*drawn, *(f'the codes of {name}' for name in codes)])}: {text}.")
    compared = [*f.comparisons["covers"], *f.comparisons_subsampled["covers"]]
    # How many starts each side has is said of the maps already.
    joint = dict.fromkeys(re.sub(r", \d+ and \d+ starts", "", text) for text in compared)
    found += [f"Comparisons, so wide that all of one measure hold together with 95 %: {text}." for text in joint]
    return found


def rebuilding(f: Findings, encoder: str) -> Any:
    """The encoder's line of the table of reconstruction errors."""
    table = f.reconstruction
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


def margin(f: Findings) -> str:
    """ "0.01", of area."""
    return f"{f.given.evaluate.equivalent_within:g}"
