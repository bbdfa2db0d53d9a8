"""Which map is the most faithful at which neighborhood size, and the sentence about it."""

import pandas as pd

from pipeline.evaluation import neighborhood_sizes
from pipeline.report.neighborhood_sizes import choice


def curves(sizes, **values) -> pd.DataFrame:
    rows = [(name, k, value) for name, line in values.items() for k, value in zip(sizes, line, strict=True)]
    return pd.DataFrame(rows, columns=["name", "k", "r_nx"])


def test_the_most_faithful_map_changes_with_the_size():
    """Sizes beyond half of the largest do not count; in a group of one map, nothing changes."""
    table = neighborhood_sizes.table(
        curves([1, 5, 20, 40, 41], a=[3, 3, 1, 1, 9], b=[1, 1, 2, 2, 2]), {"": ["a", "b"], "a": ["a"]}, {"a": 2, "b": 1}
    )
    assert table.to_numpy().tolist() == [["", "a", 5], ["", "b", 20], ["a", "a", 20]]
    assert "A up to k = 5, B beyond" in choice(table[table["group"] == ""], {"a": "A", "b": "B"}, "a")
    assert choice(table[table["group"] == "a"], {"a": "A"}, "a").startswith("A ")


def test_lines_that_cross_by_little_are_not_told_apart():
    sizes = range(1, 20)
    wobbling = curves(sizes, a=[0.5 + 0.004 * (k % 2) for k in sizes], b=[0.5 - 0.004 * (k % 2) for k in sizes])
    assert neighborhood_sizes.most_faithful(wobbling, "b") == [("b", 9)]
