"""A table larger than LARGE, whose numbers stay in its files, gives the same dataset as one that is read whole."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import config, datasets
from pipeline.datasets import parquet
from pipeline.datasets.row_groups import ParquetRows
from pipeline.preprocessing.prepare import prepare
from pipeline.runtime.errors import InputError

N, PARTS = 500, 3
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(RNG.normal(size=(N, 6)), columns=[f"x {number}" for number in range(6)]).assign(
    count=RNG.integers(0, 9, N), flag=RNG.random(N) > 0.5, label=np.array(["a", "b", "c"])[np.arange(N) % 3],
    id=[f"row {number}" for number in range(N)], note="text",
)  # fmt: skip
CARD = "exclude: [note]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three parts, each of row groups of 60 rows."""
    folder = tmp_path_factory.mktemp("large")
    for number, rows in enumerate(np.array_split(np.arange(N), PARTS)):
        TABLE.iloc[rows].to_parquet(folder / f"part-{number}.parquet", index=False, row_group_size=60)
    (folder / "dataset.yaml").write_text(CARD)
    return folder


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(parquet, "LARGE", 100)


@pytest.fixture(scope="module")
def rows(folder):
    return ParquetRows(sorted(folder.glob("*.parquet")), [f"x {number}" for number in range(6)])


VALUES = TABLE.iloc[:, :6].to_numpy()
SPANS = st.builds(slice, st.integers(0, N), st.integers(0, N))


@settings(deadline=None, max_examples=25)
@given(spans=st.lists(SPANS, min_size=1, max_size=4), numbers=st.lists(st.integers(0, N - 1), max_size=20))
def test_blocks_are_those_of_the_array(rows, spans, numbers):
    """Forward, backward, overlapping, and of rows in any order."""
    for span in spans:
        np.testing.assert_array_equal(rows[span], VALUES[span])
        later = rows.later(span)
        np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(later))), VALUES[span])
    np.testing.assert_array_equal(rows[np.array(numbers, dtype=int)], VALUES[np.array(numbers, dtype=int)])
    mask = np.isin(np.arange(N), numbers)
    np.testing.assert_array_equal(rows[mask], VALUES[mask])
    np.testing.assert_array_equal(np.asarray(rows[:, [4, 0]]), VALUES[:, [4, 0]])


def test_groups_cover_all_rows_once(rows):
    spans = rows.groups()
    assert [span.start for span in spans] == [0, *(span.stop for span in spans[:-1])]
    assert max(span.stop - span.start for span in spans) == 60
    np.testing.assert_array_equal(np.concatenate([np.asarray(rows.later(span)) for span in spans]), VALUES)


def test_blocks_in_order_cost_one_pass(rows, monkeypatch):
    import pyarrow.parquet

    opened = []
    real = pyarrow.parquet.ParquetFile
    fresh = ParquetRows(rows.files, rows.names)
    monkeypatch.setattr(
        pyarrow.parquet, "ParquetFile", lambda *args, **options: opened.append(1) or real(*args, **options)
    )
    for start in range(0, N, 7):
        fresh[start : start + 7]
    assert len(opened) == len(fresh.groups())


@pytest.mark.parametrize("sample", [None, 100])
def test_the_dataset_is_that_of_the_table_read_whole(folder, monkeypatch, sample):
    options = config.Data(path=str(folder), label=None, rows=sample, test_fraction=0.2, validation_fraction=0.1, metric="euclidean",
                      scaling="auto", missing="refuse")  # fmt: skip
    whole = datasets.read(folder, None)
    monkeypatch.setattr(parquet, "LARGE", 100)
    large = datasets.read(folder, None)
    assert isinstance(large.rows, ParquetRows)
    assert large.checksum() == whole.checksum()
    one, other = prepare(large, options, 0), prepare(whole, options, 0)
    np.testing.assert_array_equal(one.rows, other.rows)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.info == other.info


@pytest.mark.parametrize("missing", ["refuse", "mean"])
def test_missing_values_are_treated_alike(tmp_path, large, missing):
    table = TABLE.drop(columns="note")
    table.loc[77, "x 1"] = np.nan
    table.to_parquet(tmp_path / "table.parquet", index=False, row_group_size=60)
    options = config.Data(path="table.parquet", label=None, rows=None, test_fraction=0.2, validation_fraction=0.1, metric="euclidean",
                      scaling="auto", missing=missing)  # fmt: skip
    source = datasets.read(tmp_path / "table.parquet", None)
    if missing == "refuse":
        with pytest.raises(InputError, match=r'NaN.*: 1, the first in row 77, column "x 1"'):
            prepare(source, options, 0)
    else:
        assert np.isfinite(prepare(source, options, 0).rows).all()


def test_a_column_that_turns_to_text_is_named(tmp_path, large):
    TABLE.drop(columns="note").to_parquet(tmp_path / "a.parquet")
    TABLE.drop(columns="note").astype({"x 3": str}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError) as refused:
        datasets.read(tmp_path, None)
    assert str(refused.value).startswith(f'{tmp_path / "b.parquet"}: column "x 3" holds ')


def test_a_part_that_is_damaged_inside_is_named(tmp_path, large):
    """Its end, with the metadata, is intact."""
    path = tmp_path / "table.parquet"
    TABLE.drop(columns="note").to_parquet(path, index=False, row_group_size=60, compression="zstd")
    source = datasets.read(path, None)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 2000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"^{path}: .*damaged"):
        np.asarray(source.rows)
