"""Damaged files: every reader reads them, or refuses them in one line."""

import tracemalloc

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline import config, datasets
from pipeline.datasets import unpacking
from pipeline.preprocessing import prepare
from pipeline.runtime.errors import InputError

TABLE = pd.DataFrame({"a": np.arange(8.0), "b": np.arange(8) ** 2, "label": list("xyxyxyxy")})
ROWS = np.arange(48.0).reshape(8, 6)


def _h5(path):
    with h5py.File(path, "w") as file:
        file["x"], file["y"] = ROWS, np.arange(8)


def _h5ad(path):
    with h5py.File(path, "w") as file:
        file["X"] = ROWS
        obs = file.create_group("obs")
        obs.attrs["_index"] = "_index"
        obs["_index"], obs["kind"] = list("abcdefgh"), np.arange(8)


WRITERS = {
    "t.csv": lambda path: TABLE.to_csv(path, index=False),
    "t.csv.gz": lambda path: TABLE.to_csv(path, index=False),
    "t.jsonl": lambda path: TABLE.to_json(path, orient="records", lines=True),
    "t.parquet": TABLE.to_parquet,
    "t.feather": TABLE.to_feather,
    "t.npy": lambda path: np.save(path, ROWS),
    "t.npz": lambda path: np.savez_compressed(path, x=ROWS, y=np.arange(8)),
    "t.h5": _h5,
    "t.h5ad": _h5ad,
    "t.mat": lambda path: scipy.io.savemat(path, {"X": ROWS, "y": np.arange(8)}, do_compression=True),
    "t.ts": lambda path: path.write_text("@classLabel true a b\n@data\n" + "1,2:3,4:a\n5:6:b\n" * 4),
    "t.idx": lambda path: path.write_bytes(b"\0\0\x08\2" + b"\0\0\0\x08\0\0\0\6" + bytes(range(48))),
    "pictures/a.png": lambda path: [
        Image.fromarray(ROWS.astype(np.uint8) + shift).save(path.with_name(f"{shift}.png")) for shift in range(5)
    ],
}
OPTIONS = config.Data(
    path="data", label=None, rows=None, test_fraction=0.2, validation_fraction=0.2, metric="euclidean", scaling="auto", missing="refuse"
)  # fmt: skip
MOST = unpacking.ALWAYS  # bytes


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """file name -> the file, what `data.path` would be, and the bytes."""
    folder = tmp_path_factory.mktemp("fuzz")
    files = {}
    for name, writer in WRITERS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        writer(path)
        file = path if path.exists() else path.with_name("0.png")
        files[name] = (file, path.parent if path.parent != folder else file, file.read_bytes())
    return lambda name: files[name]  # a function, since hypothesis prints it


@pytest.mark.parametrize("name", WRITERS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=4),
    cut=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@example(edits=[], cut=0.0)
@example(edits=[], cut=1.0)
@example(edits=[(0.35672885454885433, b"\x01")], cut=1.0)  # an HDF5 type of impossible precision
def test_a_changed_file_is_read_or_refused_in_one_line(written, name, edits, cut):
    file, path, content = written(name)
    changed = bytearray(content[: round(cut * len(content))])
    for position, patch in edits:
        start = round(position * len(changed))
        changed[start : start + len(patch)] = patch
    file.write_bytes(changed)
    tracemalloc.start()
    try:
        prepare.prepare(datasets.read(path, None), OPTIONS, seed=0)
    except InputError as error:
        assert "\n" not in str(error) and (str(path) in str(error) or "data:" in str(error))
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MOST
