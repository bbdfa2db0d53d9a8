"""Each wrong parameter is one line: the key's path, what was found, what is allowed, the nearest name."""

import contextlib
import copy
import pkgutil
from pathlib import Path

import hypothesis
import pytest
from dvc.utils.hydra import apply_overrides
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipeline import config, encoders, methods
from pipeline.commands import check
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def write_params(tmp_path, monkeypatch):
    """Write params.yaml, changed at a dotted path, into an empty folder; the value None takes the key out."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/digits").mkdir()

    def write(path: str, value) -> None:
        whole = YAML(typ="safe").load(ROOT / "params.yaml")
        *parents, last = path.split("/")
        section = whole
        for parent in parents:
            section = section[parent]
        if value is None:
            del section[last]
        else:
            section[last] = value
        YAML().dump(whole, tmp_path / "params.yaml")

    return write


METHODS = ", ".join(sorted(module.name for module in pkgutil.iter_modules(methods.__path__)))
SECTIONS = ", ".join(config.Params.model_fields)
OPTIONS = "method, space, perplexity, perplexities, exaggeration, initialization"
# A parameter, its wrong value, the key that the message begins with, and what it says of it.
CASES = [
    ("maps/tsne-deep/perplexity", 50, "maps.tsne-deep.perplexity is 50", "neighbors.k is 90. Raise neighbors.k to 150, or use a perplexity of at most 30."),
    ("maps/umap-deep/n_neighbors", 100, "maps.umap-deep.n_neighbors is 100", "Raise neighbors.k to 99, or use a n_neighbors of at most 91."),
    ("maps/tsne-deep/perplexty", 30, "maps.tsne-deep.perplexty", f"allowed: {OPTIONS}. Did you mean perplexity?"),
    ("maps/tsne-deep/perplexity", None, "maps.tsne-deep.perplexity is missing", "tsne"),
    ("maps/tsne-deep/perplexities", [5, 30], "maps.tsne-deep.perplexity is set", "perplexities"),
    ("maps/tsne-deep/perplexity", "thirty", 'maps.tsne-deep.perplexity is "thirty"', "valid number"),
    ("maps/tsne-deep/perplexity", 0, "maps.tsne-deep.perplexity is 0", "greater than or equal to 2"),
    ("maps/tsne-deep/perplexity", float("inf"), "maps.tsne-deep.perplexity is Infinity", "finite"),
    ("encoders", {}, "encoders is {}", "at least 1 item"),
    ("maps/tsne-deep/space", "deap", 'maps.tsne-deep.space is "deap"', "allowed: raw, pca, deep. Did you mean deep?"),
    ("maps/tsne-deep/method", "tsn", 'maps.tsne-deep.method is "tsn"', f"allowed: {METHODS}. Did you mean tsne?"),
    ("maps/tsne-deep/method", None, "maps.tsne-deep.method is missing", f"allowed: {METHODS}."),
    ("maps/a;rm", {"space": "raw", "method": "pca"}, "maps.a;rm is not a usable name", "letters"),
    ("encoders/..", {"kind": "pca", "code_size": 2}, "encoders... is not a usable name", "letters"),
    ("encoders/raw", {"kind": "pca", "code_size": 2}, "encoders.raw", "choose another name"),
    ("encoders/deep/kind", "autoencodr", 'encoders.deep.kind is "autoencodr"', "allowed: autoencoder, pca. Did you mean autoencoder?"),
    ("encoders/deep/objective", "sparce", 'encoders.deep.objective is "sparce"', "Did you mean sparse?"),
    ("encoders/deep/objective", "sparse", "encoders.deep.sparsity is missing", "sparse"),
    ("encoders/deep/hidden", [256, -1], "encoders.deep.hidden.1 is -1", "greater than 0"),
    ("seeds", 0, "seeds is 0", "greater than or equal to 1"),
    ("sedes", 5, "sedes is not an option", f"allowed: {SECTIONS}. Did you mean seeds?"),
    ("neighbors", None, "neighbors is missing", "."),
    ("neighbors/k", 1.5, "neighbors.k is 1.5", "valid integer"),
    ("evaluate/k", 91, "evaluate.k is 91", "Raise neighbors.k to 91, or use an evaluate.k of at most 90."),
    ("evaluate/kk", 3, "evaluate.kk", "allowed: k, more_k, exact_up_to, equivalent_within. Did you mean k?"),
    ("subsampling/subsamples", 3, "subsampling.subsamples is 3", "greater than or equal to 10"),
    ("subsampling/share", 1, "subsampling.share is 1", "less than 1"),
    ("null_maps/tsne-row", {"kind": "gaussian", "draws": 2}, "null_maps.tsne-row: no such map", "Did you mean tsne-raw?"),
    ("null_maps/tsne-raw/kind", "gausian", 'null_maps.tsne-raw.kind is "gausian"', "allowed: gaussian, shuffled. Did you mean gaussian?"),
    ("code_size_sweep/depp", {"sizes": [2, 4], "trainings": 2, "steps": 9}, "code_size_sweep.depp: no such encoder", "Did you mean deep?"),
    ("code_size_sweep/pca", {"sizes": [2, 4], "trainings": 2, "steps": 9}, "code_size_sweep.pca", "Name an autoencoder"),
    ("code_size_sweep/deep/sizes", [2, 4, 9], "code_size_sweep.deep.sizes is [2, 4, 9]", "double"),
    ("code_size_sweep/deep/trainings", 1, "code_size_sweep.deep.trainings is 1", "greater than or equal to 2"),
    ("transform/remaining", ["tsne-dep"], "transform.remaining", "Did you mean tsne-deep?"),
    ("maps", {}, "maps is {}", "at least 1 item"),
    ("data/test_fraction", 1.5, "data.test_fraction is 1.5", "less than 1"),
    ("data/path", "data/digit", 'data.path is "data/digit"', "no such file or folder"),
    ("redraw", {}, "redraw is now called subsampling", "max_rows"),
    ("structureless", {}, "structureless is now called null_maps", "."),
    ("advise", {}, "advise is now called code_size_sweep", "."),
    ("place", {}, "place is now called transform", "alpha"),
    ("maps/tsne-deep/start", "pca", "maps.tsne-deep.start is now called initialization", "."),
    ("transform/level", 0.1, "transform.level is now called alpha", "."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "start", "part"), CASES, ids=lambda value: str(value)[:30])
def test_a_wrong_parameter_is_one_line(write_params, path, value, start, part):
    write_params(path, value)
    with pytest.raises(InputError) as refused:
        check.validate(config.load())
    line = str(refused.value)
    assert line.startswith(f"params.yaml: {start}") and part in line and line.endswith((".", "?"))
    assert "\n" not in line


def test_each_wrong_thing_has_its_line(write_params):
    write_params("encoders/deep", {"kind": "autoencoder", "epoch": 3})
    with pytest.raises(InputError) as refused:
        check.validate(config.load())
    messages = str(refused.value).splitlines()
    assert any(message.startswith("params.yaml: encoders.deep.epochs is missing") for message in messages)
    assert all(message.startswith("params.yaml: encoders.deep.") for message in messages)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: 0\nseed: 1\n", "params.yaml, line 2: "),
        ("seed: [0\n", "params.yaml, line 2: "),
        ("", f"params.yaml: holds no sections; it needs {SECTIONS}."),
    ],
)
def test_wrong_yaml_is_one_line(tmp_path, monkeypatch, text, line):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(text)
    with pytest.raises(InputError) as refused:
        config.load()
    assert str(refused.value).startswith(line) and "\n" not in str(refused.value)


def test_the_shipped_parameters_are_valid(monkeypatch):
    monkeypatch.chdir(ROOT)
    params = config.load()
    check.validate(params)
    assert params.data.path == "data/digits"
    assert {methods.read(name, params)[1].space for name in params.maps} == {"raw", "pca", "deep"}
    assert config.plugin(encoders, "kind", params.encoders["pca"])[1].code_size == 10


def test_dvc_changes_no_more_of_the_shipped_parameters_than_it_is_told(tmp_path):
    """What `dvc exp run -S` does to the file: values as they are leave each byte, another one its own line."""
    path, before = tmp_path / "params.yaml", (ROOT / "params.yaml").read_text(encoding="utf-8")
    path.write_text(before, encoding="utf-8")
    apply_overrides(path, ["seeds=5"])
    assert path.read_text(encoding="utf-8") == before
    apply_overrides(path, ["data.rows=1000", "encoders.deep.epochs=7", "code_size_sweep.deep.sizes=[5,10]"])
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [line.partition("#")[0].strip() for line in after if line not in before.splitlines()]
    assert changed == ["rows: 1000", "epochs: 7", "deep: {sizes: [5, 10], trainings: 3, steps: 1000}"]
    assert len(after) == len(before.splitlines())


def test_a_neighborhood_of_half_the_rows_is_one_line(write_params):
    write_params("evaluate/more_k", [5, 50])
    config.check_sizes(config.load(), 101)
    with pytest.raises(
        InputError, match=r"evaluate\.more_k asks for 50 neighbors, but the data have 100 rows.* up to 49"
    ):
        config.check_sizes(config.load(), 100)


def test_a_row_has_fewer_neighbors_than_there_are_rows(write_params):
    write_params("neighbors/k", 200)
    config.check_sizes(config.load(), 201)
    with pytest.raises(InputError, match=r"neighbors\.k is 200, .* at most 199"):
        config.check_sizes(config.load(), 200)


def paths(section, *above):
    """The paths of all keys, at any depth."""
    for key, value in section.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths(value, *above, key)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
SHIPPED = YAML(typ="safe").load(ROOT / "params.yaml")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@hypothesis.given(path=st.sampled_from(list(paths(SHIPPED))), value=VALUES)
def test_whatever_stands_there_is_valid_or_answered_in_lines(monkeypatch, path, value):
    monkeypatch.chdir(ROOT)
    whole = copy.deepcopy(SHIPPED)
    section = whole
    for parent in path[:-1]:
        section = section[parent]
    section[path[-1]] = value
    with contextlib.suppress(InputError):
        check.validate(config.parse(config.Params, whole))
