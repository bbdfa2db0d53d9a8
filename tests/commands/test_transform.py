"""`python -m pipeline place`, as typed: what it writes, what it refuses, and what a kill leaves."""

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
from pipeline.out_of_sample.transformer import Placer
from pipeline.runtime.errors import InputError

IMAGES = load_digits().images


@pytest.mark.slow
def test_rows_are_placed_and_strange_ones_flagged(project):
    """Known digits, noise, and a page; a row by itself lands where it lands among others; the map is not touched."""
    before = (project.folder / "artifacts/maps/tsne-deep/points.npy").read_bytes()
    rng = np.random.default_rng(0)
    np.save(project.folder / "new.npy", np.concatenate([IMAGES[:100], rng.uniform(0, 16, (20, 8, 8))]))
    np.save(project.folder / "one.npy", IMAGES[42:43])
    said = project.run(
        "pipeline", "place", "new.npy", "--map", "tsne-deep", "--out", "placed.parquet", "--page", "new.html"
    )
    assert "placed.parquet: 120 rows placed on tsne-deep." in said
    placed = pd.read_parquet(project.folder / "placed.parquet")
    assert list(placed.columns) == ["id", "x", "y", "error", "p_value", "out_of_distribution"]
    assert placed["out_of_distribution"][100:].all()
    assert placed["out_of_distribution"][:100].mean() < 0.2
    page = (project.folder / "new.html").read_text()
    assert "New rows on t-SNE of deep codes" in page and f"{placed['novel'].sum()} of 120 placed rows" in page
    assert page.count('<th scope="row">') == placed["out_of_distribution"].sum()
    project.run("pipeline", "place", "one.npy", "--map", "tsne-deep", "--out", "one.parquet")
    one = pd.read_parquet(project.folder / "one.parquet").drop(columns="id")
    pd.testing.assert_frame_equal(one, placed.drop(columns="id").iloc[42:43].reset_index(drop=True))
    assert (project.folder / "artifacts/maps/tsne-deep/points.npy").read_bytes() == before


@pytest.mark.slow
def test_what_does_not_fit_is_one_line(project):
    np.save(project.folder / "tall.npy", np.zeros((3, 9, 8)))
    np.save(project.folder / "dark.npy", IMAGES[:10] / 16)
    cases = {
        ("tall.npy", "pca"): "tall.npy: rows have the shape (9, 8); those of the map have (8, 8).",
        ("dark.npy", "pca"): "dark.npy: values go from 0 to 1; those of the map's data from 0 to 16. Bring them to that scale.",
        ("dark.npy", "tsne-dep"): '--map: params.yaml has no map "tsne-dep"; allowed: pca, tsne-raw, tsne-deep, umap-deep. Did you mean tsne-deep?',
    }  # fmt: skip
    for (new, name), line in cases.items():
        said = project.run("pipeline", "place", new, "--map", name, "--out", "placed.parquet", status=2)
        assert said.strip() == line
    assert not list(project.folder.glob("*.parquet*"))


@pytest.mark.slow
def test_a_kill_leaves_no_file_that_looks_whole(project):
    np.save(project.folder / "many.npy", np.repeat(IMAGES, 20, axis=0))
    out = project.folder / "placed.parquet"
    command = project.command("pipeline", "place", "many.npy", "--map", "tsne-raw", "--out", str(out))
    running = subprocess.Popen(command, cwd=project.folder, env=project.environment(), stderr=subprocess.DEVNULL)
    partial = out.with_name(".placed.parquet.partial")
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
def placer() -> Placer:
    rng = np.random.default_rng(0)
    space = graph.make_space(rng.normal(size=(50, 2)).astype(np.float32), k=5)
    scaling = {"rule": "standard", "center": [10.0, -1.0], "scale": [2.0, 0.1]}
    reading = {"card": {}, "levels": {}}
    info = {"kind": "vector", "shape": [2], "feature_names": ["mass", "charge"], "scaling": scaling, "reading": reading}
    options = pca.Options(method="pca", space="raw")
    return Placer(info, None, space, pca, options, *pca.embed(space, options, 0, 1), None)


@pytest.mark.parametrize(
    ("level", "expected"), [(0.05, "about 4 would be"), (0.0126, "about 1 would be"), (0.0125, None)]
)
def test_what_chance_would_call_novel_is_said(placer, level, expected):
    """Of 79 test rows p-values are multiples of 1/80: three of them lie below 0.05, one below 0.0126, none below 1/80."""
    said = transform._said(replace(placer, known=np.arange(79.0)), 12, 100, level)
    if expected is None:
        assert said[0].startswith("No row can be called novel: beside 79 test rows")
    else:
        assert said[0].startswith("12 of 100 placed rows (12.0 %) are called novel") and expected in said[0]


def test_the_largest_errors_are_printed_beside_those_of_test_rows():
    placed = pd.DataFrame({"id": ["a", "b", "c"], "error": [0.5, 30.25, 1.0], "out_of_distribution": False})
    assert transform._largest(placed, np.array([0.5, 4.0])) == (
        "The largest errors, of rows by id: b (30.2), c (1), a (0.5). Errors of the 2 test rows go from 0.500 to 4.000."
    )


def test_columns_go_by_their_names(placer):
    found = placer.read(table(["charge", "mass"], np.array([[-1.0, 10.0], [-0.9, 14.0]])), "new.csv")
    np.testing.assert_array_equal(found, [[10, -1], [14, -0.9]])
    np.testing.assert_allclose(placer.encode(found)[0], [[0, 0], [2, 1]], atol=1e-6)


@pytest.mark.parametrize(
    ("names", "rows", "line"),
    [
        (["mass", "spin"], [[10.0, 0.0]], "new.csv: its columns are not those of the map's data: without charge. Give mass, charge (in all 2)."),
        (["mass", "charge"], [[10_000.0, -1.0]] * 10, "new.csv: column mass: its median lies 4995 standard deviations from the mean of the map's data. Bring it to the same unit."),
    ],
)  # fmt: skip
def test_columns_that_do_not_fit_are_one_line(placer, names, rows, line):
    with pytest.raises(InputError) as refused:
        placer.read(table(names, np.array(rows)), "new.csv")
    assert str(refused.value) == line


def test_a_missing_category_goes_by_the_name_of_its_column(placer):
    levels = {"region": ["north", "south"]}
    names = ["mass", "region=north", "region=south"]
    info = placer.info | {"feature_names": names, "shape": [3], "reading": {"card": {}, "levels": levels}}
    with pytest.raises(InputError) as refused:
        replace(placer, info=info).read(table(["mass", "spin"], np.zeros((1, 2))), "new.csv")
    assert str(refused.value) == (
        "new.csv: its columns are not those of the map's data: without region. Give mass, region (in all 2)."
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mass,charge\n1,bad\n", 'holds text (first: "bad", row 0, counting from 0). Fix it in the new rows; the map\'s data have numbers there.'),
        ("spin,note\n1,x\n", "no column is left to map; give those of the map's data."),
        ("mass,charge\n1,\n", "the first in row 0, column \"charge\", counting from 0. Fill them in, or remove these rows."),
        ("id,mass,charge\na,1,2\na,1,2\n", "Make ids unique."),
        (None, "no such file or folder. Name an existing one."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_new_rows_is_mended_in_them(placer, tmp_path, text, line):
    new = tmp_path / "new.csv"
    if text:
        new.write_text(text)
    with pytest.raises(InputError) as refused:
        partitions.read(placer, new, "new.csv")
    assert "new.csv: " in str(refused.value) and str(refused.value).endswith(line)


def test_columns_that_the_known_rows_lack_are_passed_over(placer, tmp_path):
    (tmp_path / "new.csv").write_text(",id,note,charge,spin,mass\n0,a,good,-1,3,10\n")
    source = partitions.read(placer, tmp_path / "new.csv", "new.csv")
    np.testing.assert_array_equal(placer.read(source, "new.csv"), [[10, -1]])
    assert list(source.table["id"]) == ["a"]
