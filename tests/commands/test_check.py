"""What `check` says of parameters and data together, before anything runs."""

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline.commands import check
from pipeline.runtime.errors import InputError


@pytest.fixture
def checked(root, tmp_path, monkeypatch, capsys):
    """A function: what check says of so many rows and columns, and the shipped parameters changed at dotted paths."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check, "pending", lambda: ([], []))  # DVC is not at home here

    def said(rows: int, columns: int, changed: dict) -> str:
        pd.DataFrame(np.random.default_rng(0).random((rows, columns)).round(3)).to_csv("t.csv", index=False)
        given = YAML(typ="safe").load(root / "params.yaml")
        for path, value in ({"data.path": "t.csv"} | changed).items():
            *parents, last = path.split(".")
            section = given
            for parent in parents:
                section = section[parent]
            section[last] = value
        with open("params.yaml", "w") as file:
            YAML().dump(given, file)
        check.main()
        return capsys.readouterr().out

    return said


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, "params.yaml: encoders.pca: code_size is 10; PCA of 360 training rows by 9 columns has at most 9. Lower code_size, and that of the autoencoders that are held against it."),
        ({"encoders.pca.code_size": 9}, "params.yaml: advise.deep: sizes are [5, 10, 20], but rows have 9 columns, and a code needs no more numbers. Give at least two sizes up to 9; advise: {} asks nothing."),
    ],
)  # fmt: skip
def test_codes_are_no_longer_than_rows(checked, changed, line):
    with pytest.raises(InputError) as refused:
        checked(500, 9, changed)
    assert str(refused.value) == line
    assert "is valid" in checked(500, 9, {"code_size_sweep": {}, "encoders.pca.code_size": 9})


def test_sizes_that_rows_are_too_short_for_are_left_out(checked):
    line = "advise.deep: codes of 20 numbers are not tried, since rows have 19 columns."
    assert line in checked(500, 19, {}).splitlines()
    assert "not tried" not in checked(500, 20, {})


def test_the_cluster_is_named_and_not_looked_for(checked):
    line = "cluster: blocks of work go to tcp://nowhere:8786, which is looked for when one is due, not now."
    assert (
        line
        in checked(
            500, 9, {"code_size_sweep": {}, "encoders.pca.code_size": 9, "cluster": "tcp://nowhere:8786"}
        ).splitlines()
    )
    assert "cluster" not in checked(500, 20, {})


def test_too_few_test_rows_to_call_any_novel_are_said(checked):
    """As many as p-values need to get below the level, and not one more."""
    line = (
        "No row can be called novel: beside 30 test rows no p-value is below 0.032, and place.level is 0.01. Use at least 100"
        " test rows (more rows, or a higher data.test_fraction), or raise place.level."
    )
    assert line in checked(150, 20, {}).splitlines()
    assert "out_of_distribution" not in checked(500, 20, {})  # 100 test rows
    assert "Use at least 101 test rows" in checked(500, 20, {"place.level": 0.0099})


def test_what_holds_for_several_is_said_once(checked, monkeypatch):
    monkeypatch.setattr(check.artifacts, "leftovers", lambda given: [f"old-{number}" for number in range(26)])
    said = checked(178, 20, {"code_size_sweep": {}, "data.rows": 170})
    assert (
        "encoders, " in said
        and said.count("not redrawn on other rows: redraw.share leaves 85 to learn from, and it asks for 90") == 1
    )
    assert said.count("170 of 178 rows") == 1 and "170 of 178" in said
    assert "would run" not in said.partition("Nothing would run")[2]
    assert "No longer in params.yaml: 26 results (old-0, old-1, old-2, old-3, old-4, ...)." in said
    one = {"pca": {"kind": "pca", "code_size": 5}}
    maps = {"pca": {"space": "raw", "method": "pca"}}
    assert "valid: 1 encoder, 1 map of t.csv." in checked(
        178, 20, {"code_size_sweep": {}, "encoders": one, "maps": maps, "null_maps": {}}
    )
