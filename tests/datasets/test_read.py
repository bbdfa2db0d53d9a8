"""Which file data.path refers to, and the message when none can be read."""

from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets

from pipeline import datasets

ROWS = np.arange(12.0).reshape(4, 3)


def card(folder: Path, *keys: str) -> Path:
    (folder / "dataset.yaml").write_text("\n".join(keys))
    return folder


@pytest.mark.parametrize(
    ("keys", "fragment"),
    [
        (["lable: digit"], "lable"),
        (["lable: digit"], "Did you mean label?"),
        (["range: [16, 0]"], "range is [16, 0]"),
        (["file: ../elsewhere.npy"], "../elsewhere.npy"),
        (["file: row.npy"], "Did you mean rows.npy?"),
        (["exclude: [a]"], "exclude is not used"),
        (["title: a", "title: b"], "duplicate key"),
        (["title: [a"], "line "),
        (["- title"], "holds no keys"),
        (["loader: sklearn.datasets.load_digit"], "Did you mean sklearn.datasets.load_digits?"),
        (["loader: os.system"], "loader is os.system; allowed: "),
        (["loader: sklearn.datasets.fetch_openml"], "allowed: "),
        (
            ["loader: sklearn.datasets.load_wine", "label: targets"],
            'column "targets"; allowed: target. Did you',
        ),
    ],
)
def test_a_wrong_card_is_answered_in_one_line(tmp_path, keys, fragment, refusal):
    np.save(tmp_path / "rows.npy", ROWS)
    assert fragment in refusal(card(tmp_path, *keys))


def test_a_missing_path_names_its_nearest_neighbor(tmp_path, refusal):
    (tmp_path / "digits").mkdir()
    assert f"Did you mean {tmp_path / 'digits'}?" in refusal(tmp_path / "digit")


def test_a_folder_without_a_card_needs_exactly_one_file_that_can_be_read(tmp_path, refusal):
    assert "empty folder" in refusal(tmp_path)
    (tmp_path / "README.md").write_text("about the data")
    assert "nothing that can be read" in refusal(tmp_path)
    np.save(tmp_path / "a.npy", ROWS)
    assert np.array_equal(datasets.read(tmp_path, None).rows, ROWS)
    np.save(tmp_path / "b.npy", ROWS + 1)
    assert f"`file: a.npy` to {tmp_path / 'dataset.yaml'}" in refusal(tmp_path)
    assert np.array_equal(datasets.read(card(tmp_path, "file: b.npy"), None).rows, ROWS + 1)


def test_an_unknown_format_is_answered_with_the_known_ones(tmp_path, refusal):
    (tmp_path / "rows.docx").write_bytes(b"PK\x03\x04")
    message = refusal(tmp_path / "rows.docx")
    assert all(format in message for format in (".csv", ".parquet", ".npy", ".npz", "IDX"))


def test_title_source_and_range_come_from_the_card(tmp_path):
    np.save(tmp_path / "rows.npy", ROWS)
    source = datasets.read(card(tmp_path, "title: Mine", "source: My desk", "license: CC0", "range: [0, 20]"), None)
    assert (source.title, source.origin, source.value_range) == ("Mine", "My desk, CC0", (0, 20))
    bare = datasets.read(tmp_path / "rows.npy", None)
    assert (bare.title, bare.origin, bare.value_range) == ("rows", "rows.npy", None)


def test_the_default_data_are_scikit_learns_digits_as_images():
    source = datasets.read(Path(__file__).parents[2] / "data" / "digits", None)
    digits = sklearn.datasets.load_digits()
    assert np.array_equal(source.rows, digits.images)
    assert np.array_equal(source.table["label"], digits.target)
    assert (source.kind, source.value_range, source.title) == ("image", (0, 16), "Handwritten digits")


def test_bundled_sets_of_vectors_keep_their_names(tmp_path):
    source = datasets.read(card(tmp_path, "loader: sklearn.datasets.load_iris", "label: target"), None)
    iris = sklearn.datasets.load_iris(as_frame=True)
    assert np.array_equal(source.rows, iris.data.to_numpy()) and source.feature_names == list(iris.data)
    assert source.table["label"].value_counts().to_dict() == {"setosa": 50, "versicolor": 50, "virginica": 50}
    unlabeled = datasets.read(card(tmp_path, "loader: sklearn.datasets.load_diabetes"), None)
    assert list(unlabeled.table) == ["id", "target"]
