"""What not to read into a map, counted on cases with known answers."""

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation import caveats


def test_loss_is_uneven_and_rows_are_misplaced_where_most_maps_lose_them():
    lost = {
        "a": np.array([0.9, 0.9, 0.1, 0.6]),
        "b": np.array([0.9, 0.1, 0.1, 0.1]),
        "c": np.array([0.1, 0.9, 0.81, 0.2]),
    }
    table = caveats.uneven_loss(lost).set_index("map")
    assert table["misplaced"].tolist() == [2, 1, 1]  # rows 0 and 1, each where it is lost
    assert table["lose_over_half"].tolist() == [0.75, 0.25, 0.5]
    assert table.loc["b", "worst_tenth_keeps"] == pytest.approx(1 - np.quantile(lost["b"], 0.9))


def test_a_category_is_compared_with_chance():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"side": np.repeat(["left", "right"], [30, 10]), "luck": rng.integers(0, 2, 40)})
    neighbors = (np.arange(40)[:, None] // 10 * 10 + rng.integers(0, 10, (40, 5))).astype(int)  # within blocks of ten
    same = caveats.category_neighbors(table, ["side", "luck", "gone"], neighbors).set_index("column")
    assert [*same.index] == ["side", "luck"]
    assert same.loc["side", "same"] == 1 and same.loc["side", "chance"] == pytest.approx(0.75**2 + 0.25**2)
    values = table["luck"].to_numpy()
    assert same.loc["luck", "same"] == np.mean([[values[j] == values[i] for j in neighbors[i]] for i in range(40)])


def test_classes_and_clusters_count_from_a_fifth():
    labels = np.repeat(["a", "b"], [10, 10])
    clusters = np.array([0] * 8 + [1] * 2 + [1] * 9 + [-1])
    of_clusters, of_classes = caveats.cluster_classes({"map": clusters}, labels)
    assert of_clusters[["cluster", "main_class", "classes"]].to_numpy().tolist() == [[0, "a", 1], [1, "b", 1]]
    assert of_classes[["label", "clusters"]].to_numpy().tolist() == [["a", 2], ["b", 1]]  # 2 of a's 10 are a fifth
    empty = caveats.cluster_classes({"map": clusters}, None)
    assert all(table.empty and "map" in table for table in empty)


def summary(rows):
    table = pd.DataFrame(rows, columns=["view", "name", "measure", "value", "low", "high"])
    return table.assign(k=5, against="raw")


def test_maps_lead_where_their_interval_reaches_the_largest_value_s():
    rows = [("maps", "far", 0.5, 0.4, 0.69), ("maps", "best", 0.8, 0.7, 0.9), ("maps", "near", 0.6, 0.5, 0.7)]
    table = summary([(view, name, "recall", *ends) for view, name, *ends in [*rows, ("codes", "deep", 0.9, 0.9, 0.9)]])
    assert caveats.leaders(table).to_numpy().tolist() == [["recall", 5, "best"], ["recall", 5, "near"]]
    assert caveats.leaders(table.assign(against="deep")).empty


def test_classes_are_cleaner_or_mixed_beyond_the_margin():
    ends = {"cleaner": (0.92, 0.95), "mixed": (0.8, 0.88), "similar": (0.91, 0.95), "unknown": (-np.inf, np.inf)}
    maps = [("maps", name, "label_accuracy", 0.9, *own) for name, own in ends.items()]
    table = summary([("raw", "raw", "label_accuracy", 0.9, 0.9, 0.9), *maps])
    purity = caveats.class_purity(pd.concat([table, table.assign(k=1, low=0.9, high=0.9)]), margin=0.015)
    assert purity.groupby("k")["purity"].unique()[1].tolist() == ["similar"]
    purity = purity[purity["k"] == 5]
    assert purity["map"].tolist() == purity["purity"].tolist() == [*ends]
    assert caveats.class_purity(table[table["view"] == "maps"], margin=0.015).empty
