"""What is written is whole or is not there, and reads back as it was."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import artifacts
from pipeline.artifacts import formats, paths
from pipeline.neighbors import graph
from pipeline.runtime.atomic_io import SCRATCH, replacing_folder
from pipeline.types import Dataset, Map

pytestmark = pytest.mark.usefixtures("elsewhere")


def saved_map(value: float) -> None:
    points = np.full((1, 3, 2), value, np.float32)
    artifacts.save_map("one", Map(points, [7], {"method": "pca"}, "abc", {"a": np.array(1.5)}))


def test_results_of_like_names_are_written_side_by_side():
    """perplexity: [5] of a map "tsne" lies in tsne/5, another map may be called tsne-5, and two dvc repro may draw both at once."""
    both = [paths.MAPS / "tsne" / "5", paths.MAPS / "tsne-5"]
    with replacing_folder(both[0]) as one, replacing_folder(both[1]) as other:
        (one / "a").write_text("one")
        (other / "a").write_text("other")
    assert [(target / "a").read_text() for target in both] == ["one", "other"]


def test_a_failed_write_leaves_the_former_result():
    saved_map(0)
    with pytest.raises(KeyboardInterrupt), replacing_folder(paths.MAPS / "one") as folder:
        np.save(folder / "points.npy", np.ones((1, 3, 2), np.float32))
        raise KeyboardInterrupt
    saved = artifacts.load_map("one")
    assert not saved.points.any() and saved.mapper == {"a": np.array(1.5)}
    assert (saved.seeds, saved.options, saved.space_digest) == ([7], {"method": "pca"}, "abc")
    assert not any(SCRATCH.iterdir())


def test_a_result_takes_the_place_of_the_former_one():
    for value in (1.0, 2.0):
        saved_map(value)
        artifacts.save_metrics({"value": value})
    assert (artifacts.load_map("one").points == 2).all()
    assert '"value": 2.0' in paths.METRICS.read_text()
    assert not any(SCRATCH.iterdir())


def saved_dataset(count: int) -> Dataset:
    split = np.array(["train"] * (count - 2) + ["validation", "test"])
    dataset = Dataset(
        np.random.default_rng(0).random((count, 4, 3), dtype=np.float32),
        pd.DataFrame({"id": np.arange(count), "label": "a", "split": split, "note": 0.5}),
        {"title": "t", "labels": ["a"]},
    )
    artifacts.save_dataset(dataset)
    return dataset


def test_datasets_and_spaces_read_back_as_they_were():
    dataset = saved_dataset(20)
    for table in (dataset.table, dataset.table.drop(columns="note")):
        artifacts.save_dataset(Dataset(dataset.rows, table, dataset.info))
        read = artifacts.load_dataset(all_columns=True)
        np.testing.assert_array_equal(read.rows, dataset.rows)
        pd.testing.assert_frame_equal(read.table, table.astype(read.table.dtypes))
        assert read.info.items() >= dataset.info.items()

    space = graph.make_space(dataset.rows.reshape(20, -1), 5, "cosine", dataset.table["split"].to_numpy() == "train")
    artifacts.save_space("raw", space)
    for one, other in zip(vars(space).values(), vars(artifacts.load_space("raw")).values(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert artifacts.is_of_dataset("raw")


def test_a_space_is_of_the_rows_and_the_split_that_it_was_made_of():
    dataset = saved_dataset(20)
    artifacts.save_space("raw", graph.make_space(dataset.rows.reshape(20, -1), 5))
    split = dataset.table["split"].to_numpy()[::-1]
    artifacts.save_dataset(Dataset(dataset.rows, dataset.table.assign(split=split), dataset.info))
    assert not artifacts.is_of_dataset("raw")


def test_equal_results_are_equal_bytes():
    contents = []
    for _ in range(2):
        dataset = saved_dataset(20)
        artifacts.save_space("raw", graph.make_space(dataset.rows.reshape(20, -1), 5))
        contents.append([path.read_bytes() for path in sorted(paths.ARTIFACTS.rglob("*")) if path.is_file()])
    assert contents[0] == contents[1]


def test_a_failed_folder_keeps_the_former_one():
    for value in ("former", "new"):
        try:
            with replacing_folder(Path("artifacts/x")) as folder:
                (folder / "a").write_text(value)
                if value == "new":
                    raise MemoryError
        except MemoryError:
            pass
    assert Path("artifacts/x/a").read_text() == "former"


def test_arrays_are_what_numpy_writes():
    for array in (
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.ones((3, 4), np.float32)),
        np.zeros((0, 2)),
        np.float32(3),
    ):
        formats.save_array(Path("ours.npy"), array)
        np.save("theirs.npy", array)
        assert Path("ours.npy").read_bytes() == Path("theirs.npy").read_bytes()
