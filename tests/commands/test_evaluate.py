"""`python -m pipeline evaluate` measures a map that this project did not make."""

import json

import numpy as np
import pandas as pd
import pytest

from pipeline import metrics
from pipeline.commands import evaluate
from pipeline.runtime.errors import InputError


@pytest.fixture
def files(tmp_path):
    """A table of data with ids and labels, and a map of it in another order."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(80, 5)).round(3)
    table = pd.DataFrame(points, columns=list("abcde")).assign(
        id=[f"row {i}" for i in range(80)], kind=np.arange(80) % 2
    )
    table.to_parquet(tmp_path / "data.parquet")
    embedding = pd.DataFrame(points[:, :2], columns=["x", "y"]).assign(id=table["id"])
    embedding.sample(frac=1, random_state=0).to_csv(tmp_path / "map.csv", index=False)
    embedding[["x", "y"]].to_csv(tmp_path / "plain.csv", index=False)
    return tmp_path, points


def run(folder, *maps, **options):
    arguments = {"label": "kind", "sizes": [7], "metric": "euclidean", "out": None} | options
    evaluate.main(str(folder / "data.parquet"), [str(folder / file) for file in maps], **arguments)


def test_rows_are_matched_by_id_or_by_order(files, capsys):
    folder, points = files
    run(folder, "map.csv", "plain.csv", out=str(folder / "out.json"))
    found = json.loads((folder / "out.json").read_text())
    labels = np.arange(80) % 2
    expected = metrics.evaluate(points, {"map": points[:, :2].astype(np.float32)}, labels, 7).measures
    for name in ("map", "plain"):
        for line in expected.itertuples():
            assert found[name][f"{line.measure}_{line.k}" if line.k else line.measure] == pytest.approx(line.value)
    printed = capsys.readouterr().out
    assert "trustworthiness (k = 7)" in printed and "the data" in printed and "no interval" in printed


def test_a_map_without_ids_is_in_the_order_of_the_data(files):
    folder, points = files
    shuffled = np.random.default_rng(0).permutation(80)
    pd.read_parquet(folder / "data.parquet").assign(id=shuffled).to_parquet(folder / "data.parquet")
    np.save(folder / "map.npy", points[:, :2])
    run(folder, "map.npy", "plain.csv", out=str(folder / "out.json"))
    found = json.loads((folder / "out.json").read_text())
    expected = metrics.evaluate(points, {"map": points[:, :2].astype(np.float32)}, k=7).measures
    r_nx_auc = expected.set_index("measure").loc["r_nx_auc", "value"]
    assert [found[name]["r_nx_auc"] for name in ("map", "plain")] == pytest.approx([r_nx_auc, r_nx_auc])


def test_labels_and_splits_with_a_single_value_are_left_out(files, capsys):
    folder, _ = files
    table = pd.read_parquet(folder / "data.parquet").assign(kind="one", split="train")
    table.to_parquet(folder / "data.parquet")
    run(folder, "map.csv")
    printed = capsys.readouterr().out
    assert "accuracy" not in printed and "r_nx_auc" in printed


def test_missing_values_are_refused_without_the_advice_for_params_yaml(files):
    folder, _ = files
    table = pd.read_parquet(folder / "data.parquet")
    table.loc[0, "a"] = np.nan
    table.to_parquet(folder / "data.parquet")
    with pytest.raises(InputError, match="NaN") as refused:
        run(folder, "map.csv")
    assert "data.missing" not in str(refused.value)


def test_bad_maps_are_refused_in_one_line(files):
    folder, _ = files
    short = pd.read_csv(folder / "map.csv")
    short.iloc[:-1].to_csv(folder / "short.csv", index=False)
    short.assign(id=["row 999", *short["id"][1:]]).to_csv(folder / "strange.csv", index=False)
    for maps, message in (
        (["short.csv"], "79 rows, but .* has 80"),
        (["strange.csv"], 'no row with id "row'),
        (["none.csv"], "no such file"),
        (["map.csv", "map.csv"], "share a name"),
    ):
        with pytest.raises(InputError, match=message) as refused:
            run(folder, *maps)
        assert "\n" not in str(refused.value)
