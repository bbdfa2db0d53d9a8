"""Exports, each opened by its tool's own reader, or by its documented format."""

from dataclasses import replace

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
from pipeline.exports import Others, Run, embedding_atlas, h5ad, parquet, tensorboard
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError
from pipeline.statistics.p_values import p_values
from pipeline.types import Dataset
from tests.conftest import SMALL

N = 40


@pytest.fixture(scope="module")
def run() -> Run:
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
    return Run(
        Dataset(rows, table, info), maps, {"pca": rng.normal(size=(N, 3))}, space.indices, space.distances, by_row
    )


def test_tensorboards_own_reader_opens_it(run, tmp_path):
    from google.protobuf import text_format
    from tensorboard.plugins.projector import projector_plugin
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    tensorboard.write(tmp_path, run)
    projector = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [each.tensor_name for each in projector.embeddings] == ["raw", "codes-pca", "map-tsne", "map-pca"]
    expected = {
        "raw": run.dataset.rows.reshape(N, -1),
        "codes-pca": run.codes["pca"],
        "map-tsne": run.maps["tsne"],
        "map-pca": run.maps["pca"],
    }
    for each in config.embeddings:
        read = projector_plugin._read_tensor_tsv_file(str(tmp_path / each.tensor_path))
        np.testing.assert_allclose(read, expected[each.tensor_name], rtol=1e-5, atol=1e-6)
        height, width = reversed(each.sprite.single_image_dim)
    lines = (tmp_path / "metadata.tsv").read_text().splitlines()
    assert lines[0] == "id\tlabel\tsplit\tage"
    assert lines[1].split("\t") == ["100", "a b", "train", "0.0"]
    assert len(lines) == N + 1
    sheet = np.asarray(Image.open(tmp_path / "sprite.png"))
    across = sheet.shape[1] // width
    last = sheet[(N - 1) // across * height :, (N - 1) % across * width :][:height, :width]
    np.testing.assert_allclose(last / 254, run.dataset.rows[N - 1], atol=0.02)


def test_h5ad_is_as_documented(run, tmp_path):
    h5ad.write(tmp_path, run)
    with h5py.File(tmp_path / "codescape.h5ad") as file:
        assert dict(file.attrs) == {"encoding-type": "anndata", "encoding-version": "0.1.0"}
        assert set(file) == {"X", "obs", "var", "obsm", "obsp", "layers", "varm", "varp", "uns"}
        np.testing.assert_array_equal(file["X"], run.dataset.rows.reshape(N, -1))
        np.testing.assert_array_equal(file["obsm/X_map_tsne"], run.maps["tsne"])
        assert set(file["obsm"]) == {"X_map_tsne", "X_map_pca", "X_code_pca"}
        obs = file["obs"]
        assert obs.attrs["encoding-type"] == "dataframe" and obs.attrs["_index"] == "_index"
        assert list(obs.attrs["column-order"]) == ["label", "split", "age", "tsne recall"]
        assert obs["_index"].asstr()[:2].tolist() == ["100", "101"]
        label = obs["label"]
        assert label["categories"].asstr()[:][label["codes"][:3]].tolist() == ["a\tb", "c", "a\tb"]
        near = file["obsp/distances"]
        found = sp.csr_matrix((near["data"][:], near["indices"][:], near["indptr"][:]), shape=near.attrs["shape"])
        assert found.has_sorted_indices
        assert found[3, run.indices[3, 0]] == run.distances[3, 0]
        assert found.nnz == run.indices.size


def test_embedding_atlas_has_places_and_neighbors(run, tmp_path):
    own = run.dataset.table.assign(x=-1.0, y="own")  # a reader takes no two columns of one name
    run = replace(run, dataset=replace(run.dataset, table=own))
    embedding_atlas.write(tmp_path, run)
    found = pq.read_table(tmp_path / "atlas.parquet").to_pylist()
    assert found[7]["x"] == run.maps["tsne"][7, 0]
    assert found[7]["neighbors"] == {"ids": run.indices[7].tolist(), "distances": run.distances[7].tolist()}


def test_parquet_has_every_column(run, tmp_path):
    parquet.write(tmp_path, run)
    found = pd.read_parquet(tmp_path / "maps.parquet")
    assert list(found) == [
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
    np.testing.assert_array_equal(found[["pca x", "pca y"]], run.maps["pca"])


def test_parquet_has_the_rows_that_were_placed_beside_those_that_were_fitted(run, tmp_path, monkeypatch):
    """Three of each five rows of a source were fitted."""
    monkeypatch.setattr(parquet, "BLOCK", 7)
    kept = np.arange(66)[np.arange(66) % 5 < 3][:N]
    source = pd.DataFrame({"a": np.arange(66.0), "b": 0.5, "name": [f"row {number}" for number in range(66)]})
    source.to_csv(tmp_path / "source.csv", index=False)
    (tmp_path / "dataset.yaml").write_text("file: source.csv\nid: name\n")
    table = run.dataset.table.assign(id=source["name"].iloc[kept].to_numpy())
    dataset = Dataset(run.dataset.rows, table, run.dataset.info | {"source_rows": 66}, kept)
    given = config.parse(config.Params, YAML(typ="safe", pure=True).load(SMALL))
    given = given.model_copy(update={"data": given.data | {"path": str(tmp_path)}})
    rng = np.random.default_rng(1)
    places, errors = rng.normal(size=(26, 2)).astype(np.float32), rng.random(26).astype(np.float32)
    others = {"tsne": Others(places, errors, rng.random(9)), "pca": Others(places + 1, errors * np.nan, None)}
    run = replace(run, dataset=dataset, others=others, ids=lambda: export._ids(given, dataset))
    (tmp_path / "to").mkdir()
    said = parquet.write(tmp_path / "to", run)
    assert said.startswith("maps.parquet: the 40 rows that maps were fitted on; others.parquet: the 26 rows")
    assert len(pd.read_parquet(tmp_path / "to" / "maps.parquet")) == N
    found = pd.read_parquet(tmp_path / "to" / "others.parquet")
    assert list(found) == ["id", "tsne x", "tsne y", "tsne error", "tsne p_value", "pca x", "pca y"]
    assert found["id"].tolist() == source["name"].drop(index=kept).tolist()
    np.testing.assert_array_equal(found[["tsne x", "tsne y"]], places)
    np.testing.assert_array_equal(found["tsne p_value"], p_values(errors, others["tsne"].known))
    assert export._without("parquet", run) == ""
    assert "40 rows that maps were fitted on" in export._without("h5ad", run) and "26" in export._without("h5ad", run)
    source.iloc[::-1].to_csv(tmp_path / "source.csv", index=False)
    with pytest.raises(InputError, match="other rows than those that the maps are of"):
        export._ids(given, dataset)


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"is there, and not empty\. Name a new folder\."):
        export.main("parquet", str(tmp_path))
    with pytest.raises(InputError, match="its parent folder is not there"):
        export.main("parquet", str(tmp_path / "none" / "there"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_a_run_is_exported(finished, tmp_path):
    for to in ("tensorboard", "embedding-atlas", "h5ad", "parquet"):
        said = finished.run("pipeline", "export", "--to", to, str(tmp_path / to))
        assert str(tmp_path / to) in said
    table = pd.read_parquet(tmp_path / "parquet" / "maps.parquet")
    assert len(table) == 300 and {"tsne-deep x", "umap-deep recall", "pca 4"} <= set(table)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["embedding-atlas", "h5ad", "parquet", "tensorboard"]
