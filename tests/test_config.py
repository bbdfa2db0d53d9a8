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
from pipeline.preprocessing import prepare
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def given(tmp_path, monkeypatch):
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
CASES = [
    ("maps/tsne-deep/perplexity", 50, "params.yaml: maps.tsne-deep.perplexity is 50, which needs 150 neighbors; neighbors.k is 90. Raise neighbors.k to 150, or use a perplexity of at most 30."),
    ("maps/umap-deep/n_neighbors", 100, "params.yaml: maps.umap-deep.n_neighbors is 100, which needs 99 neighbors; neighbors.k is 90. Raise neighbors.k to 99, or use a n_neighbors of at most 91."),
    ("maps/tsne-deep/perplexty", 30, "params.yaml: maps.tsne-deep.perplexty is not an option; allowed: method, space, perplexity, perplexities, exaggeration, start. Did you mean perplexity?"),
    ("maps/tsne-deep/perplexity", None, "params.yaml: maps.tsne-deep.perplexity is missing; method: tsne needs it, or perplexities."),
    ("maps/tsne-deep/perplexities", [5, 30], "params.yaml: maps.tsne-deep.perplexity is set, and perplexities, too; give one of them."),
    ("maps/tsne-deep/perplexity", "thirty", 'params.yaml: maps.tsne-deep.perplexity is "thirty"; it should be a valid number, unable to parse string as a number.'),
    ("maps/tsne-deep/perplexity", 0, "params.yaml: maps.tsne-deep.perplexity is 0; it should be greater than or equal to 2."),
    ("maps/tsne-deep/perplexity", float("inf"), "params.yaml: maps.tsne-deep.perplexity is Infinity; it should be a finite number."),
    ("encoders", {}, "params.yaml: encoders is {}; it should have at least 1 item after validation, not 0."),
    ("maps/tsne-deep/space", "deap", 'params.yaml: maps.tsne-deep.space is "deap"; allowed: raw, pca, deep. Did you mean deep?'),
    ("maps/tsne-deep/method", "tsn", f'params.yaml: maps.tsne-deep.method is "tsn"; allowed: {METHODS}. Did you mean tsne?'),
    ("maps/tsne-deep/method", None, f"params.yaml: maps.tsne-deep.method is missing; allowed: {METHODS}."),
    ("maps/a;rm", {"space": "raw", "method": "pca"}, "params.yaml: maps.a;rm is not a usable name; use letters, digits, _ and - only."),
    ("encoders/..", {"kind": "pca", "code_size": 2}, "params.yaml: encoders... is not a usable name; use letters, digits, _ and - only."),
    ("encoders/raw", {"kind": "pca", "code_size": 2}, "params.yaml: encoders.raw: raw names the data as they are; choose another name."),
    ("encoders/deep/kind", "autoencodr", 'params.yaml: encoders.deep.kind is "autoencodr"; allowed: autoencoder, pca. Did you mean autoencoder?'),
    ("encoders/deep/objective", "sparce", 'params.yaml: encoders.deep.objective is "sparce"; allowed: plain, sparse, denoising, variational. Did you mean sparse?'),
    ("encoders/deep/objective", "sparse", "params.yaml: encoders.deep.sparsity is missing; objective: sparse needs it."),
    ("encoders/deep/hidden", [256, -1], "params.yaml: encoders.deep.hidden.1 is -1; it should be greater than 0."),
    ("seeds", 0, "params.yaml: seeds is 0; it should be greater than or equal to 1."),
    ("sedes", 5, "params.yaml: sedes is not an option; allowed: seed, seeds, cluster, data, neighbors, encoders, maps, redraw, structureless, advise, evaluate, place, report. Did you mean seeds?"),
    ("neighbors", None, "params.yaml: neighbors is missing; the file needs it."),
    ("neighbors/k", 1.5, "params.yaml: neighbors.k is 1.5; it should be a valid integer, got a number with a fractional part."),
    ("evaluate/k", 91, "params.yaml: evaluate.k is 91, which needs 91 neighbors; neighbors.k is 90. Raise neighbors.k to 91, or use an evaluate.k of at most 90."),
    ("evaluate/kk", 3, "params.yaml: evaluate.kk is not an option; allowed: k, more_k, exact_up_to, equivalent_within. Did you mean k?"),
    ("redraw/subsamples", 3, "params.yaml: redraw.subsamples is 3; it should be greater than or equal to 10."),
    ("redraw/share", 1, "params.yaml: redraw.share is 1; it should be less than 1."),
    ("structureless/tsne-row", {"kind": "gaussian", "draws": 2}, "params.yaml: structureless.tsne-row: no such map; allowed: pca, tsne-raw, tsne-pca, tsne-deep, umap-deep. Did you mean tsne-raw?"),
    ("structureless/tsne-raw/kind", "gausian", 'params.yaml: structureless.tsne-raw.kind is "gausian"; allowed: gaussian, shuffled. Did you mean gaussian?'),
    ("maps", {}, "params.yaml: maps is {}; it should have at least 1 item after validation, not 0."),
    ("data/test_fraction", 1.5, "params.yaml: data.test_fraction is 1.5; it should be less than 1."),
    ("data/path", "data/digit", "params.yaml: data.path is \"data/digit\"; no such file or folder."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "line"), CASES)
def test_a_wrong_parameter_is_one_line(given, path, value, line):
    given(path, value)
    with pytest.raises(InputError) as refused:
        check.validate(config.load())
    assert str(refused.value) == line


def test_each_wrong_thing_has_its_line(given):
    given("encoders/deep", {"kind": "autoencoder", "epoch": 3})
    with pytest.raises(InputError) as refused:
        check.validate(config.load())
    lines = str(refused.value).splitlines()
    assert "params.yaml: encoders.deep.epochs is missing; deep needs it." in lines
    assert all(line.startswith("params.yaml: encoders.deep.") for line in lines)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seed: 0\nseed: 1\n", 'params.yaml, line 2: found duplicate key "seed" with value "1" (original value: "0"). Mend the YAML there.'),
        ("seed: [0\n", "params.yaml, line 2: expected ',' or ']', but got '<stream end>'. Mend the YAML there."),
        ("", "params.yaml: holds no sections; it needs seed, seeds, cluster, data, neighbors, encoders, maps, redraw, structureless, advise, evaluate, place, report."),
    ],
)  # fmt: skip
def test_wrong_yaml_is_one_line(tmp_path, monkeypatch, text, line):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(text)
    with pytest.raises(InputError) as refused:
        config.load()
    assert str(refused.value) == line


def test_the_shipped_parameters_are_valid(monkeypatch):
    monkeypatch.chdir(ROOT)
    given = config.load()
    check.validate(given)
    assert config.parse(prepare.Options, given.data, "data").path == "data/digits"
    assert {methods.read(name, given)[1].space for name in given.maps} == {"raw", "pca", "deep"}
    assert config.plugin(encoders, "kind", given.encoders["pca"])[1].code_size == 10


def test_dvc_changes_no_more_of_the_shipped_parameters_than_it_is_told(tmp_path):
    """What `dvc exp run -S` does to the file: values as they are leave each byte, another one its own line."""
    path, before = tmp_path / "params.yaml", (ROOT / "params.yaml").read_text(encoding="utf-8")
    path.write_text(before, encoding="utf-8")
    apply_overrides(path, ["seeds=5"])
    assert path.read_text(encoding="utf-8") == before
    apply_overrides(path, ["data.rows=1000", "encoders.deep.epochs=7", "advise.deep.sizes=[5,10]"])
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [line.partition("#")[0].strip() for line in after if line not in before.splitlines()]
    assert changed == ["rows: 1000", "epochs: 7", "deep: {sizes: [5, 10], trainings: 3, steps: 1000}"]
    assert len(after) == len(before.splitlines())


def test_starts_are_distinct_and_follow_the_seed(given):
    given("seed", 1)
    one = methods.seeds(config.load())
    given("seed", 2)
    assert len(set(one)) == 5
    assert not set(one) & set(methods.seeds(config.load()))


def test_a_neighborhood_of_half_the_rows_is_one_line(given):
    given("evaluate/more_k", [5, 50])
    config.check_sizes(config.load(), 101)
    with pytest.raises(
        InputError, match=r"evaluate\.more_k asks for 50 neighbors, but the data have 100 rows.* up to 49"
    ):
        config.check_sizes(config.load(), 100)


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
        given = config.parse(config.Params, whole)
        check.validate(given)
