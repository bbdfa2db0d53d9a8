"""The wording of results: each sentence has the numbers of its table, and says what they decide."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.report import (
    autoencoder_effects,
    caveats,
    clusters,
    code_size_sweep,
    figures,
    headline,
    interval_wording,
    neighborhood_sizes,
    page,
    remaining,
    summary,
    tables,
    verdict_wording,
)

ONE = {"tsne": {"space": "raw", "method": "tsne"}}


@pytest.fixture(scope="module")
def results(made):
    """Unchanged by the tests."""
    return made()


def caveat(results, name, key):
    """The one caveat whose title has this word in it; its text, or None."""
    texts = [text for title, text in caveats.not_to_read(results, name) if key in title]
    assert len(texts) <= 1
    return texts[0] if texts else None


def test_the_headline_says_whether_the_best_map_is_alone(made, results):
    tied = headline.headline(results)
    alone = headline.headline(made(compared=[("tsne-raw", "pca", "best", 0.45, 0.005, "better")]))
    assert tied.startswith("t-SNE of raw pixels") and alone.startswith("t-SNE of raw pixels")
    assert "up to 85 rows" in tied and "not clearly better" in tied and "not clearly better" not in alone
    assert "only map" in headline.headline(made(maps=ONE, compared=[]))
    measured = headline.measured(results)
    assert "60.0 % (59.7 to 60.3)" in measured and "0.600 (0.597 to 0.603)" in measured


def test_the_answer_says_each_verdict_with_its_number(results):
    equivalent, undecided, worse, learned, intervals = verdict_wording.answer(results)
    assert (
        "Equivalent" in equivalent and "within 0.01" in equivalent and "t-SNE of 3 principal components" in equivalent
    )
    assert "Undecided" in undecided and "t-SNE of deep codes" in undecided
    assert "UMAP of deep codes" in worse and "0.150 (0.146 to 0.154)" in worse and "0.450 (0.445 to 0.455)" in worse
    assert "50 % less squared error (45 to 55) than 3 principal components, but" in learned
    assert "worse than t-SNE of 3 principal components by 0.05 (0.03 to 0.07)" in learned
    assert "undecided compared with t-SNE of raw pixels (difference −0.01, −0.03 to 0.01)" in learned
    assert "95 %" in intervals


def test_a_single_embedding_claims_no_interval(made):
    results = made(seeds=1)
    text = " ".join([headline.measured(results), headline.caveat(results), *verdict_wording.answer(results)])
    assert "one embedding" in text and "0.600 (no interval)" in text and "95 %" not in text


@pytest.mark.parametrize(
    ("low", "high", "key"), [(0.991, 0.999, "Cleaner"), (0.96, 0.969, "Mixed"), (0.97, 0.99, None)]
)
def test_a_map_cleaner_than_its_data_is_named(made, remeasured, low, high, key):
    results = made()
    chosen = (results.summary["view"] == "maps") & (results.summary["measure"] == "label_accuracy")
    results.summary.loc[chosen, ["low", "high"]] = low, high
    results = remeasured(results)
    assert bool(caveat(results, "tsne-raw", "Cleaner")) == (key == "Cleaner")
    assert bool(caveat(results, "tsne-raw", "Mixed classes")) == (key == "Mixed")


def test_several_trainings_are_told_apart_from_one(results):
    assert "0.62" not in " ".join(autoencoder_effects.effects(results, "deep"))
    trainings = {"trainings": 3, "trainings_mean": 0.62, "trainings_low": 0.58, "trainings_high": 0.66}
    repeated = replace(results, reconstruction=results.reconstruction.assign(**trainings))
    assert "3 trainings from other seeds it is 0.62 on average (0.58 to 0.66)" in " ".join(
        autoencoder_effects.effects(repeated, "deep")
    )


def test_what_a_doubling_gains_is_said_with_its_interval(made, results):
    doubling, dimension = code_size_sweep.sentences(results)
    assert "At 3 dimensions" in doubling and "17 points" in doubling and "(16 to 18), over 2 short" in doubling
    assert "6 principal components explain 33.0 more than 3" in doubling
    assert "8.1 by TwoNN and 9.3 by maximum likelihood of 10 neighbors" in dimension
    without = made(encoders={"pca": {"kind": "pca", "code_size": 3}}, maps=ONE, compared=[])
    assert code_size_sweep.sentences(without) == []
    assert code_size_sweep.table(results).rows[0] == ["deep", "3 to 6", "17", "16", "18", "33.0"]


def test_losses_are_those_of_the_rows(made, remeasured):
    results = made(n=40)
    results.points.loc[results.points["map"] == "tsne-raw", "recall_10"] = [0.2] * 10 + [0.8] * 30
    _, uneven, by_class = caveats.lost(remeasured(results), "tsne-raw")
    assert "25 % of the rows lose more than half" in uneven and "keeps 20 % or less" in uneven
    assert "(55 %)" in by_class


def test_what_the_codes_cost_is_told_apart_from_what_the_method_loses(results):
    sentence = next(text for text in autoencoder_effects.effects(results, "deep") if "alone loses" in text)
    assert "t-SNE alone loses 45.0 % of the 10" in sentence
    assert "1 point (−1 to 3), rounded after subtracting, which may be nothing" in sentence
    shares = (
        "50.0 % are kept",
        "30.0 % are lost on the map",
        "15.0 % in the code",
        "5.0 %, lost in the code, are near",
    )
    assert all(share in sentence for share in shares)
    assert [*autoencoder_effects.PARTS][:2] == ["kept", "back on the map"]


def test_a_verdict_that_other_rows_do_not_confirm_says_so(results):
    def sentence(results):
        texts = autoencoder_effects.effects(results, "deep")
        return next(text for text in texts if "worse than t-SNE of 3 principal components" in text)

    def agreeing(comparisons):
        subsampled = comparisons[comparisons["measure"] == "r_nx_auc"]
        return replace(results, comparisons=comparisons, comparisons_subsampled=subsampled)

    assert "by 0.05 (0.03 to 0.07), but undecided on other rows" in sentence(results)
    assert not sentence(agreeing(results.comparisons)).endswith("confirm that."), "one of its verdicts is undecided"
    assert sentence(agreeing(results.comparisons.assign(verdict="worse"))).endswith("confirm that.")


def test_a_category_that_decides_who_is_near_is_a_caveat_of_all_maps(results, remeasured):
    n, rng = len(results.dataset.table), np.random.default_rng(0)
    info = results.dataset.info | {"reading": {"card": {}, "levels": {"region": ["north", "south"], "luck": [0, 1]}}}
    regions = np.where(np.arange(n) % 2, "north", "south")
    table = results.dataset.table.assign(region=regions, luck=rng.integers(2, size=n))
    neighbors = (np.arange(n)[:, None] + 2 * np.arange(1, 21)) % n
    neighbors[:, 9] += 1  # each tenth one is of the other region
    dataset = replace(results.dataset, table=table, info=info)
    changed = remeasured(replace(results, dataset=dataset, neighbors=neighbors % n))
    text = caveat(changed, "umap-deep", "region")
    assert "90 % of a row's 10 nearest" in text and "50 % would by chance" in text
    assert caveat(changed, "umap-deep", "luck") is None


def test_each_caveat_has_a_number(results):
    distances, densities = (caveat(results, "umap-deep", key) for key in ("Distances", "densities"))
    assert "0.50" in distances and "0.70" in distances and "0.60" in densities
    assert caveat(results, "umap-deep", "another seed").startswith("20 %")
    faithful = replace(results, summary=results.summary.assign(value=0.95, low=0.94, high=0.96))
    assert caveat(faithful, "umap-deep", "Distances") is None and caveat(faithful, "umap-deep", "densities") is None


def test_rows_that_most_maps_misplace_are_counted(results, remeasured):
    lost = np.stack([results.share_lost(name) for name in results.maps])
    wrong = (lost > 0.8).mean(axis=0) > 0.5
    here = wrong & (results.share_lost("pca") > 0.8)
    points = results.points.copy()
    points.loc[points["row"] < 7, "recall_10"] = 0.1
    changed = remeasured(replace(results, points=points))
    assert caveat(changed, "pca", "misplace").startswith(f"{7 + here[7:].sum()} of 200 rows")


def test_clusters_are_compared_with_other_seeds_and_with_null_maps(results):
    unstable, null = (caveat(results, "umap-deep", key) for key in ("one seed", "proof"))
    assert unstable.startswith("2 of 3 clusters are") and "50 rows" in unstable
    assert null.startswith("2 of 3 clusters are no more separate") and "1 and 2 of 2 such maps" in null
    assert "2 of 3 clusters" in clusters.null_map_caption(results, "umap-deep")
    apart = replace(results, clusters=results.clusters.assign(share_of_null_maps=0.0))
    assert "as separate as any of the 3" in clusters.null_map_caption(apart, "umap-deep")
    assert caveat(apart, "umap-deep", "proof") is None
    assert "null_maps in params.yaml" in caveat(results, "tsne-raw", "proof")


def test_classes_of_clusters_are_those_of_the_points(made, remeasured):
    """Two classes on one cluster, and one class on two."""
    results = made(n=90)
    at = np.select([results.labels == "zero", results.labels == "one"], [0, 0], np.arange(90) % 2 + 1)
    results.points.loc[results.points["map"] == "pca", "cluster"] = at
    changed = remeasured(results)
    assert '"two" (2)' in caveat(changed, "pca", "several kinds")
    assert "(2 classes)" in caveat(changed, "pca", "one kind")
    assert '(most of class "one")' in caveat(changed, "pca", "one seed")


def test_a_perplexity_that_does_not_suit_the_rows_is_named(made):
    results = made(n=200, labels=("many", "few"))
    results.dataset.table["label"] = np.where(np.arange(200) < 190, "many", "few")
    assert "more than a tenth of 200 rows" in caveat(results, "tsne-raw", "Small groups")
    assert '"few" (10)' in caveat(results, "umap-deep", "smaller than")


def test_the_size_at_which_each_map_is_most_faithful_is_told(results, monkeypatch):
    monkeypatch.setattr(neighborhood_sizes.curves, "r_nx", lambda name, alt, *rest: alt)
    monkeypatch.setattr(neighborhood_sizes.curves, "shepard", lambda *rest: None)
    curve, distances = neighborhood_sizes.figures(results)
    assert "t-SNE of raw pixels is most faithful at k = 1" in curve.picture
    assert "rank correlation 0.50" in distances.caption


def test_the_choice_among_values_of_an_option_follows_its_table():
    steps = pd.DataFrame({"map": ["a", "b"], "up_to": [5, 20]})
    text = neighborhood_sizes.choice(steps, {"a": "5", "b": "30"}, "a")
    assert "5 up to k = 5, 30 beyond" in text
    assert "at every size" in neighborhood_sizes.choice(steps.head(1), {"a": "5"}, "a")


def test_the_best_map_is_best_where_its_curve_leads(results, remeasured):
    curves = results.mean_r_nx
    crossed = curves.assign(r_nx=curves["r_nx"] + 0.1 * ((curves["name"] == "pca") & (curves["k"] > 30)))
    changed = remeasured(replace(results, mean_r_nx=crossed))
    last = curves["k"][curves["k"] <= 30].max()
    assert f"up to {last} rows" in headline.headline(changed)
    assert f"PCA of raw pixels ({last + 1} to 85)" in headline.which(changed)


def test_what_else_is_read_has_its_map_and_ties_are_ties(results, remeasured):
    table = results.summary.copy()
    of_pca = (table["name"] == "pca") & (table["measure"] == "distance_correlation")
    table.loc[of_pca, ["value", "low", "high"]] = 0.58
    uses = dict(headline.uses(remeasured(replace(results, summary=table))))
    rows = uses["For distances between rows:"]
    assert rows.startswith("PCA of raw pixels (") and "0.58" in rows and "less than the 0.9" in rows
    assert uses["For distances between classes:"].startswith("no map clearly better")


def test_the_first_caveat_is_next_to_the_answer(results):
    assert "1 of its 4 comparisons" in headline.caveat(results)
    alone = replace(results, comparisons_subsampled=results.comparisons_subsampled.iloc[:0])
    text = headline.caveat(alone)
    assert "4 comparisons" not in text and "0.50" in text and text in summary.make(alone)


def test_intervals_are_claimed_where_they_are(made):
    results = made(n=2000)
    assert "other rows" in tables.comparisons(results, "r_nx_auc").caption
    alone = replace(results, comparisons_subsampled=results.comparisons_subsampled.iloc[:0])
    table = tables.comparisons(alone, "r_nx_auc")
    assert table.caption.endswith("with intervals over other seeds") and len(table.columns) == 6
    assert "subsampling.max_rows is 1,000, the data have 2,000" in interval_wording.interval_coverage(alone)
    assert "without intervals" in tables.comparisons(made(seeds=1, compared=[]), "recall").caption


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_few_seeds_say_how_intervals_get_narrower(made, seeds):
    assert ("seeds: 5 or more in params.yaml" in interval_wording.interval_coverage(made(seeds=seeds))) == (seeds < 5)


def test_a_sample_is_called_one(made):
    results = made()
    assert page.data_line(results) == "200 images of 4 × 4, 3 classes"
    results.dataset.info["source_rows"] = 60_000
    assert page.data_line(results) == "200 of 60,000 images of 4 × 4, 3 classes"
    assert "200 of 60,000 images" in summary.make(results).splitlines()[2]


def test_each_pair_is_compared_once(results):
    for measure in ("r_nx_auc", "recall"):
        pairs = [frozenset(row[:2]) for row in tables.comparisons(results, measure).rows]
        assert len(pairs) == len(set(pairs)) == 5


def test_forest_plots_say_what_to_see(results, monkeypatch):
    monkeypatch.setattr(figures.charts, "forest", lambda name, *rest: name)
    captions = {figure.picture: figure.caption for figure in figures.comparisons(results)}
    assert "of 4, 2 are worse, 1 is equivalent and 1 is undecided" in captions["comparisons-best"]
    assert "it is worse" in captions["comparisons-pca"]


def test_what_intervals_cover_is_said_of_which(results):
    notes = interval_wording.coverage_notes(results)
    assert len(notes) == len(set(notes)) and notes[0].startswith("PCA of raw pixels, t-SNE of raw pixels")
    counts = np.where(results.comparisons["against"] == "pca", "5 and 1 seeds", "5 and 5 seeds")
    mixed = replace(results, comparisons=results.comparisons.assign(counts=counts))
    assert interval_wording.coverage_notes(mixed) == notes
    assert "5 and 1 seeds" in interval_wording.coverage_of_verdict(mixed, "pca")


def test_remaining_rows_have_their_measures(results, page_of):
    measures = pd.DataFrame({"measure": ["recall"], "value": [0.5], "low": [0.45], "high": [0.55], "n": [80]})
    points = np.zeros((123, 2))
    changed = replace(results, remaining={"pca": (points, np.zeros(123), measures)})
    assert "the other 123 rows" in remaining.description(changed) and "80 transformed rows" in remaining.description(
        changed
    )
    (row,) = remaining.table(changed).rows
    assert row[0] == "PCA of raw pixels" and "50.0" in row and "45.0 to 55.0" in row
    html = page_of(changed)
    assert remaining.description(changed) in html and "density of 323 rows" in html
