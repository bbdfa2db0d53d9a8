"""Rows in parts, of a folder and of a store, put onto a map part by part: as if they had come together, or not at all."""

import fsspec
import numpy as np
import pandas as pd
import pytest

from pipeline.encoders import pca as components
from pipeline.methods import code
from pipeline.neighbors import graph
from pipeline.out_of_sample import partitions
from pipeline.out_of_sample.transformer import Placer
from pipeline.runtime import atomic_io, cluster
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

RNG = np.random.default_rng(0)
KNOWN = (RNG.normal(size=(200, 4)) * [5, 3, 1, 1]).astype(np.float32)
NEW = (RNG.normal(size=(90, 4)) * [5, 3, 2, 1]).astype(np.float32)
NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def placer():
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
    return Placer(info, encoder, space, code, options, *code.embed(space, options, 0, 1), errors)


@pytest.fixture(params=["folder", "store"])
def place(request, tmp_path):
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


def test_parts_are_placed_as_if_they_had_come_together(placer, place):
    new, out = place
    done = []
    rows, novel = partitions.place(placer, new, out, level=0.05, codes=True, progress=done.append)
    assert done == [1, 2, 3]
    assert [name for name in names(out) if name != "_SUCCESS"] == [f"part-{number}.parquet" for number in range(3)]
    assert ("_SUCCESS" in names(out)) == out.startswith("memory:")
    found = pd.concat([pd.read_parquet(f"{out}/part-{number}.parquet") for number in range(3)], ignore_index=True)
    expected = placer.place(NEW, codes=True)
    assert list(found) == ["id", "x", "y", "error", "p_value", "novel", "code_0", "code_1"]
    pd.testing.assert_frame_equal(found[list(expected)], expected)
    np.testing.assert_array_equal(found[["x", "y"]], found[["code_0", "code_1"]])
    assert (found["novel"] == (expected["p_value"] < 0.05)).all()
    assert (found["id"] == np.arange(90)).all()
    assert (rows, novel) == (90, found["novel"].sum())
    assert 5 < novel < 90, "a column spreads twice as far as it did"


@pytest.mark.parametrize("damage", ["bytes", "columns"])
def test_a_damaged_part_is_named_before_any_work_and_nothing_is_left(placer, place, damage, monkeypatch):
    monkeypatch.setattr(partitions, "_part", lambda *_: pytest.fail("a part was placed"))
    new, out = place
    with fsspec.open(f"{new}/part-1.parquet", "wb") as file:
        if damage == "bytes":
            file.write(b"PAR1, and then nothing that makes sense PAR1")
        else:
            pd.DataFrame(NEW[:30], columns=["a", "b", "c", "other"]).to_parquet(file)
    with pytest.raises(InputError) as refused:
        partitions.place(placer, new, out, level=0.05)
    assert str(refused.value).startswith(f"{new}/part-1.parquet: ")
    assert "\n" not in str(refused.value)
    assert names(out) == []


def test_a_worker_that_is_late_makes_no_folder_anew(placer, tmp_path):
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
    with pytest.raises(InputError, match="no such folder where"):
        partitions._part(placer, 0.05, False, str(tmp_path / "part.parquet"), *seen)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["part.parquet"]


def test_of_a_store_what_workers_may_leave_is_said(placer, monkeypatch):
    monkeypatch.setattr(cluster, "in_use", lambda: True)
    line = "^lost Workers may end their parts: memory://out is not whole without _SUCCESS[.]$"
    with pytest.raises(InputError, match=line), partitions._filled("memory://out"):
        raise InputError("lost")


def test_one_file_becomes_no_folder_of_a_files_name(placer, tmp_path):
    new = tmp_path / "new.csv"
    pd.DataFrame(NEW, columns=NAMES).to_csv(new, index=False)
    with pytest.raises(InputError, match=r"^--out: placed\.csv ends in \.csv; of one file, Parquet is written\."):
        partitions.check_out(str(new), "placed.csv")
    partitions.check_out(str(new), "placed")
    assert partitions.place(placer, str(new), str(tmp_path / "placed"), level=0.05)[0] == 90
    assert names(str(tmp_path / "placed")) == ["new.parquet"]


def test_what_is_there_is_not_overwritten(placer, place):
    new, out = place
    store, path = fsspec.url_to_fs(out)
    store.mkdirs(path, exist_ok=True)
    store.pipe_file(f"{path}/mine.txt", b"mine")
    with pytest.raises(InputError, match="is there already, and not empty"):
        partitions.place(placer, new, out, level=0.05)
    assert names(out) == ["mine.txt"]


def test_one_part_is_placed_alone(placer, place):
    new, out = place
    assert partitions.place(placer, f"{new}/part-2.parquet", out, level=0.05)[0] == 30
    assert "part-2.parquet" in names(out)


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("memory://nowhere", "memory://nowhere: holds no part (.parquet). To place the rows of another file, give --out a name that ends in .parquet."),
        ("nosuch://bucket/folder", "nosuch://bucket/folder: Protocol not known: nosuch. Check the address, and that you may read and write there."),
    ],
)  # fmt: skip
def test_addresses_without_parts_are_refused(placer, tmp_path, new, line):
    with pytest.raises(InputError) as refused:
        partitions.place(placer, new, str(tmp_path / "out"), level=0.05)
    assert str(refused.value) == line
    assert not (tmp_path / "out").exists()
