"""Words against the numbers that they stand on."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.report import (
    autoencoder_effects,
    caveats,
    clusters,
    code_size_sweep,
    figures,
    formatting,
    headline,
    interval_wording,
    neighborhood_sizes,
    page,
    summary,
    tables,
    titles,
    verdict_wording,
)

ONE = {"tsne": {"space": "raw", "method": "tsne"}}


@given(value=st.floats(0, 1), half=st.floats(1e-4, 0.4))
def test_no_more_digits_than_the_interval_supports(value, half):
    assume(not 0 < value - half < 0.006)  # one digit more, so that an interval without zero does not seem to touch it
    text = formatting.percent(SimpleNamespace(value=value, low=value - half, high=value + half))
    decimals = len(text.split(" ")[0].partition(".")[2])
    assert decimals == 0 or (decimals <= 2 and 100 * half <= 10 ** (1 - decimals) * 1.0001)
    assert 100 * half >= 10**-decimals * 0.9999 or decimals == 2


def test_an_interval_that_leaves_out_zero_does_not_seem_to_touch_it():
    assert formatting.points(0.02, 0.004, 0.036) == "2.0 points (0.4 to 3.6)"


def test_numbers_as_readers_write_them():
    assert formatting.number(-0.04, 1) == "0.0"
    assert formatting.number(-1234.5, 1) == "−1,234.5"
    assert formatting.points(-0.083, -0.088, -0.078) == "−8.3 points (−8.8 to −7.8)"
    assert formatting.percent(SimpleNamespace(value=0.5, low=0.5, high=0.5)) == "50.0 % (no interval)"


def test_maps_of_one_title_add_their_names(made):
    maps = {
        "a": {"space": "raw", "method": "tsne"},
        "b": {"space": "raw", "method": "tsne"},
        "c": {"space": "deep", "method": "new"},
    }
    titles = titles.titles(made(maps=maps, compared=[]).given, "vector")
    assert titles == {
        "a": "t-SNE of raw columns (a)",
        "b": "t-SNE of raw columns (b)",
        "c": "new of deep codes",
    }


def test_the_answer_says_each_verdict_with_its_number(made):
    said = verdict_wording.answer(made())
    lead = "t-SNE of raw pixels keeps neighborhoods of up to 85 rows best"
    assert headline.headline(made()) == f"{lead} on average, not clearly better than each other map."
    assert headline.headline(made(compared=[("tsne-raw", "pca", "best", 0.45, 0.005, "better")])) == f"{lead}."
    measured = headline.measured(made())
    assert "keeps 60.0 % (59.7 to 60.3) of each row's 10 nearest" in measured
    assert "0.600 (0.597 to 0.603) between chance, 0, and perfect, 1" in measured
    assert "Equivalent to it within 0.01: t-SNE of 3 components." in said
    assert "Undecided against it: t-SNE of deep codes." in said
    assert (
        "UMAP of deep codes keeps less, by 0.150 (0.146 to 0.154); PCA of raw pixels by 0.450 (0.445 to 0.455)." in said
    )
    learned = next(line for line in said if "codes of deep" in line)
    assert "50 % less squared error (45 to 55) than 3 components, but" in learned
    assert "worse than t-SNE of 3 components by 0.05 (0.03 to 0.07)" in learned
    assert "undecided against t-SNE of raw pixels (difference −0.01, −0.03 to 0.01)" in learned


def test_a_single_drawing_claims_no_interval(made):
    found = made(seeds=1)
    said = " ".join([headline.measured(found), headline.doubt(found), *verdict_wording.answer(found)])
    assert "drawn once" in said
    assert "0.600 (no interval)" in said
    assert "95 %" not in said


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.991, 0.999, "tidies"), (0.96, 0.969, "mixes"), (0.97, 0.99, None)]
)
def test_a_map_cleaner_than_its_data_is_named(made, low, high, said):
    found = made()
    chosen = (found.summary["view"] == "maps") & (found.summary["measure"] == "label_accuracy")
    found.summary.loc[chosen, ["low", "high"]] = low, high
    last = caveats.not_to_read(found, "tsne-raw")[-1][1]
    assert said in last if said else "name the class" not in last


def test_several_trainings_are_told_apart_from_one(made):
    found = made()
    once = " ".join(autoencoder_effects.helped(found, "deep"))
    assert "not another training. On the map" in once
    repeated = {"trainings": 3, "trainings_mean": 0.62, "trainings_low": 0.58, "trainings_high": 0.66}
    table = found.reconstruction.assign(**repeated)
    said = " ".join(autoencoder_effects.effects(dataclasses.replace(found, reconstruction=table), "deep"))
    assert "Over 3 trainings from other seeds it is 0.62 on average (0.58 to 0.66)." in said


def test_what_a_doubling_buys_is_said_with_its_interval(made):
    (doubling, dimension) = code_size_sweep.said(made())
    assert "At 3 numbers, doubling the code of deep buys 17 points" in doubling
    assert "variance (16 to 18), over 2 short trainings; 6 components hold 33.0 more than 3" in doubling
    assert "8.1 by TwoNN and 9.3 by maximum likelihood of 10 neighbors" in dimension
    assert code_size_sweep.said(made(encoders={"pca": {"kind": "pca", "code_size": 3}}, maps=ONE, compared=[])) == []


def test_losses_are_those_of_the_rows(made):
    found = made(n=40)
    found.points.loc[found.points["map"] == "tsne-raw", "recall_10"] = [0.2] * 10 + [0.8] * 30
    assert "25 % of the rows lose more than half" in caveats.lost(found, "tsne-raw")[1]
    assert "keeps 20 % or less" in caveats.lost(found, "tsne-raw")[1]


def test_what_the_codes_cost_is_told_apart_from_what_the_method_loses(made):
    said = next(line for line in autoencoder_effects.helped(made(), "deep") if "alone loses" in line)
    assert "t-SNE alone loses 45.0 % of the 10 true neighbors" in said
    assert (
        "this one training of it, costs another 1 point (−1 to 3), rounded after subtracting, which may be nothing"
        in said
    )
    assert "50.0 % are kept in the code and on the map, 30.0 % are lost on the map alone, 15.0 % in the code" in said
    assert "because" not in said


def test_a_verdict_that_other_rows_do_not_bear_out_says_so(made):
    found = made()
    said = next(
        line for line in autoencoder_effects.helped(found, "deep") if "worse than t-SNE of 3 components" in line
    )
    assert "worse than t-SNE of 3 components by 0.05 (0.03 to 0.07), but undecided on other rows like these" in said
    agreed = dataclasses.replace(
        found, comparisons_subsampled=found.comparisons[found.comparisons["measure"] == "r_nx_auc"]
    )
    said = next(
        line for line in autoencoder_effects.helped(agreed, "deep") if "worse than t-SNE of 3 components" in line
    )
    assert not said.endswith("bear that out.")  # one of its verdicts is undecided: nothing to bear out
    decided = agreed.comparisons.assign(verdict="worse")
    agreed = dataclasses.replace(
        found, comparisons=decided, comparisons_subsampled=decided[decided["measure"] == "r_nx_auc"]
    )
    said = next(
        line for line in autoencoder_effects.helped(agreed, "deep") if "worse than t-SNE of 3 components" in line
    )
    assert said.endswith("Other rows like these, in codes fitted as here, bear that out.")


def test_a_category_that_decides_who_is_near_is_a_doubt_above_all_maps(made):
    found = made()
    n = len(found.dataset.table)
    info = found.dataset.info | {"reading": {"card": {}, "levels": {"region": ["north", "south"], "luck": [0, 1]}}}
    rng = np.random.default_rng(0)
    table = found.dataset.table.assign(
        region=np.where(np.arange(n) % 2, "north", "south"), luck=rng.integers(2, size=n)
    )
    neighbors = (np.arange(n)[:, None] + 2 * np.arange(1, 21)) % n  # each tenth one of the other region
    neighbors[:, 9] += 1
    dataset = dataclasses.replace(found.dataset, table=table, info=info)
    found = dataclasses.replace(found, dataset=dataset, neighbors=neighbors % n)
    doubts_of = dict(caveats.not_to_read(found, "umap-deep"))
    said = doubts_of["Groups that may only show region."]
    assert said.startswith("In the data, 90 % of a row's 10 nearest have the same region, where 50 % would by chance")
    assert "Groups that may only show luck." not in doubts_of


def test_each_doubt_has_earned_its_place_by_a_number(made):
    found = made()
    doubts_of = dict(caveats.not_to_read(found, "umap-deep"))
    assert "rank correlation of 0.50" in doubts_of["Distances between clusters."]
    assert "0.70" in doubts_of["Distances between clusters."]
    assert "correlation of 0.60" in doubts_of["Sizes and densities of clusters."]
    assert "20 % of them" in doubts_of["Neighbors that another start would change."]
    assert doubts_of["Islands that one drawing shows."].startswith("2 of 3 islands are")
    assert doubts_of["Islands as proof of structure."].startswith("2 of 3 islands are no more separate")
    assert "on 1 and 2 of 2 such maps" in doubts_of["Islands as proof of structure."]
    assert "2 of 3 islands on the left are no more separate" in clusters.said(found, "umap-deep")
    apart = dataclasses.replace(found, clusters=found.clusters.assign(nulls=0.0))
    assert "the right one has no island as separate as any of the 3" in clusters.said(apart, "umap-deep")
    assert "No structureless data" in dict(caveats.not_to_read(found, "tsne-raw"))["Islands as proof of structure."]
    faithful = found.summary.assign(value=0.95, low=0.94, high=0.96)
    calm = dict(caveats.not_to_read(dataclasses.replace(found, summary=faithful), "umap-deep"))
    assert not {"Distances between clusters.", "Sizes and densities of clusters."} & set(calm)


def test_a_perplexity_that_does_not_suit_the_rows_is_named(made):
    labels = ("many", "few")
    found = made(n=200, labels=labels)
    found.dataset.table["label"] = np.where(np.arange(200) < 190, "many", "few")
    said = dict(caveats.not_to_read(found, "tsne-raw"))
    assert "more than a tenth of 200 rows" in said["Small groups."]
    assert '"few" (10)' in dict(caveats.not_to_read(found, "umap-deep"))["Classes smaller than the neighborhood."]


def test_the_scale_at_which_each_map_is_truest_is_told(made):
    curve, distances = neighborhood_sizes.figures(made())
    assert "t-SNE of raw pixels is truest at k = 1" in curve.picture.alt
    assert "rank correlation 0.50" in distances.caption


def crossed(found):
    """The same run, in which another map is truer of large neighborhoods."""
    curves = found.curves
    return dataclasses.replace(
        found, curves=curves.assign(r_nx=curves["r_nx"] + 0.1 * ((curves["name"] == "pca") & (curves["k"] > 30)))
    )


def test_the_best_map_is_best_where_its_curve_leads(made):
    found = crossed(made())
    last = found.curves["k"][found.curves["k"] <= 30].max()
    assert headline.headline(found).startswith(f"t-SNE of raw pixels keeps neighborhoods of up to {last} rows best")
    assert headline.which(found).endswith(f"; for others, PCA of raw pixels ({last + 1} to 85).")


def test_what_else_is_read_has_its_map_and_ties_are_ties(made):
    found = made()
    table = found.summary.copy()
    of_pca = (table["name"] == "pca") & (table["measure"] == "distance_correlation")
    table.loc[of_pca, ["value", "low", "high"]] = 0.58
    said = dict(headline.uses(dataclasses.replace(found, summary=table)))
    assert said["For distances between rows:"].startswith(
        "PCA of raw pixels (rank correlation with the data: 0.58; t-SNE of"
    )
    assert "less than the 0.9" in said["For distances between rows:"]
    assert said["For distances between classes:"].startswith("no map clearly before the others")


def test_the_first_doubt_stands_beside_the_answer(made):
    found = made()
    assert "1 of its 4 comparisons would come out the same" in headline.doubt(found)
    alone = dataclasses.replace(found, comparisons_subsampled=found.comparisons_subsampled.iloc[:0])
    assert headline.doubt(alone).startswith("Other rows could change that")
    assert "Do not read distances between its clusters (rank correlation with the data 0.50" in headline.doubt(alone)
    assert headline.doubt(alone) in summary.make(alone)


def test_intervals_are_claimed_where_they_are(made):
    found = made(n=2000)
    assert "on other rows like these" in tables.comparisons(found, "r_nx_auc").caption
    alone = dataclasses.replace(found, comparisons_subsampled=found.comparisons_subsampled.iloc[:0])
    table = tables.comparisons(alone, "r_nx_auc")
    assert table.caption.endswith("with intervals over other starts") and len(table.columns) == 6
    assert "redraw.up_to is 1,000, the data have 2,000" in interval_wording.interval_coverage(alone)
    assert tables.comparisons(made(seeds=1, compared=[]), "recall").caption.endswith("each map is drawn once")


def test_few_drawings_say_how_intervals_get_narrower(made):
    assert "params.yaml" not in interval_wording.interval_coverage(made())
    assert interval_wording.interval_coverage(made(seeds=2)).endswith("seeds: 5 or more in params.yaml narrows them.")
    assert interval_wording.interval_coverage(made(seeds=1)).endswith(
        "With seeds: 5 or more in params.yaml, bars cover other starts."
    )


def test_a_sample_is_called_one(made):
    found = made()
    assert page.data_line(found) == "200 images of 4 × 4, 3 classes"
    found.dataset.info["source_rows"] = 60_000
    assert page.data_line(found) == "200 of 60,000 images of 4 × 4, 3 classes"
    assert "200 of 60,000 images" in summary.make(found).splitlines()[2]


def test_each_pair_is_compared_once(made):
    for measure in ("r_nx_auc", "recall"):
        pairs = [frozenset(line[:2]) for line in tables.comparisons(made(), measure).lines]
        assert len(pairs) == len(set(pairs)) == 5


def test_forests_begin_with_what_to_see(made):
    captions = [figure.caption for figure in figures.forests(made())]
    assert captions[0].startswith("See that of 4, 2 are worse, 1 is equivalent and 1 is undecided. Dot:")
    assert captions[2].startswith("See that it is worse. Dot:")


def test_what_is_kept_adds_up(made):
    found = made()
    assert "near on the map nevertheless" in " ".join(autoencoder_effects.helped(found, "deep"))
    assert [*autoencoder_effects.PARTS][:2] == ["kept", "back on the map"]
    assert "(55 %)" in caveats.lost(found, "tsne-raw")[2]


def test_what_intervals_cover_is_said_of_which(made):
    said = interval_wording.coverage_notes(made())
    assert len(said) == len(set(said)) and said[0].startswith("PCA of raw pixels, t-SNE of raw pixels")
