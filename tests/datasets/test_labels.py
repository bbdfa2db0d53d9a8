"""Labels as names, in their order."""

import numpy as np
import pandas as pd
import pytest

from pipeline.datasets.labels import named
from pipeline.runtime.errors import InputError


@pytest.mark.parametrize(
    ("values", "rows", "ordered"),
    [
        (np.array([10, 9, -1], dtype=np.int8), ["10", "9", "-1"], ["-1", "9", "10"]),
        ([10.0, 0.5, 9.0, 9.0], ["10", "0.5", "9", "9"], ["0.5", "9", "10"]),
        ([True, False], ["True", "False"], ["False", "True"]),
        (np.array([b"b", b"a"]), ["b", "a"], ["a", "b"]),
        (pd.Series(["x", "a"], dtype="category"), ["x", "a"], ["a", "x"]),
        (["run 10", "3", "run 9", "20"], ["run 10", "3", "run 9", "20"], ["3", "20", "run 9", "run 10"]),
        (["Barolo ", " Barolo", "2 "], ["Barolo", "Barolo", "2"], ["2", "Barolo"]),
        (["inf", "nan", "1e400", "-1"], ["inf", "nan", "1e400", "-1"], ["-1", "1e400", "inf", "nan"]),
    ],
)
def test_names_sort_as_people_count(values, rows, ordered):
    labels, names = named(pd.Series(values), None, "here")
    assert (list(labels), names) == (rows, ordered)


def test_classes_of_the_card_give_the_names():
    classes = {"0": "shirt", "1": "coat"}
    rows, names = named(pd.Series([1, 0, 1]), classes, "here")
    assert (list(rows), names) == (["coat", "shirt", "coat"], ["coat", "shirt"])
    with pytest.raises(InputError, match='label "2"'):
        named(pd.Series([1, 2]), classes, "here")


def test_missing_labels_and_measurements_are_refused():
    with pytest.raises(InputError, match=r"here: .*label: 2 \(first: row 1"):
        named(pd.Series(["a", None, "b", None]), None, "here")
    with pytest.raises(InputError, match="30 different values"):
        named(pd.Series(np.linspace(0, 1, 30)), None, "here")
