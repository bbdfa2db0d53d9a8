"""NumPy's formats and IDX: arrays of vectors and of images."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from pipeline import datasets, ragged

MNIST = Path(__file__).parents[2].parent / "shared" / "data" / "mnist"
VOWELS = MNIST.parent / "japanese_vowels"
IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
LABELS = np.array([3, 1, 4, 1, 5], dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    code = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}[array.dtype.str[1:]]
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize(
    ("rows", "kind", "value_range"),
    [
        (IMAGES, "image", (0, 255)),
        (IMAGES[..., None], "image", (0, 255)),
        (IMAGES / 255, "image", (0, 1)),
        (IMAGES.astype(np.int16), "image", None),
        (IMAGES / 1.0, "image", None),
        (IMAGES.reshape(5, 12), "vector", None),
        (IMAGES.reshape(5, 12) > 7, "vector", None),
    ],
)
def test_the_shape_tells_the_kind_and_the_type_the_range(tmp_path, rows, kind, value_range):
    np.save(tmp_path / "rows.npy", rows)
    source = datasets.read(tmp_path / "rows.npy", None)
    assert np.array_equal(source.rows, rows) and source.rows.dtype == rows.dtype
    assert (source.kind, source.value_range) == (kind, value_range)
    assert list(source.table["id"]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rows", "fragment"),
    [
        (np.arange(5), "shape (5,)"),
        (np.zeros((5, 3, 8, 8)), "1 to 4 channels"),
        (np.zeros((5, 2, 2, 2, 2)), "shape (5, 2, 2, 2, 2)"),
        (np.zeros((5, 0)), "shape (5, 0)"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((5, 2), dtype=complex), "complex128"),
        (np.array([[1, None]], dtype=object), "Python objects"),
    ],
)
def test_arrays_that_are_no_rows_are_refused(tmp_path, rows, fragment, refusal):
    np.save(tmp_path / "rows.npy", rows)
    assert fragment in refusal(tmp_path)


@pytest.mark.parametrize("names", [("x", "y"), ("X", "label"), ("images", "target"), ("cells", "kind")])
def test_npz_finds_rows_and_labels_by_name(tmp_path, names, refusal):
    rows, labels = names
    np.savez_compressed(tmp_path / "a.npz", **{rows: IMAGES, labels: LABELS[:, None], "name": list("abcde")})
    if rows == "cells":
        assert f"`rows: NAME` to {tmp_path / 'dataset.yaml'}" in refusal(tmp_path)
    keys = "rows: cells\nid: name\nlabel: kind" if rows == "cells" else "id: name"
    (tmp_path / "dataset.yaml").write_text(keys)
    source = datasets.read(tmp_path, None)
    assert np.array_equal(source.rows, IMAGES)
    assert source.table.to_dict("list") == {"id": list("abcde"), "label": [3, 1, 4, 1, 5]}
    assert f'no array "{labels}s"; allowed: ' in refusal(tmp_path, f"{labels}s")


def test_npz_as_keras_publishes_mnist_keeps_its_test_rows(tmp_path):
    parts = {"x_train": IMAGES[:3], "y_train": LABELS[:3], "x_test": IMAGES[3:], "y_test": LABELS[3:]}
    np.savez(tmp_path / "mnist.npz", **parts)
    source = datasets.read(tmp_path / "mnist.npz", None)
    assert np.array_equal(source.rows, IMAGES) and np.array_equal(source.table["label"], LABELS)
    assert list(source.table["split"]) == ["train"] * 3 + ["test"] * 2


def test_npz_that_cannot_be_read_safely_or_at_all_is_refused(tmp_path, refusal):
    np.savez(tmp_path / "a.npz", x=IMAGES, y=np.array([{}] * 5, dtype=object))
    assert 'array "y"' in refusal(tmp_path)
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS[:4])
    assert "5 rows, but 4" in refusal(tmp_path)
    np.savez(tmp_path / "a.npz", x=IMAGES, y=np.eye(5))
    assert "y has the shape (5, 5)" in refusal(tmp_path)
    (tmp_path / "a.npz").write_bytes(b"\x93NUMPY")
    assert "damaged" in refusal(tmp_path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_idx_in_mnists_folder(tmp_path, pack, refusal):
    end = "-ubyte.gz" if pack is gzip.compress else "-ubyte"
    for part, rows in (("train", slice(3)), ("t10k", slice(3, 5))):
        (tmp_path / f"{part}-images-idx3{end}").write_bytes(pack(idx(IMAGES[rows])))
    source = datasets.read(tmp_path, None)
    assert np.array_equal(source.rows, IMAGES) and "label" not in source.table
    (tmp_path / f"train-labels-idx1{end}").write_bytes(pack(idx(LABELS[:3])))
    assert "t10k-labels-idx1-ubyte is missing" in refusal(tmp_path)
    (tmp_path / f"t10k-labels-idx1{end}").write_bytes(pack(idx(LABELS[2:])))
    assert "2 images, but 3 labels" in refusal(tmp_path)
    (tmp_path / f"t10k-labels-idx1{end}").write_bytes(pack(idx(LABELS[3:])))
    source = datasets.read(tmp_path, "label")
    expected = {"id": range(5), "split": ["train"] * 3 + ["test"] * 2, "label": LABELS}
    assert source.table.to_dict("list") == {name: list(values) for name, values in expected.items()}


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
def test_one_idx_file_of_any_type(tmp_path, dtype, refusal):
    (tmp_path / "images.idx").write_bytes(idx(IMAGES.astype(dtype)))
    assert np.array_equal(datasets.read(tmp_path, None).rows, IMAGES)
    (tmp_path / "images.idx").write_bytes(idx(IMAGES.astype(dtype))[:-1])
    assert "(5, 4, 3)" in refusal(tmp_path)
    (tmp_path / "images.idx").write_bytes(gzip.compress(idx(IMAGES.astype(dtype)))[:-9])
    assert "damaged" in refusal(tmp_path)


@pytest.mark.skipif(not MNIST.is_dir(), reason="needs ../shared/data/mnist")
def test_mnist_is_read_as_published():
    source = datasets.read(MNIST, None)
    assert source.rows.shape == (70000, 28, 28) and source.value_range == (0, 255)
    test = source.table["split"] == "test"
    assert list(source.table["label"][test][:5]) == [7, 2, 1, 0, 4] and test.sum() == 10000
    published = struct.pack(">4I", 2051, 10000, 28, 28) + source.rows[test].tobytes()
    assert hashlib.md5(published).hexdigest() == "2646ac647ad5339dbf082846283269ea"


@pytest.mark.parametrize("rows", [IMAGES, np.where(IMAGES > 50, np.nan, IMAGES)], ids=["whole", "padded"])
def test_series_are_known_by_their_arrays_name_or_by_the_card(tmp_path, rows):
    np.savez(tmp_path / "a.npz", sequences=rows, labels=LABELS)
    source = datasets.read(tmp_path, None)
    assert np.array_equal(source.rows, rows, equal_nan=True) and source.rows.dtype == rows.dtype
    assert (source.kind, source.value_range) == ("sequence", None)
    np.savez(tmp_path / "a.npz", x=rows, y=LABELS)
    assert datasets.read(tmp_path, None).kind == "image"
    (tmp_path / "dataset.yaml").write_text("kind: sequence")
    assert datasets.read(tmp_path, None).kind == "sequence"
    (tmp_path / "a.npz").unlink()
    np.save(tmp_path / "a.npy", rows)
    assert datasets.read(tmp_path, None).kind == "sequence"


@pytest.mark.parametrize(
    ("rows", "kind", "shapes"),
    [
        (IMAGES[..., 0], "sequence", ["(5, 4)", "(n, steps, channels)"]),
        (IMAGES[..., None], "sequence", ["(5, 4, 3, 1)", "(n, steps, channels)"]),
        (IMAGES, "vector", ["(5, 4, 3)", "(n, columns)"]),
        (IMAGES[..., 0], "image", ["(5, 4)", "(n, height, width)"]),
        (IMAGES, "series", ["series", "vector, image, sequence"]),
    ],
)
def test_rows_that_are_not_of_their_kind_are_refused(tmp_path, rows, kind, shapes, refusal):
    np.save(tmp_path / "a.npy", rows)
    (tmp_path / "dataset.yaml").write_text(f"kind: {kind}")
    message = refusal(tmp_path)
    assert all(shape in message for shape in shapes)


def test_npz_may_mark_its_own_test_rows(tmp_path, refusal):
    marks = np.array([True, False, False, True, False])
    np.savez(tmp_path / "a.npz", x=IMAGES, is_test=marks)
    assert list(datasets.read(tmp_path, None).table["split"]) == ["test", "train", "train", "test", "train"]
    for wrong, dtype in ((marks[:4], "bool (4,)"), (marks[:, None], "bool (5, 1)"), (marks.astype("i1"), "int8 (5,)")):
        np.savez(tmp_path / "a.npz", x=IMAGES, is_test=wrong)
        assert f"is_test is {dtype}; it must be bool (5,)" in refusal(tmp_path)


@pytest.mark.skipif(not VOWELS.is_dir(), reason="needs ../shared/data/japanese_vowels")
def test_japanese_vowels_are_read_as_they_lie_there():
    source = datasets.read(VOWELS, None)
    assert (source.kind, source.rows.shape, source.value_range) == ("sequence", (640, 29, 12), None)
    lengths = ragged.lengths(source.rows)
    assert (lengths.min(), lengths.max()) == (7, 29)
    assert source.table["split"].value_counts().to_dict() == {"test": 370, "train": 270}
    assert sorted(source.table["label"].unique()) == [*range(1, 10)]
