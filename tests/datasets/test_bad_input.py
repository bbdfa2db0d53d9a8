"""Data that cannot be mapped: each case by name, with the place and the key words of its message."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import config, datasets
from pipeline.preprocessing import prepare
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[2]
ARRAYS = {
    "words": np.array([["a", "b"]] * 4),
    "line": np.arange(4),
    "empty": np.zeros((4, 0)),
    "channels": np.zeros((4, 3, 3, 7)),
    "square": np.arange(20.0).reshape(5, 4),
    "hole": np.array([[[1.0, np.nan]]] * 5),
}
DATA = {
    "path": "data/mine", "label": None, "rows": None, "test_fraction": 0.2, "validation_fraction": 0.1, "metric": "euclidean",
    "scaling": "auto", "missing": "refuse",
}  # fmt: skip
# Name; files of data/mine: text, bytes, the name of an array above, or columns; changes to the section `data`; the place that
# the message begins with; fragments of the rest, or, with !, what it must not recommend.
CASES = [
    ("no such file", {}, {"path": "mine.csv"},
     "mine.csv", ["no such file"]),
    ("an empty folder", {}, {},
     "data/mine", ["empty folder", ".csv"]),
    ("an empty file", {"t.csv": ""}, {},
     "data/mine/t.csv", ["No columns"]),
    ("a row number of pandas", {"t.csv": ",a\n0,1\n1,2\n2,3\n3,5\n"}, {},
     "data/mine/t.csv", ["column 0", '`exclude: ["Unnamed: 0"]` to data/mine/dataset.yaml']),
    ("names and no rows", {"t.csv": "a,b\n"}, {},
     "data/mine/t.csv", ["no rows"]),
    ("one row", {"t.csv": "a,b\n1,2\n"}, {},
     "data/mine", ["1 row;", "at least 5"]),
    ("three rows", {"t.csv": "a,b\n1,2\n3,4\n5,6\n"}, {},
     "data/mine", ["3 rows;", "at least 5"]),
    ("no names", {"t.csv": "1.5,2\n3,4\n5,6\n7,8\n"}, {},
     "data/mine/t.csv", ["first line", "1.5"]),
    ("two names that are one", {"t.parquet": {"a b": [1], "a  b": [2]}}, {},
     "data/mine/t.parquet", ['"a b"']),
    ("more values than names", {"t.csv": "a,b\n1,2,3\n4,5,6\n"}, {},
     "data/mine/t.csv", ["more values"]),
    ("a line too long", {"t.csv": "a,b\n1,2\n4,5,6\n"}, {},
     "data/mine/t.csv", ["2 fields in line 3, saw 3"]),
    ("an open quote", {"t.csv": 'a,b\n1,"2\n4,5\n'}, {},
     "data/mine/t.csv", ["EOF inside string", "row 1"]),
    ("text", {"t.csv": "a,city\n" + "1,Busan\n2,Ulm\n" * 3}, {},
     "data/mine/t.csv", ['column "city" holds text (first: "Busan", row 0', "`exclude: [city]` to data/mine/dataset.yaml", "`categories: [city]`", "data.label to city"]),
    ("text beside a card", {"t.csv": "a,city\n" + "1,Busan\n2,Ulm\n" * 3, "dataset.yaml": "title: Mine"}, {},
     "data/mine/t.csv", ['"city"', '"Busan", row 0', "`exclude: [city]`", "`categories: [city]`", "data.label"]),
    ("text of many values", {"t.csv": "a,note\n" + "".join(f"{n},n{n}\n" for n in range(60))}, {},
     "data/mine/t.csv", ['"note"', '"n0", row 0', "`exclude: [note]`", "data.label to note", "!categories"]),
    ("a question mark among numbers", {"t.csv": "a,b\n1,2\n2,?\n3,4\n4,5\n"}, {},
     "data/mine/t.csv", ['"b"', '"?", row 1', "`exclude: [b]`"]),
    ("dates", {"t.parquet": {"a": [1, 2, 3, 4], "day": "dates"}}, {},
     "data/mine/t.parquet", ['"day" holds dates (first: 2026-01-01 00:00:00, row 0', "`exclude: [day]`", "!categories"]),
    ("an empty column", {"t.csv": "a,b\n1,\n2,\n3,\n4,\n5,\n"}, {},
     "data/mine", ["NaN", "5, the first in row 0", 'column "b"', "data.missing"]),
    ("lists in cells", {"t.jsonl": '{"a": 1, "b": [1]}\n' * 4}, {},
     "data/mine/t.jsonl", ['"b"', "type list (first: [1], row 0", "`exclude: [b]`"]),
    ("a missing value", {"t.csv": "a,b\n1,2\n2,\n3,4\n4,5\n5,6\n"}, {},
     "data/mine", ["NaN", "1, the first in row 1", 'column "b"', "data.missing", "rows or columns"]),
    ("missing values, filled, in a column without any", {"t.csv": "a,b,split\n1,,train\n2,,train\n3,,train\n4,5,test\n5,6,test\n"}, {"missing": "mean"},
     "data/mine", ['column "b"', "no value in the training rows"]),
    ("an infinite value", {"t.csv": "a,b\n1,2\n2,inf\n3,4\n4,5\n5,6\n"}, {},
     "data/mine", ["infinite: 1, the first in row 1", 'column "b"', "!data.missing"]),
    ("a value beyond float32", {"t.csv": "a,b\n1,2\n2,1e39\n3,4\n4,5\n5,6\n"}, {},
     "data/mine", ["float32", "1, the first in row 1", 'column "b"']),
    ("constant columns", {"t.csv": "a,b\n" + "1,2\n" * 5}, {},
     "data/mine", ["all 2 training rows are equal"]),
    ("an id twice", {"t.csv": "id,a\n7,1\n8,2\n7,3\n9,4\n6,5\n"}, {},
     "data/mine", ["rows 0 and 2", "id 7", "`id`"]),
    ("an id missing", {"t.csv": "id,a\n7,1\n,2\n8,3\n9,4\n6,5\n"}, {},
     "data/mine", ["row 1", "no id"]),
    ("a label missing", {"t.csv": "a,label\n1,x\n2,\n3,y\n4,y\n5,x\n"}, {},
     "data/mine", ["label: 1 (first: row 1"]),
    ("a label that is a measurement", {"t.csv": "a,label\n" + "".join(f"{n},{n}.5\n" for n in range(30))}, {},
     "data/mine", ["30 different", "at most 20"]),
    ("a label that is not there", {"t.csv": "a,city\n1,x\n2,y\n3,x\n4,y\n"}, {"label": "ctiy"},
     "data/mine/t.csv", ['"ctiy"', "a, city.", "Did you mean city?"]),
    ("only a label", {"t.csv": "label\nx\ny\nx\ny\n"}, {},
     "data/mine/t.csv", ["no column is left"]),
    ("a split of other words", {"t.csv": "a,split\n1,train\n2,validate\n3,test\n4,train\n"}, {},
     "data/mine/t.csv", ['"split"', '"validate" in row 1', "train, test", "`exclude: [split]`"]),
    ("a split without training rows", {"t.csv": "a,split\n" + "1,test\n2,test\n" * 3}, {},
     "data/mine", ["train 0, validation 0, test 6", "exclude: [split]"]),
    ("a class without a name", {"t.csv": "a,label\n" + "1,x\n2,y\n" * 3, "dataset.yaml": "classes: {x: Ex}"}, {},
     "data/mine", ["`classes`", '"y"']),
    ("too many categories", {"t.csv": "a,c\n" + "".join(f"{n},n{n}\n" for n in range(60)), "dataset.yaml": "categories: [c]"}, {},
     "data/mine/t.csv", ['"c" holds 60', "at most 50", "`exclude: [c]`"]),
    ("lists as categories", {"t.jsonl": '{"a": 1, "b": [1]}\n' * 4, "dataset.yaml": "categories: [b]"}, {},
     "data/mine/t.jsonl", ['"b"', "[1]", "text or numbers"]),
    ("a column excluded and mapped", {"t.csv": "a,c\n" + "1,x\n2,y\n" * 3, "dataset.yaml": "exclude: [c]\ncategories: [c]"}, {},
     "data/mine/t.csv", ['"c"', "`exclude`", "`categories`"]),
    ("an excluded column that is not there", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "exclude: [c]"}, {},
     "data/mine/t.csv", ['no column "c"', "allowed: a, b."]),
    ("a card of wrong keys", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "lable: a"}, {},
     "data/mine/dataset.yaml", ["lable", "title, source, license", "Did you mean label?"]),
    ("a card that is no YAML", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "title: [a"}, {},
     "data/mine/dataset.yaml, line 1", ["expected ','"]),
    ("a card that runs code", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "title: !!python/object/apply:os.system [ls]"}, {},
     "data/mine/dataset.yaml, line 1", ["python/object/apply:os.system"]),
    ("a card that leads elsewhere", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "file: ../../etc/passwd"}, {},
     "data/mine/dataset.yaml", ["../../etc/passwd", "own folder"]),
    ("a card of a file that is not there", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "file: s.csv"}, {},
     "data/mine/dataset.yaml", ["s.csv", "Did you mean t.csv?"]),
    ("a key that the format has no use for", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "rows: x"}, {},
     "data/mine/dataset.yaml", ["rows is not used", "(.csv, .tsv", "exclude, categories"]),
    ("two files", {"s.csv": "a\n1\n", "t.csv": "a\n1\n"}, {},
     "data/mine", ["2 files", "s.csv, t.csv", "`file: s.csv` to data/mine/dataset.yaml"]),
    ("an unknown format", {"t.docx": b"PK\x03\x04"}, {},
     "data/mine", ["nothing that can be read", ".csv"]),
    ("bytes called a table", {"t.csv": bytes(range(256))}, {},
     "data/mine/t.csv", ["UTF-8"]),
    ("a damaged gz", {"t.csv.gz": b"\x1f\x8b\x08 cut"}, {},
     "data/mine/t.csv.gz", ["damaged", "end-of-stream"]),
    ("a damaged Parquet", {"t.parquet": b"PAR1 but not really"}, {},
     "data/mine/t.parquet", ["damaged", "magic bytes"]),
    ("a damaged Arrow", {"t.feather": b"ARROW1 but not"}, {},
     "data/mine/t.feather", ["damaged"]),
    ("a damaged workbook", {"t.xlsx": b"PK but not"}, {},
     "data/mine/t.xlsx", ["damaged"]),
    ("a damaged HDF5", {"t.h5": b"\x89HDF\r\n\x1a\n cut"}, {},
     "data/mine/t.h5", ["damaged"]),
    ("a damaged .mat", {"t.mat": b"MATLAB 5.0 but not"}, {},
     "data/mine/t.mat", ["damaged"]),
    ("a damaged .npz", {"t.npz": b"PK\x03\x04"}, {},
     "data/mine/t.npz", ["damaged"]),
    ("JSON that breaks", {"t.jsonl": '{"a": 1}\n{"a": \n'}, {},
     "data/mine/t.jsonl, line 2", ["not JSON"]),
    ("JSON of lists", {"t.jsonl": "[1, 2]\n"}, {},
     "data/mine/t.jsonl", ["[1, 2]", "object"]),
    ("a pickled array", {"t.npy": "objects"}, {},
     "data/mine/t.npy", ["Python objects"]),
    ("an array of text", {"t.npy": "words"}, {},
     "data/mine/t.npy", ["<U1"]),
    ("an array of one dimension", {"t.npy": "line"}, {},
     "data/mine/t.npy", ["(4,)", "(n, columns)"]),
    ("an array of no columns", {"t.npy": "empty"}, {},
     "data/mine/t.npy", ["(4, 0)"]),
    ("images of 7 channels", {"t.npy": "channels"}, {},
     "data/mine/t.npy", ["(4, 3, 3, 7)", "1 to 4 channels"]),
    ("rows of another kind", {"t.npy": "square", "dataset.yaml": "kind: image"}, {},
     "data/mine/t.npy", ["(5, 4)", "image", "(n, height, width)", "`kind`"]),
    ("several arrays", {"t.npz": {"a": [[1.0]], "b": [[1.0]]}}, {},
     "data/mine/t.npz", ["a, b", "x, X, rows", "`rows: NAME` to data/mine/dataset.yaml"]),
    ("fewer labels than rows", {"t.npz": {"x": [[1.0], [2.0]], "y": [1]}}, {},
     "data/mine/t.npz", ["2 rows, but 1", "label"]),
    ("NaN in an image", {"t.npy": "hole"}, {},
     "data/mine", ["NaN", "5, the first in row 0", "pixel (0, 1)", "!data.missing"]),
    ("values outside the range", {"t.npy": "square", "dataset.yaml": "range: [0, 2]"}, {},
     "data/mine", ["range 0 to 2: 17, the first in row 0", "column 3", "`range`"]),
    ("unit without a range", {"t.csv": "a,b\n1,2\n2,3\n3,4\n4,5\n5,6\n"}, {"scaling": "unit"},
     "params.yaml: data.scaling", ["unit", "data/mine", "`range: [low, high]`"]),
    ("a series with a hole", {"t.npz": {"sequences": [[[1.0], [float("nan")], [2.0]]] * 5}}, {},
     "data/mine", ["NaN", "5, the first in row 0", "step 1"]),
    ("a series without a step", {"t.npz": {"sequences": [[[float("nan")]], [[1.0]], [[2.0]], [[3.0]], [[4.0]]]}}, {},
     "data/mine", ["without a single step: 1, the first in row 0"]),
    ("a long table without ids", {"t.csv": "t,a\n1,2\n2,3\n", "dataset.yaml": "time: t"}, {},
     "data/mine/t.csv", ["`time`", "`id: COLUMN` to data/mine/dataset.yaml"]),
    ("a .ts without data", {"t.ts": "@problemName x\n"}, {},
     "data/mine/t.ts", ["@data"]),
    ("a loader of another name", {"dataset.yaml": "loader: os.system"}, {},
     "data/mine/dataset.yaml", ["os.system", "keras.datasets.mnist", "FILE.py", "sklearn.datasets.load_wine"]),
    ("a loader that breaks", {"dataset.yaml": "loader: load.py", "load.py": "def load():\n    raise KeyError('x')\n"}, {},
     "data/mine/load.py", ["KeyError: 'x'"]),
    ("a scaling of another name", {"t.csv": "a\n1\n"}, {"scaling": "standrad"},
     "params.yaml: data.scaling", ["standrad", "unit", "Did you mean standard?"]),
    ("a metric of another name", {"t.csv": "a\n1\n"}, {"metric": "manhattan"},
     "params.yaml: data.metric", ["manhattan", "euclidean, cosine"]),
    ("rows below zero", {"t.csv": "a\n1\n"}, {"rows": -5},
     "params.yaml: data.rows", ["-5", "greater than 0"]),
    ("a column called -", {"t.csv": "-,b\nx,1\ny,2\nx,3\ny,4\n"}, {},
     "data/mine/t.csv", ['`exclude: ["-"]`', '`categories: ["-"]`', 'data.label to "-"']),
    ("a column called a/b", {"t.csv": "a/b,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     "data/mine/t.csv", ['`exclude: ["a/b"]`', '`categories: ["a/b"]`', 'data.label to "a/b"']),
    ("a column of two words", {"t.csv": "home town,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     "data/mine/t.csv", ["`exclude: [home town]`", "`categories: [home town]`", "data.label to home town"]),
    ("a column of Unicode", {"t.csv": "Größe: 大,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     "data/mine/t.csv", ['`exclude: ["Größe: 大"]`', '`categories: ["Größe: 大"]`']),
    ("a column called <script>", {"t.csv": "<script>,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     "data/mine/t.csv", ['`exclude: ["<script>"]`', '`categories: ["<script>"]`']),
    ("a column with a line break", {"t.csv": '"a\nb",c\nx,1\ny,2\nx,3\ny,4\n'}, {},
     "data/mine/t.csv", ['column "a b"', "`exclude: [a b]`"]),
    ("neighborhoods larger than the data", {"t.csv": "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(12))}, {},
     "params.yaml: evaluate.", ["12 rows", "up to 5"]),
]  # fmt: skip


def write(path: Path, content) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif path.suffix == ".npz":
        np.savez(path, **{name: np.array(values) for name, values in content.items()})
    elif path.suffix == ".npy":
        objects = np.array([[1, None]], dtype=object)
        np.save(path, ARRAYS.get(content, objects), allow_pickle=True)
    elif path.suffix == ".parquet":
        dates = pd.date_range("2026-01-01", periods=4)
        pd.DataFrame({name: dates if values == "dates" else values for name, values in content.items()}).to_parquet(
            path
        )
    else:
        path.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def params():
    return config.load(ROOT / "params.yaml")


@pytest.mark.parametrize(("files", "changes", "where", "fragments"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_bad_input_gets_one_line_with_place_problem_and_fix(
    tmp_path, monkeypatch, params, files, changes, where, fragments
):
    monkeypatch.chdir(tmp_path)
    folder = Path("data/mine")
    folder.mkdir(parents=True)
    for name, content in files.items():
        write(folder / name, content)
    with pytest.raises(InputError) as error:
        options = config.parse(config.Data, DATA | changes, "data")
        dataset = prepare.prepare(datasets.read(Path(options.path), options.label), options, seed=0)
        config.check_sizes(params, len(dataset.rows))
    message = str(error.value)
    assert re.fullmatch(rf"{re.escape(where)}(:|\w* is|\w* asks) .*[.?]", message), message
    for fragment in fragments:
        assert (fragment[1:] not in message) if fragment[0] == "!" else (fragment in message), message


def test_cases_are_distinct():
    assert len({case[0] for case in CASES}) == len(CASES) >= 60
