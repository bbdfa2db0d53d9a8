"""Each export, opened by its tool's own reader, or checked against its documented format."""

import sys
from dataclasses import replace
from types import ModuleType

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
from PIL import Image
from ruamel.yaml import YAML

from pipeline import config
from pipeline.commands import export
from pipeline.exports import RemainingRows, Results, embedding_atlas, h5ad, parquet, tensorboard
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset
from tests.conftest import SMALL

N = 40


@pytest.fixture(scope="module")
def results() -> Results:
    rng = np.random.default_rng(0)
    rows = rng.random((N, 6, 4)).astype(np.float32)
    table = pd.DataFrame(
        {
            "id": np.arange(N) + 100,
            "label": np.array(["a\tb", "c"])[np.arange(N) % 2],
            "split": "train",
            "age": np.arange(N) / 2,
        }
    )
    space = graph.make_space(rows.reshape(N, -1), 5)
    maps = {"tsne": rng.normal(size=(N, 2)).astype(np.float32), "pca": rng.normal(size=(N, 2)).astype(np.float32)}
    info = {"kind": "image", "feature_names": None, "scaling": {"rule": "none"}}
    by_row = pd.DataFrame({"tsne recall": rng.random(N)})
    return Results(
        Dataset(rows, table, info), maps, {"pca": rng.normal(size=(N, 3))}, space.indices, space.distances, by_row
    )


def test_tensorboards_own_reader_opens_it(results, tmp_path, monkeypatch):
    monkeypatch.setitem(
        sys.modules, "tensorboard.compat.notf", ModuleType("notf")
    )  # TensorFlow takes seconds to import
    from google.protobuf import text_format
    from tensorboard.plugins.projector import projector_plugin
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    tensorboard.write(tmp_path, results)
    projector = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [each.tensor_name for each in projector.embeddings] == ["raw", "codes-pca", "map-tsne", "map-pca"]
    expected = {
        "raw": results.dataset.rows.reshape(N, -1),
        "codes-pca": results.codes["pca"],
        "map-tsne": results.maps["tsne"],
        "map-pca": results.maps["pca"],
    }
    for each in projector.embeddings:
        read = projector_plugin._read_tensor_tsv_file(str(tmp_path / each.tensor_path))
        np.testing.assert_allclose(read, expected[each.tensor_name], rtol=1e-5, atol=1e-6)
        height, width = reversed(each.sprite.single_image_dim)
    metadata = (tmp_path / "metadata.tsv").read_text().splitlines()
    assert metadata[0] == "id\tlabel\tsplit\tage"
    assert metadata[1].split("\t") == ["100", "a b", "train", "0.0"]
    assert len(metadata) == N + 1
    sheet = np.asarray(Image.open(tmp_path / "sprite.png"))
    across = sheet.shape[1] // width
    last = sheet[(N - 1) // across * height :, (N - 1) % across * width :][:height, :width]
    np.testing.assert_allclose(last / 254, results.dataset.rows[N - 1], atol=0.02)


def test_h5ad_is_as_documented(results, tmp_path):
    h5ad.write(tmp_path, results)
    with h5py.File(tmp_path / "codescape.h5ad") as file:
        assert dict(file.attrs) == {"encoding-type": "anndata", "encoding-version": "0.1.0"}
        assert set(file) == {"X", "obs", "var", "obsm", "obsp", "layers", "varm", "varp", "uns"}
        np.testing.assert_array_equal(file["X"], results.dataset.rows.reshape(N, -1))
        np.testing.assert_array_equal(file["obsm/X_map_tsne"], results.maps["tsne"])
        assert set(file["obsm"]) == {"X_map_tsne", "X_map_pca", "X_code_pca"}
        obs = file["obs"]
        assert obs.attrs["encoding-type"] == "dataframe" and obs.attrs["_index"] == "_index"
        assert list(obs.attrs["column-order"]) == ["label", "split", "age", "tsne recall"]
        assert obs["_index"].asstr()[:2].tolist() == ["100", "101"]
        label = obs["label"]
        assert label["categories"].asstr()[:][label["codes"][:3]].tolist() == ["a\tb", "c", "a\tb"]
        near = file["obsp/distances"]
        matrix = sp.csr_matrix((near["data"][:], near["indices"][:], near["indptr"][:]), shape=near.attrs["shape"])
        assert matrix.has_sorted_indices
        assert matrix[3, results.indices[3, 0]] == results.distances[3, 0]
        assert matrix.nnz == results.indices.size


def test_embedding_atlas_has_coordinates_and_neighbors(results, tmp_path):
    own = results.dataset.table.assign(x=-1.0, y="own")  # the export must replace these
    results = replace(results, dataset=replace(results.dataset, table=own))
    embedding_atlas.write(tmp_path, results)
    rows = pq.read_table(tmp_path / "atlas.parquet").to_pylist()
    assert rows[7]["x"] == results.maps["tsne"][7, 0]
    assert rows[7]["neighbors"] == {"ids": results.indices[7].tolist(), "distances": results.distances[7].tolist()}


def test_parquet_has_every_column(results, tmp_path):
    parquet.write(tmp_path, results)
    table = pd.read_parquet(tmp_path / "maps.parquet")
    assert list(table) == [
        "id",
        "label",
        "split",
        "age",
        "tsne x",
        "tsne y",
        "pca x",
        "pca y",
        "pca 1",
        "pca 2",
        "pca 3",
        "tsne recall",
    ]
    np.testing.assert_array_equal(table[["pca x", "pca y"]], results.maps["pca"])


def test_parquet_has_remaining_rows_in_a_second_file(results, tmp_path, monkeypatch):
    """Three of each five rows of a source were fitted."""
    monkeypatch.setattr(parquet, "BLOCK", 7)
    kept = np.arange(66)[np.arange(66) % 5 < 3][:N]
    source = pd.DataFrame({"a": np.arange(66.0), "b": 0.5, "name": [f"row {number}" for number in range(66)]})
    source.to_csv(tmp_path / "source.csv", index=False)
    (tmp_path / "dataset.yaml").write_text("file: source.csv\nid: name\n")
    table = results.dataset.table.assign(id=source["name"].iloc[kept].to_numpy())
    dataset = Dataset(results.dataset.rows, table, results.dataset.info | {"source_rows": 66}, kept)
    params = config.parse(config.Params, YAML(typ="safe", pure=True).load(SMALL))
    params = params.model_copy(update={"data": params.data.model_copy(update={"path": str(tmp_path)})})
    rng = np.random.default_rng(1)
    points, errors, test_errors = rng.normal(size=(26, 2)).astype(np.float32), rng.random(26), rng.random(9)
    remaining = {
        "tsne": RemainingRows(points, errors, test_errors),
        "pca": RemainingRows(points + 1, errors * np.nan, None),
    }
    ids = lambda: export._remaining_ids(params, dataset)  # noqa: E731
    results = replace(results, dataset=dataset, remaining=remaining, remaining_ids=ids)
    (tmp_path / "to").mkdir()
    message = parquet.write(tmp_path / "to", results)
    assert "maps.parquet: the 40 rows" in message and "remaining.parquet: the 26 rows" in message
    assert len(pd.read_parquet(tmp_path / "to" / "maps.parquet")) == N
    table = pd.read_parquet(tmp_path / "to" / "remaining.parquet")
    assert list(table) == ["id", "tsne x", "tsne y", "tsne error", "tsne p_value", "pca x", "pca y"]
    assert table["id"].tolist() == source["name"].drop(index=kept).tolist()
    np.testing.assert_array_equal(table[["tsne x", "tsne y"]], points)
    np.testing.assert_array_equal(table["tsne error"], errors)
    expected = (1 + (test_errors >= errors[:, None]).sum(axis=1)) / (1 + len(test_errors))
    np.testing.assert_allclose(table["tsne p_value"], expected)
    assert export._missing_rows("parquet", results) == ""
    assert "40 rows" in export._missing_rows("h5ad", results) and "26" in export._missing_rows("h5ad", results)
    assert "transform.remaining" in export._missing_rows("parquet", replace(results, remaining={}))
    source.iloc[::-1].to_csv(tmp_path / "source.csv", index=False)
    with pytest.raises(InputError, match="rows have changed"):
        ids()


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        export.main("parquet", str(tmp_path))
    with pytest.raises(InputError, match="parent folder"):
        export.main("parquet", str(tmp_path / "none" / "there"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_a_run_is_exported(finished, tmp_path):
    for to in ("tensorboard", "embedding-atlas", "h5ad", "parquet"):
        output = finished.run("pipeline", "export", "--to", to, str(tmp_path / to))
        assert str(tmp_path / to) in output
    table = pd.read_parquet(tmp_path / "parquet" / "maps.parquet")
    assert len(table) == 300 and {"tsne-deep x", "umap-deep recall", "pca 4"} <= set(table)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["embedding-atlas", "h5ad", "parquet", "tensorboard"]
