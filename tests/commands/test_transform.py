"""`python -m pipeline transform`: what it writes, what it refuses, and what a kill leaves."""

import subprocess
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from pipeline.commands import transform
from pipeline.datasets.source import Source
from pipeline.methods import pca
from pipeline.neighbors import graph
from pipeline.out_of_sample import partitions
from pipeline.out_of_sample.transformer import Transformer
from pipeline.runtime.errors import InputError
from tests.conftest import SMALL

IMAGES = load_digits().images


@pytest.mark.slow
def test_rows_are_transformed_and_unusual_ones_flagged(project):
    """Known digits, noise, and a page; a row by itself lands where it lands among others; the map is not touched."""
    before = (project.folder / "artifacts/maps/tsne-deep/points.npy").read_bytes()
    rng = np.random.default_rng(0)
    np.save(project.folder / "new.npy", np.concatenate([IMAGES[:100], rng.uniform(0, 16, (20, 8, 8))]))
    np.save(project.folder / "one.npy", IMAGES[42:43])
    words = ("pipeline", "transform", "--map", "tsne-deep")
    output = project.run(*words, "new.npy", "--out", "new.parquet", "--page", "new.html")
    assert "new.parquet: 120 rows on tsne-deep." in output
    table = pd.read_parquet(project.folder / "new.parquet")
    assert list(table.columns) == ["id", "x", "y", "error", "p_value", "out_of_distribution"]
    flagged = table["out_of_distribution"]
    assert flagged[100:].all() and flagged[:100].mean() < 0.2
    page = (project.folder / "new.html").read_text()
    assert f"{flagged.sum()} of 120" in page and page.count('<th scope="row">') == flagged.sum()
    project.run(*words, "one.npy", "--out", "one.parquet")
    one = pd.read_parquet(project.folder / "one.parquet").drop(columns="id")
    pd.testing.assert_frame_equal(one, table.drop(columns="id").iloc[42:43].reset_index(drop=True))
    assert (project.folder / "artifacts/maps/tsne-deep/points.npy").read_bytes() == before


@pytest.mark.slow
def test_what_does_not_fit_is_one_line(project):
    np.save(project.folder / "dark.npy", IMAGES[:10] / 16)
    output = project.run("pipeline", "transform", "dark.npy", "--map", "pca", "--out", "new.parquet", status=2)
    assert output.startswith("dark.npy: values go from 0 to 1;") and output.count("\n") == 1
    assert not list(project.folder.glob("*.parquet*"))


@pytest.mark.slow
def test_a_kill_leaves_no_file_that_looks_whole(project):
    np.save(project.folder / "many.npy", np.repeat(IMAGES, 20, axis=0))
    out = project.folder / "new.parquet"
    command = project.command("pipeline", "transform", "many.npy", "--map", "tsne-raw", "--out", str(out))
    running = subprocess.Popen(command, cwd=project.folder, env=project.environment(), stderr=subprocess.DEVNULL)
    partial = out.with_name(".new.parquet.partial")
    while not partial.exists() and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    assert not out.exists()
    with pytest.raises(Exception, match="Parquet"):
        pd.read_parquet(partial)


def table(names: list[str], rows: np.ndarray) -> Source:
    return Source(rows, pd.DataFrame({"id": np.arange(len(rows))}), "new", "vector", None, names, "")


@pytest.fixture(scope="module")
def onto() -> Transformer:
    rng = np.random.default_rng(0)
    space = graph.make_space(rng.normal(size=(50, 2)).astype(np.float32), k=5)
    scaling = {"rule": "standard", "center": [10.0, -1.0], "scale": [2.0, 0.1]}
    reading = {"card": {}, "levels": {}}
    info = {"kind": "vector", "shape": [2], "feature_names": ["mass", "charge"], "scaling": scaling, "reading": reading}
    options = pca.Options(method="pca", space="raw")
    return Transformer(info, None, space, pca, options, *pca.embed(space, options, 0, 1), None)


@pytest.mark.parametrize(
    ("alpha", "part"),
    [
        (0.05, "12 of 100 rows (12.0 %)"),
        (0.05, "about 4 "),
        (0.0126, "about 1 "),
        (0.0125, "with 79 test rows no p-value"),
    ],
)
def test_the_summary_names_the_share_expected_by_chance(onto, alpha, part):
    """Of 79 test rows p-values are multiples of 1/80: three of them are below 0.05, one below 0.0126, none below 1/80."""
    assert part in transform._summary(replace(onto, test_errors=np.arange(79.0)), 12, 100, alpha)[0]


def test_the_largest_errors_are_printed_with_those_of_test_rows(onto):
    table = pd.DataFrame({"id": ["a", "b", "c"], "error": [0.5, 30.25, 1.0], "out_of_distribution": False})
    sentences = transform._largest_errors(table, replace(onto, test_errors=np.array([0.5, 4.0])))
    assert "b (30.2), c (1), a (0.5)" in sentences and "2 test rows range from 0.500 to 4.000" in sentences


def test_columns_go_by_their_names(onto):
    rows = onto.read(table(["charge", "mass"], np.array([[-1.0, 10.0], [-0.9, 14.0]])), "new.csv")
    np.testing.assert_array_equal(rows, [[10, -1], [14, -0.9]])
    np.testing.assert_allclose(onto.encode(rows)[0], [[0, 0], [2, 1]], atol=1e-6)


@pytest.mark.parametrize(
    ("names", "rows", "part"),
    [
        (["mass", "spin"], [[10.0, 0.0]], "columns of the map's data: charge. Give mass, charge (2 in all)"),
        (["mass", "charge"], [[10_000.0, -1.0]] * 10, "column mass: its median lies 4995 standard deviations"),
    ],
)
def test_columns_that_do_not_fit_are_one_line(onto, names, rows, part):
    with pytest.raises(InputError) as refused:
        onto.read(table(names, np.array(rows)), "new.csv")
    assert str(refused.value).startswith("new.csv: ") and part in str(refused.value)


def test_rows_of_another_shape_are_one_line(onto):
    images = Source(np.zeros((3, 9, 8)), pd.DataFrame({"id": range(3)}), "new", "vector", None, None, "")
    with pytest.raises(InputError, match=r"new\.npy: .*\(9, 8\).*\(2,\)"):
        onto.read(images, "new.npy")


def test_a_missing_category_goes_by_the_name_of_its_column(onto):
    levels = {"region": ["north", "south"]}
    names = ["mass", "region=north", "region=south"]
    info = onto.info | {"feature_names": names, "shape": [3], "reading": {"card": {}, "levels": levels}}
    with pytest.raises(InputError, match=r"map's data: region\. Give mass, region \(2 in all\)"):
        replace(onto, info=info).read(table(["mass", "spin"], np.zeros((1, 2))), "new.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("mass,charge\n1,bad\n", ['"bad"', "row 0"]),
        ("spin,note\n1,x\n", ["no column"]),
        ("mass,charge\n1,\n", ["row 0", '"charge"']),
        ("id,mass,charge\na,1,2\na,1,2\n", ["id"]),
        (None, ["no such file or folder"]),
    ],
)
def test_what_is_wrong_with_new_rows_is_one_line(onto, tmp_path, text, parts):
    new = tmp_path / "new.csv"
    if text:
        new.write_text(text)
    with pytest.raises(InputError) as refused:
        partitions.read(onto, new, "new.csv")
    line = str(refused.value)
    assert "new.csv: " in line and "\n" not in line and all(part in line for part in parts)


def test_an_unknown_map_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(SMALL)
    with pytest.raises(InputError, match=r'^--map: .*"tsne-dep"; .*Did you mean tsne-deep\?$'):
        transform.load("tsne-dep")


def test_columns_that_the_map_does_not_know_are_ignored(onto, tmp_path):
    (tmp_path / "new.csv").write_text(",id,note,charge,spin,mass\n0,a,good,-1,3,10\n")
    source = partitions.read(onto, tmp_path / "new.csv", "new.csv")
    np.testing.assert_array_equal(onto.read(source, "new.csv"), [[10, -1]])
    assert list(source.table["id"]) == ["a"]
