"""CSV and Parquet: columns that are features, and columns that are not."""

import datetime

import numpy as np
import pandas as pd
import pytest

from pipeline import datasets

TABLE = pd.DataFrame(
    {
        "name": ["p", "q", "r", "s"],
        "height": [1.5, 2.5, 3.5, 4.5],
        "city": ["Busan", "Seoul", "Busan", "Daegu"],
        "count": [3, 1, 4, 1],
        "old": [True, False, True, True],
    }
)
WRITERS = {
    "t.csv": lambda table, path: table.to_csv(path, index=False),
    "t.csv.gz": lambda table, path: table.to_csv(path, index=False),
    "t.tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "t.parquet": lambda table, path: table.to_parquet(path),
}


@pytest.mark.parametrize("file", WRITERS)
def test_every_kind_of_table_is_read_alike(tmp_path, file):
    WRITERS[file](TABLE, tmp_path / file)
    (tmp_path / "dataset.yaml").write_text("label: old\nid: name\nexclude: [city, old]")
    source = datasets.read(tmp_path, "city")
    assert source.feature_names == ["height", "count"]
    assert np.array_equal(source.rows, TABLE[["height", "count"]]) and source.kind == "vector"
    expected = {"id": TABLE["name"], "label": TABLE["city"], "old": TABLE["old"]}
    pd.testing.assert_frame_equal(source.table, pd.DataFrame(expected), check_dtype=False)


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_a_column_of_text_is_refused_with_the_line_to_add(tmp_path, file, refusal):
    WRITERS[file](TABLE.drop(columns="name"), tmp_path / file)
    message = refusal(tmp_path)
    assert message.startswith(f'{tmp_path / file}: column "city" holds text (first: "Busan", row 0')
    for fragment in (f"`exclude: [city]` to {tmp_path / 'dataset.yaml'}", "`categories: [city]`", "data.label to city"):
        assert fragment in message
    message = refusal(tmp_path / file)
    assert f"Write {tmp_path / 'dataset.yaml'} with `file: {file}` and `exclude: [city]`" in message
    (tmp_path / "dataset.yaml").write_text("exclude: [city]")
    assert datasets.read(tmp_path, None).feature_names == ["height", "count", "old"]


@pytest.mark.parametrize(
    ("values", "contents"),
    [
        (["1", "2", "?", "4"], 'text (first: "?", row 2'),
        ([None, "x y", None, "z"], 'text (first: "x y", row 1'),
        (
            [datetime.datetime(2026, 1, day) for day in (1, 2, 3, 4)],
            "dates (first: 2026-01-01 00:00:00, row 0",
        ),
        ([[1], [2], [3], [4]], "values of type ndarray (first: [1], row 0"),
        ([None] * 4, "nothing"),
    ],
)
def test_a_column_without_numbers_is_named_with_its_contents(tmp_path, values, contents, refusal):
    pd.DataFrame({"size": [1, 2, 3, 4], "other: x": values}).to_parquet(tmp_path / "t.parquet")
    message = refusal(tmp_path)
    assert f'column "other: x" holds {contents}' in message and '`exclude: ["other: x"]`' in message


def test_columns_named_id_label_and_split_have_these_roles(tmp_path):
    (tmp_path / "t.csv").write_text("id,a,label,split\n7,0.5,x,train\n9,1.5,y,test\n")
    source = datasets.read(tmp_path / "t.csv", None)
    assert source.table.to_dict("list") == {"id": [7, 9], "label": ["x", "y"], "split": ["train", "test"]}
    (tmp_path / "dataset.yaml").write_text("exclude: [id, label, split]")
    assert datasets.read(tmp_path, None).table.to_dict("list") == {"id": [0, 1]}


def test_a_matrix_written_by_pandas_has_numbers_for_names(tmp_path):
    pd.DataFrame(np.eye(3)).to_csv(tmp_path / "t.csv", index=False)
    assert datasets.read(tmp_path, None).feature_names == ["0", "1", "2"]


def test_a_label_that_is_not_there_is_answered_with_the_nearest(tmp_path, refusal):
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    assert '"ctiy"; allowed: name, height, city, count, old. Did you mean city?' in refusal(tmp_path / "t.csv", "ctiy")
