"""Each format, read and compared with the data that another library wrote."""

import gzip
import json
import struct
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse as sp
from PIL import Image

from pipeline import datasets
from pipeline.datasets.card import card_for_new_rows
from pipeline.datasets.labels import named
from pipeline.datasets.sparse import SparseRows

TABLE = pd.DataFrame(
    {"height": [1.5, 2.5, 3.5, 4.5], "count": [3, 1, 4, 1], "city": ["Busan", "Seoul", "Busan", "Ulm"]}
)
ROWS = np.arange(24.0).reshape(4, 6)
LABELS = np.array([3, 1, 4, 1])
WRITERS = {
    "t.csv": lambda path: TABLE.to_csv(path, index=False),
    "t.csv.bz2": lambda path: TABLE.to_csv(path, index=False),
    "t.csv.xz": lambda path: TABLE.to_csv(path, index=False),
    "t.tsv": lambda path: TABLE.to_csv(path, index=False, sep="\t"),
    "semicolons.csv": lambda path: TABLE.to_csv(path, index=False, sep=";", decimal=","),
    "bars.csv": lambda path: TABLE.to_csv(path, index=False, sep="|"),
    "utf16.csv": lambda path: TABLE.to_csv(path, index=False, encoding="utf-16"),
    "marked.csv": lambda path: TABLE.to_csv(path, index=False, encoding="utf-8-sig"),
    "t.parquet": TABLE.to_parquet,
    "t.feather": TABLE.to_feather,
    "t.jsonl": lambda path: TABLE.to_json(path, orient="records", lines=True),
    "t.ndjson.gz": lambda path: TABLE.to_json(path, orient="records", lines=True, compression="gzip"),
    "t.xlsx": lambda path: TABLE.to_excel(path, index=False),
}


def card(folder: Path, *keys: str) -> Path:
    (folder / "dataset.yaml").write_text("\n".join(keys), encoding="utf-8")
    return folder


@pytest.mark.parametrize("file", WRITERS)
def test_tables_of_every_format_hold_the_same(tmp_path, file):
    if file.endswith(".xlsx"):
        pytest.importorskip("openpyxl", reason="uv sync --extra excel installs the reader for workbooks")
    WRITERS[file](tmp_path / file)
    source = datasets.read(card(tmp_path, "label: city"), None)
    assert np.array_equal(source.rows, TABLE[["height", "count"]]) and source.feature_names == ["height", "count"]
    assert list(source.table["label"]) == list(TABLE["city"])


def test_arrow_streams_and_files_are_both_read(tmp_path):
    import pyarrow as pa

    for name, writer in (("file.arrow", pa.ipc.new_file), ("stream.arrow", pa.ipc.new_stream)):
        table = pa.Table.from_pandas(TABLE[["height", "count"]])
        with writer(tmp_path / name, table.schema) as file:
            file.write_table(table, max_chunksize=2)
        assert np.array_equal(datasets.read(tmp_path / name, None).rows, TABLE[["height", "count"]])


def test_a_folder_of_parquet_parts_is_one_table(tmp_path, refusal):
    for number, part in enumerate((TABLE[:3], TABLE[3:])):
        part.to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    source = datasets.read(card(tmp_path, "label: city"), None)
    assert np.array_equal(source.rows, TABLE[["height", "count"]])
    TABLE.rename(columns={"count": "number"}).to_parquet(tmp_path / "part-2.parquet")
    assert "count, number" in refusal(tmp_path)


def test_windows_1252_is_read_and_noted(tmp_path):
    (tmp_path / "t.csv").write_bytes("Größe,Ort\n1.5,Köln\n2.5,Gießen\n".encode("cp1252"))
    source = datasets.read(tmp_path / "t.csv", "Ort")
    assert source.feature_names == ["Größe"] and list(source.table["label"]) == ["Köln", "Gießen"]
    assert len(source.notes) == 1 and "Windows-1252" in source.notes[0]


def test_categories_are_scikit_learns_one_hot_columns(tmp_path, refusal):
    from sklearn.preprocessing import OneHotEncoder

    TABLE.to_csv(tmp_path / "t.csv", index=False)
    source = datasets.read(card(tmp_path, "categories: [city]"), None)
    expected = OneHotEncoder(sparse_output=False).fit_transform(TABLE[["city"]])
    assert np.array_equal(source.rows[:, 2:], expected)
    assert source.feature_names[2:] == ["city=Busan", "city=Seoul", "city=Ulm"]
    assert "city: 3 of 5" in source.notes[0]
    stored = TABLE.astype({"city": "category"})
    stored.to_parquet(tmp_path / "stored.parquet")
    assert np.array_equal(datasets.read(tmp_path / "stored.parquet", None).rows, source.rows)
    pd.DataFrame({"a": range(60), "city": [f"c{number}" for number in range(60)]}).to_csv(
        tmp_path / "t.csv", index=False
    )
    assert 'column "city" holds 60 different values' in refusal(card(tmp_path, "file: t.csv", "categories: [city]"))


def test_new_rows_are_read_like_the_known_ones(tmp_path):
    TABLE.assign(note="x").to_csv(tmp_path / "t.csv", index=False)
    source = datasets.read(card(tmp_path, "categories: [city]", "exclude: [note]"), None)
    reading = json.loads(json.dumps(source.reading))
    TABLE[1:2].to_csv(tmp_path / "new.csv", index=False)
    known = card_for_new_rows(reading["card"], reading["levels"])
    new = datasets.read(tmp_path / "new.csv", None, default_card=known)
    assert np.array_equal(new.rows, source.rows[1:2]) and new.feature_names == source.feature_names
    assert list(source.table["city"]) == list(TABLE["city"]), "rows can be colored by what they were"
    TABLE[1:2].assign(city="Rome").to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(
        datasets.InputError, match=r'column "city" holds "Rome" in row 0, .*; allowed: Busan, Seoul, Ulm'
    ):
        datasets.read(tmp_path / "new.csv", None, default_card=known)


def test_a_long_table_is_pandas_pivoted_one(tmp_path, refusal):
    rng = np.random.default_rng(0)
    series = {name: rng.normal(size=(steps, 2)) for name, steps in (("b", 3), ("a", 5), ("c", 1))}
    steps = [
        {"who": name, "t": 10 * step, "x": values[0], "y": values[1], "kind": name in "ab"}
        for name, values_of in series.items()
        for step, values in enumerate(values_of)
    ]
    shuffled = pd.DataFrame(steps).sample(frac=1, random_state=0)
    shuffled.to_csv(tmp_path / "t.csv", index=False)
    source = datasets.read(card(tmp_path, "id: who", "time: t", "label: kind"), None)
    assert (source.kind, source.rows.shape) == ("sequence", (3, 5, 2))
    wide = shuffled.pivot(index="who", columns="t", values=["x", "y"])
    for name, row, kind in zip(source.table["id"], source.rows, source.table["label"], strict=True):
        expected = wide.loc[name].to_numpy().reshape(2, 5).T
        assert np.array_equal(row, expected, equal_nan=True) and kind == (name in "ab")
    pd.concat([shuffled, shuffled[:1]]).to_csv(tmp_path / "t.csv", index=False)
    assert "two lines" in refusal(tmp_path)
    shuffled.assign(kind=range(len(shuffled))).to_csv(tmp_path / "t.csv", index=False)
    assert "changes within" in refusal(tmp_path)
    assert "`id: COLUMN`" in refusal(card(tmp_path, "time: t", "exclude: [who]"))


def test_hdf5_and_both_kinds_of_mat_hold_the_same_arrays(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["deep/rows"], file["labels"] = ROWS, ["b", "a", "b", "c"]
    source = datasets.read(card(tmp_path, "rows: deep/rows", "label: labels"), None)
    assert np.array_equal(source.rows, ROWS) and list(source.table["label"]) == list("babc")
    scipy.io.savemat(tmp_path / "old.mat", {"X": ROWS, "y": LABELS}, do_compression=True)
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        file["X"], file["y"] = ROWS.T, LABELS[None].T
    for name in ("old.mat", "new.mat"):
        source = datasets.read(tmp_path / name, None)
        assert np.array_equal(source.rows, ROWS) and list(source.table["label"]) == list(LABELS), name


def test_hdf5_reads_no_other_file(tmp_path, refusal):
    (tmp_path / "secret").write_bytes(bytes(96))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = ROWS
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (4, 6), "f4", external=[(str(tmp_path / "secret"), 0, 96)])
    with h5py.File(tmp_path / "b.mat", "w", userblock_size=512) as file:
        file["X"] = h5py.ExternalLink("other.h5", "x")
    with h5py.File(tmp_path / "c.h5ad", "w") as file:
        layout = h5py.VirtualLayout((4, 6), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (4, 6))
        file.create_virtual_dataset("X", layout)
    for name in ("a.h5", "b.mat", "c.h5ad"):
        message = refusal(tmp_path / name)
        assert "in another file" in message and "damaged" not in message, name


def test_a_column_of_numbers_and_text_becomes_text(tmp_path):
    kinds, notes = (1, 2.0, "other"), (5, "x", None)
    records = [
        {"a": row, "note": note, "kind": kind} for row, (note, kind) in enumerate(zip(notes, kinds, strict=True))
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)))
    source = datasets.read(card(tmp_path, "exclude: [note]", "label: kind"), None)
    table = source.table.drop(columns="label")
    assert named(source.table["label"], {"1": "One", "2": "Two", "other": "Other"}, "t")[1] == ["One", "Other", "Two"]
    table.to_parquet(tmp_path / "t.parquet")  # which cannot store mixed columns
    assert table["note"].tolist()[:2] == ["5", "x"] and table["note"].isna().tolist() == [False, False, True]


def test_pictures_in_folders_of_classes(tmp_path, refusal):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, size=(4, 5, 7), dtype=np.uint8)
    places = ["train/cat/a.png", "train/dog/b.png", "test/cat/c.bmp", "test/dog/d.png"]
    for place, image in zip(places, images, strict=True):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(tmp_path / place)
    (tmp_path / "train" / "cat" / ".hidden.png").write_bytes(b"")
    source = datasets.read(tmp_path, None)
    order = [places.index(name) for name in source.table["id"]]
    assert np.array_equal(source.rows, images[order]) and (source.kind, source.value_range) == ("image", (0, 255))
    assert list(source.table["label"]) == [places[row].split("/")[1] for row in order]
    assert list(source.table["split"]) == [places[row].split("/")[0] for row in order]
    Image.fromarray(np.stack([images[0]] * 3, axis=-1)).resize((9, 5)).save(tmp_path / "train" / "cat" / "wide.jpg")
    assert all(
        part in refusal(card(tmp_path, "title: Pets")) for part in ("c.bmp has 5 x 7", "wide.jpg has 5 x 9", "`size: ")
    )
    assert datasets.read(card(tmp_path, "size: [6, 8]"), None).rows.shape == (5, 6, 8, 3)
    (tmp_path / "train" / "cat" / "wide.jpg").write_bytes(b"no picture")
    assert "wide.jpg: not a picture" in refusal(tmp_path)
    (tmp_path / "train" / "cat" / "wide.jpg").unlink()
    Image.fromarray(np.full((5, 7), 1000, np.uint16)).save(tmp_path / "train" / "cat" / "deep.png")
    assert "deep.png: more than 8 bits" in refusal(tmp_path)
    parts = [
        b"IHDR" + struct.pack(">IIBBBBB", 7, 5, 16, 2, 0, 0, 0),
        b"IDAT" + zlib.compress(bytes(5 * (1 + 7 * 6))),
        b"IEND",
    ]
    chunks = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts]
    (tmp_path / "train" / "cat" / "deep.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))  # colors of 16 bits
    assert "deep.png: more than 8 bits" in refusal(tmp_path)


def test_ts_files_of_the_archives(tmp_path, refusal):
    text = "# a comment\n@problemName Two\n@timeStamps false\n@univariate false\n@classLabel true a b\n@data\n"
    (tmp_path / "Two_TRAIN.ts").write_text(text + "1,2,3:4,5,6:a\n7:8:b\n")
    (tmp_path / "Two_TEST.ts").write_text(text + "1,?:3,?:b\n")
    source = datasets.read(tmp_path, None)
    nan = np.nan
    expected = [[[1, 4], [2, 5], [3, 6]], [[7, 8], [nan, nan], [nan, nan]], [[1, 3], [nan, nan], [nan, nan]]]
    assert np.array_equal(source.rows, expected, equal_nan=True) and source.kind == "sequence"
    assert source.table[["split", "label"]].to_dict("list") == {
        "split": ["train", "train", "test"],
        "label": ["a", "b", "b"],
    }
    for broken, fragment in (
        ("1,x:2:a", "line 7: could not convert string to float: 'x'"),
        ("1,2:3:a", "line 7: channels"),
    ):
        (tmp_path / "Two_TRAIN.ts").write_text(text + broken)
        assert fragment in refusal(tmp_path)
    (tmp_path / "Two_TRAIN.ts").write_text(text.replace("timeStamps false", "timeStamps true"))
    assert "timestamps" in refusal(tmp_path)


@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csc_matrix])
def test_h5ad_in_the_documented_layouts(tmp_path, make, refusal):
    matrix = make(np.where(ROWS % 3, 0, ROWS))
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"], group.attrs["shape"] = f"{matrix.format}_matrix", matrix.shape
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(matrix, part)
        obs = file.create_group("obs")
        obs.attrs["_index"] = "cell"
        obs["cell"], obs["depth"] = list("wxyz"), [1.5, 2.5, 3.5, 4.5]
        kinds = obs.create_group("kind")
        kinds.attrs["encoding-type"] = "categorical"
        kinds["codes"], kinds["categories"] = np.array([0, 1, 0, 1], np.int8), ["B", "T"]
        var = file.create_group("var")
        var.attrs["_index"] = "_index"
        var["_index"] = [f"gene{number}" for number in range(6)]
        file["obsm/X_pca"] = ROWS[:, :2]
    source = datasets.read(tmp_path / "a.h5ad", "kind")
    assert isinstance(source.rows, SparseRows) and np.array_equal(np.asarray(source.rows), matrix.toarray())
    dense = matrix.toarray()
    assert (source.rows.shape, source.rows.ndim, source.rows.size) == (dense.shape, dense.ndim, dense.size)
    assert source.feature_names[:2] == ["gene0", "gene1"]
    assert source.table.to_dict("list") == {"id": list("wxyz"), "label": list("BTBT"), "depth": [1.5, 2.5, 3.5, 4.5]}
    assert np.array_equal(datasets.read(card(tmp_path, "rows: obsm/X_pca"), None).rows, ROWS[:, :2])
    assert '"obsm/X_umap"; allowed: X, obsm/X_pca.' in refusal(card(tmp_path, "rows: obsm/X_umap"))


WRITTEN = Path(__file__).parent / "written"


@pytest.mark.parametrize("version", ["0.12", "0.7", "0.6"])
def test_h5ad_as_anndata_itself_writes_it(version):
    """Written by AnnData of these versions (by write.py in that folder): 6 cells of 4 genes, sparse, with a kind and a depth."""
    source = datasets.read(WRITTEN / f"anndata-{version}.h5ad", "kind")
    expected = np.arange(24.0).reshape(6, 4) * (np.arange(24).reshape(6, 4) % 3 == 0)
    assert np.array_equal(np.asarray(source.rows), expected) and isinstance(source.rows, SparseRows)
    assert source.feature_names == ["g0", "g1", "g2", "g3"]
    assert list(source.table["id"]) == [f"cell{number}" for number in range(6)]
    assert list(source.table["label"]) == list("abcabc") and list(source.table["depth"]) == [0, 1, 2, 3, 4, 5]


def test_the_users_own_loader(tmp_path, refusal):
    card(tmp_path, "loader: load.py", "label: city")
    assert "load.py" in refusal(tmp_path)
    (tmp_path / "load.py").write_text(
        f"import pandas as pd\ndef load():\n    return pd.DataFrame({TABLE.to_dict('list')})\n"
    )
    assert np.array_equal(datasets.read(tmp_path, None).rows, TABLE[["height", "count"]])
    card(tmp_path, "loader: load.py")
    (tmp_path / "load.py").write_text("import numpy as np\ndef load():\n    return {'x': np.eye(3), 'y': [1, 2, 1]}\n")
    assert list(datasets.read(tmp_path, None).table["label"]) == [1, 2, 1]
    for body, fragment in (("1 / 0", "ZeroDivisionError: division by zero"), ("return 'x'", "str")):
        (tmp_path / "load.py").write_text(f"def load():\n    {body}\n")
        assert fragment in refusal(tmp_path)
    assert "in the card's own folder" in refusal(card(tmp_path, "loader: ../load.py"))


def test_openml_is_fetched_by_scikit_learn_and_pinned(tmp_path, monkeypatch, refusal):
    import urllib.error

    import sklearn.datasets
    from sklearn.utils import Bunch

    frame = TABLE.astype({"city": "category"})
    monkeypatch.setattr(
        sklearn.datasets, "fetch_openml", lambda name, **options: Bunch(frame=frame.copy(), target_names=["city"])
    )
    source = datasets.read(card(tmp_path, "loader: openml", "name: cities", "version: 1"), None)
    assert np.array_equal(source.rows, TABLE[["height", "count"]]) and list(source.table["label"]) == list(
        TABLE["city"]
    )
    pinned = card(tmp_path, "loader: openml", "name: cities", "version: 1", f"checksum: {source.checksum()}")
    assert source.checksum() in source.notes[-1] and datasets.read(pinned, None).title == "cities"
    frame.loc[0, "height"] = 9
    assert "checksum" in refusal(pinned)

    def offline(name, **options):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", offline)
    assert "no route" in refusal(pinned)
    assert "version is missing" in refusal(card(tmp_path, "loader: openml", "name: cities"))


def test_keras_sets_are_read_from_kerass_cache(tmp_path, monkeypatch, refusal):
    images = np.arange(5 * 3 * 2, dtype=np.uint8).reshape(5, 3, 2)
    mnist = SimpleNamespace(load_data=lambda: ((images[:3], np.arange(3)), (images[3:], np.arange(2))))
    monkeypatch.setitem(sys.modules, "keras.datasets.mnist", mnist)  # TensorFlow takes seconds to import
    source = datasets.read(card(tmp_path, "loader: keras.datasets.mnist"), None)
    assert np.array_equal(source.rows, images) and list(source.table["split"]) == ["train"] * 3 + ["test"] * 2

    def offline():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(mnist, "load_data", offline)
    assert "URL fetch failure" in refusal(tmp_path)


def test_files_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch, refusal):
    from pipeline.datasets import unpacking

    monkeypatch.setattr(unpacking, "ALWAYS", 2**20)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a\n" + b"1\n" * 5_000_000))
    np.savez_compressed(tmp_path / "b.npz", x=np.zeros((1000, 1000)))
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_dataset("x", shape=(10**6, 10**6), chunks=(100, 100), dtype="f8")
    pd.DataFrame({"a": np.zeros(2_000_000)}).to_parquet(tmp_path / "d.parquet")
    scipy.io.savemat(tmp_path / "e.mat", {"x": np.zeros((1000, 1000))}, do_compression=True)
    (tmp_path / "f-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(10**7)))
    cell = np.empty(1, object)
    cell[0] = np.zeros((1000, 1000))
    scipy.io.savemat(tmp_path / "h.mat", {"x": cell}, do_compression=True)
    (tmp_path / "i").mkdir()
    Image.fromarray(np.zeros((4000, 4000), np.uint8)).save(tmp_path / "i" / "a.png")
    (tmp_path / "g.jsonl.gz").write_bytes(gzip.compress(b'{"a": "%s"}\n' % bytes(99_999).replace(b"\0", b"x") * 200))
    for file in sorted(tmp_path.iterdir()):
        message = refusal(file)
        assert ("less compressed" in message and "damaged" not in message) or file.name[0] == "f", message


def test_a_header_that_claims_too_much_allocates_nothing(tmp_path, refusal):
    import io
    import zipfile

    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**7, 10**5)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", head.getvalue())
    assert "8,000,000,000,000 bytes" in refusal(tmp_path / "a.npz")
    (tmp_path / "a.npy").write_bytes(head.getvalue())
    assert "damaged" in refusal(tmp_path / "a.npy")
