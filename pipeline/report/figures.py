"""The figures of each section of the page: a picture, its heading, and the caption that says what to see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.report import charts, curves, formatting, verdict_wording
from pipeline.report import map_figures as map_pictures
from pipeline.report.charts import Dot
from pipeline.report.rendering import Picture
from pipeline.report.results import Results


@dataclass(frozen=True)
class Figure:
    """name is the map's or encoder's own, where the figure is of one; caveat: what the page says beside it, for pictures that leave
    the page."""

    heading: str
    caption: str
    picture: Picture
    name: str = ""
    caveat: str = ""


def maps(results: Results, class_colors: dict[str, str]) -> list[Figure]:
    found = []
    for name, points in results.maps.items():
        kept = formatting.percent(results.measure("maps", name, "recall"), False)
        said, r_nx_auc = (
            verdict_wording.short(results, name),
            formatting.r_nx_auc(results.measure("maps", name, "r_nx_auc")),
        )
        by = "colored by class" if class_colors else "one dot a row"
        alt = f"{results.titles[name]}, {by}: {said}; area under R_NX {r_nx_auc}, {kept} of neighbors kept."
        axes = _axes(results, name)
        picture = map_pictures.by_class(name, alt, points, results.labels, class_colors, axes)
        caption = f"area {r_nx_auc}, {kept} of {results.params.evaluate.k} neighbors kept"
        if axes:
            caption += f"; across {axes[0]}, up {axes[1]}"
        found.append(Figure(said, caption, picture, name))
    return found


def _axes(results: Results, name: str) -> tuple[str, str] | None:
    """What the axes mean: something only on the plane of the raw data's first two components."""
    options = results.params.maps[name]
    if (options["method"], options["space"]) != ("pca", "raw") or len(results.scree) < 2:
        return None
    first, second = (100 * results.scree["share"].iloc[:2]).round().astype(int)
    return f"component 1: {first} % of variance", f"component 2: {second} %"


RELATIONS = {
    "raw": ("Codes against the raw data", "the same method with the same options on the raw data"),
    "pca": ("Autoencoder against PCA", "the same method with the same options on principal components"),
    "plane": ("Each map against the PCA map", "the plane of the first two principal components"),
    "best": ("Each other map against the best", "the map that keeps neighborhoods best"),
}


def forests(results: Results) -> list[Figure]:
    found = []
    for relation in ("best", "raw", "pca", "plane"):
        lines = results.comparisons_of(relation)
        if not lines:
            continue
        heading, against = RELATIONS[relation]
        rows = [_mirrored(results, line) if relation == "best" else _dot(results, line) for line in lines]
        alt = f"{heading}: " + "; ".join(f"{row.label} {row.note}" for row in rows)
        picture = charts.forest(f"forest-{relation}", alt, rows, results.params.evaluate.equivalent_within)
        caption = f"See that {_seen([row.note.partition(';')[0] for row in rows])}. Dot: area under R_NX less that of {against}."
        found.append(
            Figure(
                heading, caption, picture, caveat=f"{verdict_wording.band(results)} {verdict_wording.starts(results)}"
            )
        )
    return found


def _seen(verdicts: list[str]) -> str:
    """ "all 4 are worse", "1 of 4 is equivalent and 3 are worse"."""
    if len(verdicts) == 1:
        return f"it is {verdicts[0]}"
    counts = Counter(verdicts)
    if len(counts) == 1:
        return f"{'both' if len(verdicts) == 2 else f'all {len(verdicts)}'} are {verdicts[0]}"
    said = [f"{count} {'is' if count == 1 else 'are'} {verdict}" for verdict, count in counts.most_common()]
    return f"of {len(verdicts)}, {formatting.listed(said)}"


def _dot(results: Results, line: Any) -> Dot:
    other = results.over_subsamples(line)
    if other is None:
        return Dot(results.titles[line.map], line.difference, line.low, line.high, line.verdict)
    note = line.verdict if other.verdict == line.verdict else f"{line.verdict}; other rows: {other.verdict}"
    return Dot(results.titles[line.map], line.difference, line.low, line.high, note, wide=(other.low, other.high))


def _mirrored(results: Results, line: Any) -> Dot:
    """The comparison of the best map with another one, told from the other's side."""
    turned = {"better": "worse", "worse": "better"}
    dot = _dot(results, line)
    note = "; other rows: ".join(turned.get(word, word) for word in dot.note.split("; other rows: "))
    wide = dot.wide and (-dot.wide[1], -dot.wide[0])
    return Dot(results.titles[line.against], -line.difference, -line.high, -line.low, note, wide=wide)


def lost(results: Results) -> list[Figure]:
    alt = f"{results.titles[results.best]}, each row colored by the share of its neighbors that it loses."
    picture = map_pictures.by_loss("lost-neighbors", alt, results.maps[results.best], results.share_lost(results.best))
    caption = (
        "See where the dark rows gather (bright on dark paper): there the map is wrong about "
        f"neighborhoods. Color is the share of a row's {results.params.evaluate.k} nearest neighbors in the raw "
        f"data that are not among its {results.params.evaluate.k} nearest on the map; first drawing."
    )
    return [Figure(f"{results.titles[results.best]}: neighbors lost", caption, picture, results.best)]


def helped(results: Results) -> list[Figure]:
    kind = results.dataset.info["kind"]
    lines, dots = [], []
    for space in ["raw", *results.params.encoders]:
        own = [name for name, options in results.params.maps.items() if options["space"] == space]
        lines.append(Dot(formatting.space(space, results.params, kind)))
        if space != "raw":
            lines.append(_area("the codes themselves", results.measure("codes", space, "r_nx_auc")))
        lines += [
            _area(
                f"{formatting.method(results.params.maps[name])} map ({name})",
                results.measure("maps", name, "r_nx_auc"),
            )
            for name in own
        ]
        if not own and space == "raw":
            lines.pop()
    alt = "Area under R_NX: " + "; ".join(f"{line.label} {line.note}".strip() for line in lines)
    picture = charts.dots("kept", alt, lines, "area under R_NX: 0 chance, 1 all neighborhoods kept", most=1)
    caption = (
        "See what is missing in the codes already, and what more on their maps, by the measure on which the verdicts rest. "
        "Dot: mean over drawings or trainings; bar: interval over random starts, often narrower than the dot."
    )
    dots.append(Figure("Neighborhoods kept in the codes and on their maps", caption, picture))
    return dots + _errors(results)


def _area(label: str, found: Any) -> Dot:
    return Dot(label, found.value, found.low, found.high, formatting.r_nx_auc(found, False))


def _errors(results: Results) -> list[Figure]:
    lines = []
    for line in results.reconstruction.itertuples():
        learned = line.encoder in results.autoencoders
        label = (
            f"{formatting.space(line.encoder, results.params, '')}, {line.code_size} numbers"
            if learned
            else f"{line.code_size} components"
        )
        said = formatting.number(line.error, formatting.digits(line.low, line.high, most=3))
        lines.append(Dot(label, line.error, line.low, line.high, said, line.pca_error if learned else None))
    if not lines:
        return []
    alt = "Squared error of rebuilt test rows: " + "; ".join(f"{line.label} {line.note}" for line in lines)
    picture = charts.dots(
        "reconstruction-error", alt, lines, f"squared error a test {formatting.row(results.dataset.info['kind'])}"
    )
    caption = (
        f"See how far each dot lies left of its hollow mark: less is better. Dot: mean over the {results.reconstruction['rows'].iloc[0]:,} test rows, which no "
        "encoder has learned from; bar: 95 % interval over other test rows; hollow: PCA of the same size."
    )
    if results.dataset.info["kind"] == "sequence":
        caption += " A series' error is summed over its true steps."
    return [Figure("Error of rebuilt rows", caption, picture)]


def training(results: Results) -> list[Figure]:
    found = []
    for name, history in results.histories.items():
        series = {"loss": "training rows", "validation_loss": "validation rows"}
        kept = int(history["epoch"].iloc[int(history["validation_loss"].argmin())])
        alt = f"Training of {name}: loss over {len(history)} epochs; the weights of epoch {kept} are kept."
        picture = curves.training(f"training-{name}", alt, history, "epoch", series, "epoch")
        caption = (
            "See whether the dashed line turns up: from there on, training learns its own rows by heart. It is least at epoch "
            f"{kept} of {len(history)}, whose weights are kept."
        )
        if len(history) > 4:
            caption += " The first losses may lie above the picture."
        found.append(Figure(f"Training of {name}: loss", caption, picture, name))
    return found


def scree(results: Results) -> list[Figure]:
    if results.scree.empty:
        return []
    sizes = sorted({2, *(options["code_size"] for options in results.params.encoders.values())})
    sizes = [size for size in sizes if size <= len(results.scree)]
    alt = "Share of variance held by the first principal components: " + ", ".join(
        f"{size}: {100 * results.scree['cumulative'].iloc[size - 1]:.0f} %" for size in sizes
    )
    picture = curves.scree("scree", alt, results.scree, sizes)
    caption = (
        "See how many components it takes to hold most of the variance, as a linear code can: the share of the training rows' variance, added up; "
        "dots: the plane of a map, and the code sizes in use."
    )
    return [Figure("Variance held by principal components", caption, picture)]
