"""What `check` prints of parameters and data together, before anything runs."""

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline.commands import check
from pipeline.runtime.errors import InputError


@pytest.fixture
def checked(root, tmp_path, monkeypatch, capsys):
    """A function: what check prints of random rows and columns, with the shipped parameters changed at dotted paths."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check, "pending", lambda: ([], []))  # DVC is not at home here

    def output(rows: int, columns: int, changed: dict) -> str:
        pd.DataFrame(np.random.default_rng(0).random((rows, columns)).round(3)).to_csv("t.csv", index=False)
        params = YAML(typ="safe").load(root / "params.yaml")
        for path, value in ({"data.path": "t.csv"} | changed).items():
            *parents, last = path.split(".")
            section = params
            for parent in parents:
                section = section[parent]
            section[last] = value
        with open("params.yaml", "w") as file:
            YAML().dump(params, file)
        check.main()
        return capsys.readouterr().out

    return output


FITTING = {"code_size_sweep": {}, "encoders.pca.code_size": 9}  # for nine columns


def test_codes_are_no_longer_than_rows(checked):
    with pytest.raises(InputError, match=r"^params.yaml: encoders\.pca: code_size is 10; .* at most 9\."):
        checked(500, 9, {})
    with pytest.raises(InputError, match=r"^params.yaml: code_size_sweep\.deep: .*\[5, 10, 20\].* 9 columns"):
        checked(500, 9, {"encoders.pca.code_size": 9})
    assert "is valid" in checked(500, 9, FITTING)


def test_sizes_that_rows_are_too_short_for_are_left_out(checked):
    assert "code_size_sweep.deep: code sizes 20 are left out, since rows have 19 columns." in checked(500, 19, {})
    assert "left out" not in checked(500, 20, {})


def test_the_cluster_is_named_and_not_connected_to(checked):
    assert "cluster: blocks of work go to tcp://nowhere:8786" in checked(
        500, 9, FITTING | {"cluster": "tcp://nowhere:8786"}
    )
    assert "cluster" not in checked(500, 20, {})


def test_too_few_test_rows_for_p_values_below_alpha(checked):
    """As many as p-values need to get below alpha, and not one more."""
    output = checked(150, 20, {})
    assert "with 30 test rows no p-value is below 0.032, and transform.alpha is 0.01. Use at least 100 " in output
    assert "out-of-distribution" not in checked(500, 20, {})  # 100 test rows
    assert "Use at least 101 test rows" in checked(500, 20, {"transform.alpha": 0.0099})


def test_what_holds_for_several_is_printed_once(checked, monkeypatch):
    monkeypatch.setattr(check.artifacts, "leftovers", lambda params: [f"old-{number}" for number in range(26)])
    output = checked(178, 20, {"code_size_sweep": {}, "data.rows": 170})
    assert output.count("subsampling.share leaves 85 rows") == 1
    assert output.count("170 of 178") == 1
    assert "26 results (old-0, old-1, old-2, old-3, old-4, ...)." in output
    one = {"pca": {"kind": "pca", "code_size": 5}}
    maps = {"pca": {"space": "raw", "method": "pca"}}
    few = {"code_size_sweep": {}, "encoders": one, "maps": maps, "null_maps": {}}
    assert "valid: 1 encoder, 1 map of t.csv." in checked(178, 20, few)


@pytest.mark.parametrize(("remaining", "rows", "part"), [(["pca"], None, "no rows remain"), ([], 170, "")])
def test_maps_of_remaining_rows_need_some(checked, remaining, rows, part):
    output = checked(500, 20, {"transform.remaining": remaining, "data.rows": rows})
    assert ("transform.remaining" in output) == bool(part) and part in output
