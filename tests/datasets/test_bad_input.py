"""What people bring that cannot be mapped as it is: each case by its name, and the one line that answers it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import config, datasets
from pipeline.preprocessing import prepare
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[1]
ARRAYS = {
    "words": np.array([["a", "b"]] * 4),
    "line": np.arange(4),
    "empty": np.zeros((4, 0)),
    "channels": np.zeros((4, 3, 3, 7)),
    "square": np.arange(20.0).reshape(5, 4),
    "hole": np.array([[[1.0, np.nan]]] * 5),
}
OPTIONS = {
    "path": "data/mine", "label": None, "rows": None, "test_fraction": 0.2, "validation_fraction": 0.1, "metric": "euclidean",
    "scaling": "auto", "missing": "refuse",
}  # fmt: skip
# Name; files of data/mine, as text, bytes, the name of an array above, or columns; changes of the section data; the line.
CASES = [
    ("no such file", {}, {"path": "mine.csv"},
     "mine.csv: no such file or folder. Set data.path to what is there."),
    ("an empty folder", {}, {},
     "data/mine: is an empty folder. Allowed: {formats}."),
    ("an empty file", {"t.csv": ""}, {},
     "data/mine/t.csv: not a readable table: No columns to parse from file. Mend it there."),
    ("a row number of pandas", {"t.csv": ",a\n0,1\n1,2\n2,3\n3,5\n"}, {},
     'data/mine/t.csv: column 0, counting from 0, has no name (a row number?). Name it, or leave it out: Add `exclude: ["Unnamed: 0"]` to data/mine/dataset.yaml.'),
    ("names and no rows", {"t.csv": "a,b\n"}, {},
     "data/mine/t.csv: holds no rows."),
    ("one row", {"t.csv": "a,b\n1,2\n"}, {},
     "data/mine: holds 1 row; at least 5 are needed, two for training, one for validation, two for test."),
    ("three rows", {"t.csv": "a,b\n1,2\n3,4\n5,6\n"}, {},
     "data/mine: holds 3 rows; at least 5 are needed, two for training, one for validation, two for test."),
    ("no names", {"t.csv": "1.5,2\n3,4\n5,6\n7,8\n"}, {},
     "data/mine/t.csv: the first line holds numbers (1.5, ...). Put column names there."),
    ("two names that are one", {"t.parquet": {"a b": [1], "a  b": [2]}}, {},
     'data/mine/t.parquet: two columns are called "a b". Give each a name of its own.'),
    ("more values than names", {"t.csv": "a,b\n1,2,3\n4,5,6\n"}, {},
     "data/mine/t.csv: rows have more values than the first line has names. Name every column."),
    ("a line too long", {"t.csv": "a,b\n1,2\n4,5,6\n"}, {},
     "data/mine/t.csv: not a readable table: Expected 2 fields in line 3, saw 3. Mend it there."),
    ("an open quote", {"t.csv": 'a,b\n1,"2\n4,5\n'}, {},
     "data/mine/t.csv: not a readable table: EOF inside string starting at row 1. Mend it there."),
    ("text", {"t.csv": "a,city\n" + "1,Busan\n2,Ulm\n" * 3}, {},
     'data/mine/t.csv: column "city" holds text (first: "Busan", row 0, counting from 0). Add `exclude: [city]` to data/mine/dataset.yaml, or `categories: [city]` to use it; or set data.label to city to color by it.'),
    ("text beside a card", {"t.csv": "a,city\n" + "1,Busan\n2,Ulm\n" * 3, "dataset.yaml": "title: Mine"}, {},
     'data/mine/t.csv: column "city" holds text (first: "Busan", row 0, counting from 0). Add `exclude: [city]` to data/mine/dataset.yaml, or `categories: [city]` to use it; or set data.label to city to color by it.'),
    ("text of many values", {"t.csv": "a,note\n" + "".join(f"{n},n{n}\n" for n in range(60))}, {},
     'data/mine/t.csv: column "note" holds text (first: "n0", row 0, counting from 0). Add `exclude: [note]` to data/mine/dataset.yaml; or set data.label to note to color by it.'),
    ("a question mark among numbers", {"t.csv": "a,b\n1,2\n2,?\n3,4\n4,5\n"}, {},
     'data/mine/t.csv: column "b" holds text (first: "?", row 1, counting from 0). Add `exclude: [b]` to data/mine/dataset.yaml, or `categories: [b]` to use it; or set data.label to b to color by it.'),
    ("dates", {"t.parquet": {"a": [1, 2, 3, 4], "day": "dates"}}, {},
     'data/mine/t.parquet: column "day" holds dates (first: 2026-01-01 00:00:00, row 0, counting from 0). Add `exclude: [day]` to data/mine/dataset.yaml; or set data.label to day to color by it.'),
    ("an empty column", {"t.csv": "a,b\n1,\n2,\n3,\n4,\n5,\n"}, {},
     'data/mine: values that are NaN (missing): 5, the first in row 0, column "b", counting from 0. Fill them in, or take out these rows or columns, or set data.missing to mean or median.'),
    ("lists in cells", {"t.jsonl": '{"a": 1, "b": [1]}\n' * 4}, {},
     'data/mine/t.jsonl: column "b" holds values of type list (first: [1], row 0, counting from 0). Add `exclude: [b]` to data/mine/dataset.yaml; or set data.label to b to color by it.'),
    ("a missing value", {"t.csv": "a,b\n1,2\n2,\n3,4\n4,5\n5,6\n"}, {},
     'data/mine: values that are NaN (missing): 1, the first in row 1, column "b", counting from 0. Fill them in, or take out these rows or columns, or set data.missing to mean or median.'),
    ("missing values, filled, in a column without any", {"t.csv": "a,b,split\n1,,train\n2,,train\n3,,train\n4,5,test\n5,6,test\n"}, {"missing": "mean"},
     'data/mine: column "b" has no value in the training rows. Exclude it.'),
    ("an infinite value", {"t.csv": "a,b\n1,2\n2,inf\n3,4\n4,5\n5,6\n"}, {},
     'data/mine: values that are infinite: 1, the first in row 1, column "b", counting from 0. Fill them in, or take out these rows or columns.'),
    ("a value beyond float32", {"t.csv": "a,b\n1,2\n2,1e39\n3,4\n4,5\n5,6\n"}, {},
     'data/mine: values that are beyond float32 (3.4e38): 1, the first in row 1, column "b", counting from 0. Divide the column.'),
    ("constant columns", {"t.csv": "a,b\n" + "1,2\n" * 5}, {},
     "data/mine: all 2 training rows are alike, so there is nothing to map. Check that the right columns, and enough rows, are read."),
    ("an id twice", {"t.csv": "id,a\n7,1\n8,2\n7,3\n9,4\n6,5\n"}, {},
     "data/mine: the id 7 stands in rows 0 and 2, counting from 0 (rows that repeat an id: 1). Make ids unique, or name another column by `id` in the card."),
    ("an id missing", {"t.csv": "id,a\n7,1\n,2\n8,3\n9,4\n6,5\n"}, {},
     "data/mine: row 1, counting from 0, has no id. Give it one."),
    ("a label missing", {"t.csv": "a,label\n1,x\n2,\n3,y\n4,y\n5,x\n"}, {},
     'data/mine: rows without a label: 1 (first: row 1, counting from 0). Fill them in, with a name of their own ("unknown") if need be, or take these rows out.'),
    ("a label that is a measurement", {"t.csv": "a,label\n" + "".join(f"{n},{n}.5\n" for n in range(30))}, {},
     "data/mine: the label is decimal with 30 different values; allowed are at most 20. Choose another label, or store classes as whole numbers or text."),
    ("a label that is not there", {"t.csv": "a,city\n1,x\n2,y\n3,x\n4,y\n"}, {"label": "ctiy"},
     'data/mine/t.csv: no column "ctiy"; allowed: a, city. Did you mean city?'),
    ("only a label", {"t.csv": "label\nx\ny\nx\ny\n"}, {},
     "data/mine/t.csv: no column is left to map; at least one must hold numbers, not excluded."),
    ("a split of other words", {"t.csv": "a,split\n1,train\n2,validate\n3,test\n4,train\n"}, {},
     'data/mine/t.csv: column "split" holds "validate" in row 1, counting from 0; allowed: train, test. Mend it, or leave it out: Add `exclude: [split]` to data/mine/dataset.yaml.'),
    ("a split without training rows", {"t.csv": "a,split\n" + "1,test\n2,test\n" * 3}, {},
     "data/mine: 6 rows divide into train 0, validation 0, test 6; each needs at least one, test two. Use more rows (of the source, or data.rows), or mark other rows as test, or leave that column out (exclude: [split])."),
    ("a class without a name", {"t.csv": "a,label\n" + "1,x\n2,y\n" * 3, "dataset.yaml": "classes: {x: Ex}"}, {},
     'data/mine: `classes` in the card gives no name to the label "y". Add it.'),
    ("too many categories", {"t.csv": "a,c\n" + "".join(f"{n},n{n}\n" for n in range(60)), "dataset.yaml": "categories: [c]"}, {},
     'data/mine/t.csv: column "c" holds 60 different values; at most 50 become columns. Add `exclude: [c]` to data/mine/dataset.yaml, or join the rare ones.'),
    ("lists as categories", {"t.jsonl": '{"a": 1, "b": [1]}\n' * 4, "dataset.yaml": "categories: [b]"}, {},
     'data/mine/t.jsonl: column "b" holds [1]; categories are text or numbers. Take it out of them.'),
    ("a column excluded and mapped", {"t.csv": "a,c\n" + "1,x\n2,y\n" * 3, "dataset.yaml": "exclude: [c]\ncategories: [c]"}, {},
     'data/mine/t.csv: column "c" stands in `exclude` and in `categories`. Take it out of one of them.'),
    ("an excluded column that is not there", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "exclude: [c]"}, {},
     'data/mine/t.csv: no column "c"; allowed: a, b.'),
    ("a card of wrong keys", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "lable: a"}, {},
     "data/mine/dataset.yaml: lable is not an option; allowed: title, source, license, file, loader, name, version, checksum, label, classes, id, exclude, categories, time, rows, kind, range, size. Did you mean label?"),
    ("a card that is no YAML", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "title: [a"}, {},
     "data/mine/dataset.yaml, line 1: expected ',' or ']', but got '<stream end>'. Mend the YAML there."),
    ("a card that runs code", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "title: !!python/object/apply:os.system [ls]"}, {},
     "data/mine/dataset.yaml, line 1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system'. Mend the YAML there."),
    ("a card that leads elsewhere", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "file: ../../etc/passwd"}, {},
     "data/mine/dataset.yaml: file is \"../../etc/passwd\"; it should be a file in the card's own folder, which is what DVC hashes."),
    ("a card of a file that is not there", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "file: s.csv"}, {},
     "data/mine/dataset.yaml: file is s.csv, which is not there. Did you mean t.csv?"),
    ("a key that the format has no use for", {"t.csv": "a,b\n1,2\n", "dataset.yaml": "rows: x"}, {},
     "data/mine/dataset.yaml: rows is not used with a table (.csv, .tsv, also with .gz, .bz2, .xz). Take it out; allowed: title, source, license, file, checksum, label, classes, id, exclude, categories, time, range."),
    ("two files", {"s.csv": "a\n1\n", "t.csv": "a\n1\n"}, {},
     "data/mine: 2 files could be meant (s.csv, t.csv). Add `file: s.csv` to data/mine/dataset.yaml, or set data.path to one of them."),
    ("an unknown format", {"t.docx": b"PK\x03\x04"}, {},
     "data/mine: holds nothing that can be read. Allowed: {formats}."),
    ("bytes called a table", {"t.csv": bytes(range(256))}, {},
     "data/mine/t.csv: not a text file in UTF-8, UTF-16 or Windows-1252. Store it as UTF-8."),
    ("a damaged gz", {"t.csv.gz": b"\x1f\x8b\x08 cut"}, {},
     "data/mine/t.csv.gz: not a table, or damaged (Compressed file ended before the end-of-stream marker was reached). Fetch it, or write it, again."),
    ("a damaged Parquet", {"t.parquet": b"PAR1 but not really"}, {},
     "data/mine/t.parquet: not a Parquet file, or damaged (Parquet magic bytes not found in footer. Either the file is corrupted or this is not a parquet file.). Fetch it, or write it, again."),
    ("a damaged Arrow", {"t.feather": b"ARROW1 but not"}, {},
     "data/mine/t.feather: not an Arrow file, or damaged (Expected to read 1330795073 metadata bytes, but only read 10). Fetch it, or write it, again."),
    ("a damaged workbook", {"t.xlsx": b"PK but not"}, {},
     "data/mine/t.xlsx: not a zip archive, or damaged (File is not a zip file). Fetch it, or write it, again."),
    ("a damaged HDF5", {"t.h5": b"\x89HDF\r\n\x1a\n cut"}, {},
     "data/mine/t.h5: not an HDF5 file, or damaged (Unable to synchronously open file (bad superblock version number)). Fetch it, or write it, again."),
    ("a damaged .mat", {"t.mat": b"MATLAB 5.0 but not"}, {},
     "data/mine/t.mat: not a .mat file, or damaged (Mat file appears to be truncated). Fetch it, or write it, again."),
    ("a damaged .npz", {"t.npz": b"PK\x03\x04"}, {},
     "data/mine/t.npz: not a zip archive, or damaged (File is not a zip file). Fetch it, or write it, again."),
    ("JSON that breaks", {"t.jsonl": '{"a": 1}\n{"a": \n'}, {},
     "data/mine/t.jsonl, line 2: not JSON (Expecting value: line 2 column 1 (char 7)). Each line is one object."),
    ("JSON of lists", {"t.jsonl": "[1, 2]\n"}, {},
     "data/mine/t.jsonl: holds [1, 2]; each line is one object, {...}, with the columns as keys."),
    ("a pickled array", {"t.npy": "objects"}, {},
     "data/mine/t.npy: not an array of numbers, or damaged (Array can't be memory-mapped: Python objects in dtype.). Fetch it, or write it, again."),
    ("an array of text", {"t.npy": "words"}, {},
     "data/mine/t.npy: the rows hold <U1; they must be whole or decimal numbers."),
    ("an array of one dimension", {"t.npy": "line"}, {},
     "data/mine/t.npy: the rows have the shape (4,); allowed are (n, columns), (n, height, width) and (n, height, width, 1 to 4 channels)."),
    ("an array of no columns", {"t.npy": "empty"}, {},
     "data/mine/t.npy: the rows have the shape (4, 0), which leaves no values in a row."),
    ("images of 7 channels", {"t.npy": "channels"}, {},
     "data/mine/t.npy: the rows have the shape (4, 3, 3, 7); allowed are (n, columns), (n, height, width) and (n, height, width, 1 to 4 channels)."),
    ("rows of another kind", {"t.npy": "square", "dataset.yaml": "kind: image"}, {},
     "data/mine/t.npy: the rows have the shape (5, 4); of the kind image they must be (n, height, width) or (n, height, width, 1 to 4 channels). Reshape them, or set `kind` in the dataset's card to what they are."),
    ("several arrays", {"t.npz": {"a": [[1.0]], "b": [[1.0]]}}, {},
     "data/mine/t.npz: holds a, b, and no array that is called x, X, rows, data, images, sequences. Add `rows: NAME` to data/mine/dataset.yaml; its shape must be (n, columns), that of images, or (n, steps, channels) with `kind: sequence`."),
    ("fewer labels than rows", {"t.npz": {"x": [[1.0], [2.0]], "y": [1]}}, {},
     "data/mine/t.npz: 2 rows, but 1 of label; give one a row."),
    ("NaN in an image", {"t.npy": "hole"}, {},
     "data/mine: values that are NaN (missing): 5, the first in row 0, pixel (0, 1), counting from 0. Fill them in, or take out these rows or columns."),
    ("values outside the range", {"t.npy": "square", "dataset.yaml": "range: [0, 2]"}, {},
     "data/mine: values that are outside the range 0 to 2: 17, the first in row 0, column 3, counting from 0. Mend them, or `range` in the card."),
    ("unit without a range", {"t.csv": "a,b\n1,2\n2,3\n3,4\n4,5\n5,6\n"}, {"scaling": "unit"},
     "params.yaml: data.scaling is unit, which needs the range of the values, and data/mine has none. Add `range: [low, high]` to its dataset.yaml, or use standard or none."),
    ("a series with a hole", {"t.npz": {"sequences": [[[1.0], [float("nan")], [2.0]]] * 5}}, {},
     "data/mine: steps with NaN that is no padding: 5, the first in row 0, step 1, counting from 0. A missing step is NaN in all its channels and stands at its series' end: fill these in, or take out these series."),
    ("a series without a step", {"t.npz": {"sequences": [[[float("nan")]], [[1.0]], [[2.0]], [[3.0]], [[4.0]]]}}, {},
     "data/mine: series without a single step: 1, the first in row 0, step 0, counting from 0. Take them out."),
    ("a long table without ids", {"t.csv": "t,a\n1,2\n2,3\n", "dataset.yaml": "time: t"}, {},
     "data/mine/t.csv: `time` in dataset.yaml needs an id, which says whose step a line is. Add `id: COLUMN` to data/mine/dataset.yaml."),
    ("a .ts without data", {"t.ts": "@problemName x\n"}, {},
     "data/mine/t.ts: without a line @data, after which the series stand."),
    ("a loader of another name", {"dataset.yaml": "loader: os.system"}, {},
     "data/mine/dataset.yaml: loader is os.system; allowed: keras.datasets.cifar10, keras.datasets.cifar100, keras.datasets.fashion_mnist, keras.datasets.mnist, openml, FILE.py, sklearn.datasets.load_breast_cancer, sklearn.datasets.load_diabetes, sklearn.datasets.load_digits, sklearn.datasets.load_iris, sklearn.datasets.load_linnerud, sklearn.datasets.load_wine."),
    ("a loader that breaks", {"dataset.yaml": "loader: load.py", "load.py": "def load():\n    raise KeyError('x')\n"}, {},
     "data/mine/load.py: load() failed with KeyError: 'x'. Mend it there."),
    ("a scaling of another name", {"t.csv": "a\n1\n"}, {"scaling": "standrad"},
     'params.yaml: data.scaling is "standrad"; allowed: auto, none, standard, min_max, unit. Did you mean standard?'),
    ("a metric of another name", {"t.csv": "a\n1\n"}, {"metric": "manhattan"},
     'params.yaml: data.metric is "manhattan"; allowed: euclidean, cosine.'),
    ("rows below zero", {"t.csv": "a\n1\n"}, {"rows": -5},
     "params.yaml: data.rows is -5; it should be greater than 0."),
    ("a column called -", {"t.csv": "-,b\nx,1\ny,2\nx,3\ny,4\n"}, {},
     'data/mine/t.csv: column "-" holds text (first: "x", row 0, counting from 0). Add `exclude: ["-"]` to data/mine/dataset.yaml, or `categories: ["-"]` to use it; or set data.label to "-" to color by it.'),
    ("a column called a/b", {"t.csv": "a/b,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     'data/mine/t.csv: column "a/b" holds text (first: "x", row 0, counting from 0). Add `exclude: ["a/b"]` to data/mine/dataset.yaml, or `categories: ["a/b"]` to use it; or set data.label to "a/b" to color by it.'),
    ("a column of two words", {"t.csv": "home town,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     'data/mine/t.csv: column "home town" holds text (first: "x", row 0, counting from 0). Add `exclude: [home town]` to data/mine/dataset.yaml, or `categories: [home town]` to use it; or set data.label to home town to color by it.'),
    ("a column of Unicode", {"t.csv": "Größe: 大,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     'data/mine/t.csv: column "Größe: 大" holds text (first: "x", row 0, counting from 0). Add `exclude: ["Größe: 大"]` to data/mine/dataset.yaml, or `categories: ["Größe: 大"]` to use it; or set data.label to "Größe: 大" to color by it.'),
    ("a column called <script>", {"t.csv": "<script>,c\nx,1\ny,2\nx,3\ny,4\n"}, {},
     'data/mine/t.csv: column "<script>" holds text (first: "x", row 0, counting from 0). Add `exclude: ["<script>"]` to data/mine/dataset.yaml, or `categories: ["<script>"]` to use it; or set data.label to "<script>" to color by it.'),
    ("a column with a line break", {"t.csv": '"a\nb",c\nx,1\ny,2\nx,3\ny,4\n'}, {},
     'data/mine/t.csv: column "a b" holds text (first: "x", row 0, counting from 0). Add `exclude: [a b]` to data/mine/dataset.yaml, or `categories: [a b]` to use it; or set data.label to a b to color by it.'),
    ("neighborhoods larger than the data", {"t.csv": "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(12))}, {},
     "params.yaml: evaluate.more_k asks for 50 neighbors, but the data have 12 rows, of which less than half can be neighbors. Use sizes up to 5."),
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


@pytest.mark.parametrize(("files", "changed", "line"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_cannot_be_mapped_is_answered_in_one_line(tmp_path, monkeypatch, files, changed, line):
    given = config.load(ROOT / "params.yaml")
    monkeypatch.chdir(tmp_path)
    mine = Path("data/mine")
    mine.mkdir(parents=True)
    for name, content in files.items():
        write(mine / name, content)
    with pytest.raises(InputError) as refused:
        options = config.parse(prepare.Options, OPTIONS | changed, "data")
        dataset = prepare.prepare(datasets.read(Path(options.path), options.label), options, seed=0)
        config.check_sizes(given, len(dataset.rows))
    formats = "; ".join(format.ACCEPTS for format in datasets.formats() if not hasattr(format, "LOADERS"))
    assert str(refused.value) == line.replace("{formats}", formats)


def test_there_are_as_many_cases_as_promised():
    assert len({case[0] for case in CASES}) == len(CASES) >= 60
