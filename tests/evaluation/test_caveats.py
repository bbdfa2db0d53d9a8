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
