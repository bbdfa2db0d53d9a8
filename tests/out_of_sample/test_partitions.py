"""Parts of a folder or of a store, transformed onto a map part by part: as if they had come together, or not at all."""

import fsspec
import numpy as np
import pandas as pd
import pytest

from pipeline.encoders import pca as components
from pipeline.methods import code
from pipeline.neighbors import graph
from pipeline.out_of_sample import partitions
from pipeline.out_of_sample.transformer import Transformer
from pipeline.runtime import atomic_io, cluster
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

RNG = np.random.default_rng(0)
KNOWN = (RNG.normal(size=(200, 4)) * [5, 3, 1, 1]).astype(np.float32)
NEW = (RNG.normal(size=(90, 4)) * [5, 3, 2, 1]).astype(np.float32)
NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def onto() -> Transformer:
    """The plane of two principal components, which is the code itself."""
    table = pd.DataFrame({"id": range(200), "split": "train"})
    scaling = {"rule": "standard", "center": [0.0] * 4, "scale": [5.0, 3.0, 1.0, 1.0]}
    info = {
        "kind": "vector",
        "shape": [4],
        "feature_names": NAMES,
        "scaling": scaling,
        "reading": {"card": {}, "levels": {}},
    }
    known = KNOWN / np.float32([5, 3, 1, 1])
    encoder = components.fit(Dataset(known, table, info), components.Options(kind="pca", code_size=2), 0)
    codes, options = encoder.encode(known), code.Options(method="code", space="pca")
    space = graph.make_space(codes, 15)
    errors = np.square(encoder.decode(codes) - known).sum(axis=1)
    return Transformer(info, encoder, space, code, options, *code.embed(space, options, 0, 1), errors)


@pytest.fixture(params=["folder", "store"])
def folders(request, tmp_path):
    """Three parts of 30 rows at an address, and another address."""
    new, out = (
        (str(tmp_path / "new"), str(tmp_path / "out"))
        if request.param == "folder"
        else ("memory://new", "memory://out")
    )
    store, path = fsspec.url_to_fs(new)
    store.mkdirs(path, exist_ok=True)
    for number in range(3):
        rows = slice(30 * number, 30 * number + 30)
        table = pd.DataFrame(NEW[rows], columns=NAMES).assign(id=np.arange(90)[rows])
        with fsspec.open(f"{new}/part-{number}.parquet", "wb") as file:
            table.to_parquet(file, index=False)
    yield new, out
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def names(folder):
    store, path = fsspec.url_to_fs(folder)
    return sorted(name.rpartition("/")[2] for name in store.ls(path, detail=False)) if store.exists(path) else []


def test_parts_are_transformed_as_if_they_had_come_together(onto, folders):
    new, out = folders
    done = []
    rows, flagged = partitions.transform(onto, new, out, alpha=0.05, codes=True, progress=done.append)
    assert done == [1, 2, 3]
    assert [name for name in names(out) if name != "_SUCCESS"] == [f"part-{number}.parquet" for number in range(3)]
    assert ("_SUCCESS" in names(out)) == out.startswith("memory:")
    table = pd.concat([pd.read_parquet(f"{out}/part-{number}.parquet") for number in range(3)], ignore_index=True)
    expected = onto.transform(NEW, codes=True)
    assert list(table) == ["id", "x", "y", "error", "p_value", "out_of_distribution", "code_0", "code_1"]
    pd.testing.assert_frame_equal(table[list(expected)], expected)
    np.testing.assert_array_equal(table[["x", "y"]], table[["code_0", "code_1"]])
    assert (table["out_of_distribution"] == (expected["p_value"] < 0.05)).all()
    assert (table["id"] == np.arange(90)).all()
    assert (rows, flagged) == (90, table["out_of_distribution"].sum())
    assert 5 < flagged < 90, "a column spreads twice as far as it did"


@pytest.mark.parametrize("damage", ["bytes", "columns"])
def test_a_damaged_part_is_named_before_any_work_and_nothing_is_left(onto, folders, damage, monkeypatch):
    monkeypatch.setattr(partitions, "_transform_part", lambda *_: pytest.fail("a part was transformed"))
    new, out = folders
    with fsspec.open(f"{new}/part-1.parquet", "wb") as file:
        if damage == "bytes":
            file.write(b"PAR1, and then nothing that makes sense PAR1")
        else:
            pd.DataFrame(NEW[:30], columns=["a", "b", "c", "other"]).to_parquet(file)
    with pytest.raises(InputError) as refused:
        partitions.transform(onto, new, out, alpha=0.05)
    assert str(refused.value).startswith(f"{new}/part-1.parquet: ")
    assert "\n" not in str(refused.value)
    assert names(out) == []


def test_a_late_worker_does_not_make_the_folder_again(onto, tmp_path):
    """The main process has removed it by then; while it did, the worker could not add to it either."""
    pd.DataFrame(NEW, columns=NAMES).to_parquet(tmp_path / "part.parquet")
    seen = []

    def late():
        with atomic_io.whole(tmp_path / "out") as target:
            target.mkdir()
            seen.append(f"{target}/part.parquet")
            raise InputError("lost")

    with pytest.raises(InputError, match="lost"):
        late()
    with pytest.raises(InputError, match="no such folder on the machine"):
        partitions._transform_part(onto, 0.05, False, str(tmp_path / "part.parquet"), *seen)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["part.parquet"]


def test_what_workers_may_leave_in_a_store_is_reported(onto, monkeypatch):
    monkeypatch.setattr(cluster, "in_use", lambda: True)
    with pytest.raises(InputError, match=r"^lost .*memory://out .*_SUCCESS"), partitions._new_folder("memory://out"):
        raise InputError("lost")


def test_one_file_becomes_no_folder_of_a_files_name(onto, tmp_path):
    new = tmp_path / "new.csv"
    pd.DataFrame(NEW, columns=NAMES).to_csv(new, index=False)
    with pytest.raises(InputError, match=r"^--out: placed\.csv ends in \.csv"):
        partitions.check_out(str(new), "placed.csv")
    partitions.check_out(str(new), "placed")
    assert partitions.transform(onto, str(new), str(tmp_path / "placed"), alpha=0.05)[0] == 90
    assert names(str(tmp_path / "placed")) == ["new.parquet"]


def test_a_folder_that_is_not_empty_is_not_overwritten(onto, folders):
    new, out = folders
    store, path = fsspec.url_to_fs(out)
    store.mkdirs(path, exist_ok=True)
    store.pipe_file(f"{path}/mine.txt", b"mine")
    with pytest.raises(InputError, match="not empty"):
        partitions.transform(onto, new, out, alpha=0.05)
    assert names(out) == ["mine.txt"]


def test_one_part_alone(onto, folders):
    new, out = folders
    assert partitions.transform(onto, f"{new}/part-2.parquet", out, alpha=0.05)[0] == 30
    assert "part-2.parquet" in names(out)


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("memory://nowhere", "memory://nowhere: holds no part (.parquet)"),
        ("nosuch://bucket/folder", "nosuch://bucket/folder: Protocol not known: nosuch"),
    ],
)
def test_addresses_without_parts_are_refused(onto, tmp_path, new, line):
    with pytest.raises(InputError) as refused:
        partitions.transform(onto, new, str(tmp_path / "out"), alpha=0.05)
    assert str(refused.value).startswith(line)
    assert not (tmp_path / "out").exists()
