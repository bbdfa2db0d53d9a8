"""The figures that several sections of the page share: a picture, its heading, and a caption that says what to see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.report import charts, curves, formatting, interval_wording, map_figures, titles, verdict_wording
from pipeline.report.charts import Dot
from pipeline.report.rendering import Picture
from pipeline.report.results import Results


@dataclass(frozen=True)
class Figure:
    """name is the map's or encoder's own, where the figure is of one; caveat: what the page says near it, for pictures that leave
    the page."""

    heading: str
    caption: str
    picture: Picture
    name: str = ""
    caveat: str = ""


def maps(results: Results, class_colors: dict[str, str]) -> list[Figure]:
    figures = []
    for name, points in results.maps.items():
        kept = formatting.percent(results.measure("maps", name, "recall"), False)
        verdict = verdict_wording.verdict_on_map(results, name)
        r_nx_auc = formatting.r_nx_auc(results.measure("maps", name, "r_nx_auc"))
        by = "colored by class" if class_colors else "one dot a row"
        alt = f"{results.titles[name]}, {by}: {verdict}; R_NX AUC {r_nx_auc}, {kept} of neighbors kept."
        axes = _axes(results, name)
        picture = map_figures.by_class(name, alt, points, results.labels, class_colors, axes)
        caption = f"R_NX AUC {r_nx_auc}, {kept} of {results.params.evaluate.k} neighbors kept"
        if axes:
            caption += f"; across {axes[0]}, up {axes[1]}"
        figures.append(Figure(verdict, caption, picture, name))
    return figures


def _axes(results: Results, name: str) -> tuple[str, str] | None:
    """What the axes mean: something only on the plane of the raw data's first two principal components."""
    options = results.params.maps[name]
    if (options["method"], options["space"]) != ("pca", "raw") or len(results.scree) < 2:
        return None
    first, second = (100 * results.scree["share"].iloc[:2]).round().astype(int)
    return f"PC 1: {first} % of variance", f"PC 2: {second} %"


RELATIONS = {
    "best": ("Each other map compared with the best", "the most faithful map"),
    "raw": ("Codes compared with the raw data", "the same method with the same options on the raw data"),
    "pca": ("Autoencoder compared with PCA", "the same method with the same options on principal components"),
    "plane": ("Each map compared with the PCA map", "the plane of the first two principal components"),
}


def comparisons(results: Results) -> list[Figure]:
    """A forest plot for each relation between maps."""
    figures = []
    for relation, (heading, against) in RELATIONS.items():
        rows = results.comparisons_of(relation)
        if not rows:
            continue
        dots = [_mirrored(results, row) if relation == "best" else _dot(results, row) for row in rows]
        alt = f"{heading}: " + "; ".join(f"{dot.label} {dot.note}" for dot in dots)
        picture = charts.forest(f"comparisons-{relation}", alt, dots, results.params.evaluate.equivalent_within)
        counts = _counted([dot.note.partition(";")[0] for dot in dots])
        caption = f"See that {counts}. Dot: R_NX AUC less that of {against}."
        caveat = f"{interval_wording.equivalence_band(results)} {interval_wording.interval_coverage(results)}"
        figures.append(Figure(heading, caption, picture, caveat=caveat))
    return figures


def _counted(verdicts: list[str]) -> str:
    """ "all 4 are worse", "1 of 4 is equivalent and 3 are worse"."""
    if len(verdicts) == 1:
        return f"it is {verdicts[0]}"
    counts = Counter(verdicts)
    if len(counts) == 1:
        return f"{'both' if len(verdicts) == 2 else f'all {len(verdicts)}'} are {verdicts[0]}"
    parts = [f"{count} {'is' if count == 1 else 'are'} {verdict}" for verdict, count in counts.most_common()]
    return f"of {len(verdicts)}, {formatting.listed(parts)}"


def _dot(results: Results, row: Any) -> Dot:
    resampled = results.over_subsamples(row)
    if resampled is None:
        return Dot(results.titles[row.map], row.difference, row.low, row.high, row.verdict)
    note = row.verdict if resampled.verdict == row.verdict else f"{row.verdict}; other rows: {resampled.verdict}"
    wide = (resampled.low, resampled.high)
    return Dot(results.titles[row.map], row.difference, row.low, row.high, note, wide=wide)


def _mirrored(results: Results, row: Any) -> Dot:
    """The comparison of the best map with another one, from the other's side."""
    turned = {"better": "worse", "worse": "better"}
    dot = _dot(results, row)
    note = "; other rows: ".join(turned.get(word, word) for word in dot.note.split("; other rows: "))
    wide = dot.wide and (-dot.wide[1], -dot.wide[0])
    return Dot(results.titles[row.against], -row.difference, -row.high, -row.low, note, wide=wide)


def lost_neighbors(results: Results) -> list[Figure]:
    best, k = results.best, results.params.evaluate.k
    alt = f"{results.titles[best]}, each row colored by the share of its neighbors that it loses."
    picture = map_figures.by_loss("lost-neighbors", alt, results.maps[best], results.share_lost(best))
    caption = (
        "See where the dark rows gather (bright on dark paper): there the map is wrong about neighborhoods. Color is the share "
        f"of a row's {k} nearest neighbors in the raw data that are not among its {k} nearest on the map; first embedding."
    )
    return [Figure(f"{results.titles[best]}: neighbors lost", caption, picture, best)]


def codes(results: Results) -> list[Figure]:
    """R_NX AUC of codes and of their maps, and reconstruction errors."""
    kind = results.dataset.info["kind"]
    dots = []
    for space in ["raw", *results.params.encoders]:
        own = [name for name, options in results.params.maps.items() if options["space"] == space]
        if space == "raw" and not own:
            continue
        dots.append(Dot(titles.space(space, results.params, kind)))
        if space != "raw":
            dots.append(_r_nx_auc("the codes themselves", results.measure("codes", space, "r_nx_auc")))
        dots += [
            _r_nx_auc(
                f"{titles.method(results.params.maps[name])} map ({name})", results.measure("maps", name, "r_nx_auc")
            )
            for name in own
        ]
    alt = "R_NX AUC: " + "; ".join(f"{dot.label} {dot.note}".strip() for dot in dots)
    picture = charts.dots("r-nx-auc", alt, dots, "R_NX AUC: 0 chance, 1 all neighborhoods kept", most=1)
    caption = (
        "See what is missing in the codes already, and what more on their maps, by the measure on which the verdicts rest. "
        "Dot: mean over embeddings or trainings; bar: interval over random seeds, often narrower than the dot."
    )
    figure = Figure("Neighborhoods kept in the codes and on their maps", caption, picture)
    return [figure, *_reconstruction_errors(results)]


def _r_nx_auc(label: str, measured: Any) -> Dot:
    return Dot(label, measured.value, measured.low, measured.high, formatting.r_nx_auc(measured, False))


def _reconstruction_errors(results: Results) -> list[Figure]:
    kind, dots = results.dataset.info["kind"], []
    for row in results.reconstruction.itertuples():
        learned = row.encoder in results.autoencoders
        label = (
            f"{titles.space(row.encoder, results.params, '')}, {row.code_size} dimensions"
            if learned
            else f"{row.code_size} principal components"
        )
        error = formatting.number(row.error, formatting.digits(row.low, row.high, most=3))
        dots.append(Dot(label, row.error, row.low, row.high, error, row.pca_error if learned else None))
    if not dots:
        return []
    alt = "Squared error of reconstructed test rows: " + "; ".join(f"{dot.label} {dot.note}" for dot in dots)
    picture = charts.dots("reconstruction-error", alt, dots, f"squared error per test {titles.sample(kind)}")
    caption = (
        f"See how far each dot lies left of its hollow mark: less is better. Dot: mean over the {results.reconstruction['rows'].iloc[0]:,} test rows, which no "
        "encoder was trained on; bar: 95 % interval over other test rows; hollow: PCA of the same size."
    )
    if kind == "sequence":
        caption += " A series' error is summed over its true steps."
    return [Figure("Reconstruction error", caption, picture)]


def training(results: Results) -> list[Figure]:
    figures = []
    for name, history in results.histories.items():
        series = {"loss": "training rows", "validation_loss": "validation rows"}
        best_epoch = int(history["epoch"].iloc[int(history["validation_loss"].argmin())])
        alt = f"Training of {name}: loss over {len(history)} epochs; the weights of epoch {best_epoch} are kept."
        picture = curves.training(f"training-{name}", alt, history, "epoch", series, "epoch")
        caption = (
            "See whether the dashed line turns up: from there on, training overfits. It is lowest at epoch "
            f"{best_epoch} of {len(history)}, whose weights are kept."
        )
        if len(history) > 4:
            caption += " The first losses may lie above the picture."
        figures.append(Figure(f"Training of {name}: loss", caption, picture, name))
    return figures


def scree(results: Results) -> list[Figure]:
    if results.scree.empty:
        return []
    sizes = sorted({2, *(options["code_size"] for options in results.params.encoders.values())})
    sizes = [size for size in sizes if size <= len(results.scree)]
    alt = "Share of variance explained by the first principal components: " + ", ".join(
        f"{size}: {100 * results.scree['cumulative'].iloc[size - 1]:.0f} %" for size in sizes
    )
    picture = curves.scree("scree", alt, results.scree, sizes)
    caption = (
        "See how many principal components explain most of the variance: the share of the training rows' variance, cumulated; "
        "dots: the plane of a map, and the code sizes in use."
    )
    return [Figure("Variance explained by principal components", caption, picture)]
