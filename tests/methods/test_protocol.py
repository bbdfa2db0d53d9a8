"""What every method declares, and lists in params.yaml, which stand for several maps."""

import importlib
import pkgutil

import pytest
from ruamel.yaml import YAML

from pipeline import config, methods
from pipeline.commands import check
from pipeline.report import titles
from pipeline.runtime.errors import InputError

MODULES = [
    importlib.import_module(f"pipeline.methods.{module.name}") for module in pkgutil.iter_modules(methods.__path__)
]
NETWORK = {"hidden": [16], "epochs": 1, "batch_size": 64, "learning_rate": 0.001}


@pytest.fixture
def params(root):
    """A function: the shipped parameters, with further maps."""
    shipped = YAML(typ="safe").load(root / "params.yaml")
    return lambda **maps: config.Params.model_validate(shipped | {"maps": shipped["maps"] | maps})


@pytest.mark.parametrize("method", MODULES, ids=lambda method: method.__name__.rpartition(".")[2])
def test_a_method_follows_the_protocol(method):
    assert issubclass(method.Options, methods.MethodOptions) and callable(method.embed)
    takes_new_points = method.Options.cannot_transform is methods.MethodOptions.cannot_transform
    assert hasattr(method, "transform") or not takes_new_points, "say in cannot_transform why there is no transform"
    for key, field in method.Options.model_fields.items():
        one_value = key in ("method", "space") or "tuple" in str(field.annotation)
        assert (config.SWEEPABLE in field.metadata) != one_value, key


@pytest.mark.parametrize(
    ("options", "needed", "key", "most"),
    [
        ({"method": "pca"}, 1, None, None),
        ({"method": "tsne", "perplexity": 30.5}, 91, "perplexity", 30),
        ({"method": "tsne", "perplexities": [40, 5]}, 120, "perplexities", 30),
        ({"method": "sklearn_tsne", "perplexity": 31}, 93, "perplexity", 30),
        ({"method": "parametric_tsne", "perplexity": 31} | NETWORK, 93, "perplexity", 30),
        ({"method": "umap", "n_neighbors": 92, "min_dist": 0.1}, 91, "n_neighbors", 91),
        ({"method": "parametric_umap", "n_neighbors": 100, "min_dist": 0} | NETWORK, 99, "n_neighbors", 91),
        ({"method": "pacmap", "n_neighbors": 91}, 91, "n_neighbors", 90),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else "",
)
def test_too_few_neighbors_are_refused_with_the_option_that_needs_them(params, options, needed, key, most):
    """neighbors.k is 90."""
    given = params(mine={"space": "raw"} | options)
    if key is None:
        assert methods.read("mine", given)[1].neighbors_needed == needed
        return
    with pytest.raises(
        InputError, match=rf"maps\.mine\.{key} is .* needs {needed} neighbors; .* {key} of at most {most}\."
    ):
        methods.read("mine", given)
    enough = {key: most} if key != "perplexities" else {key: [5, most]}
    assert methods.read("mine", params(mine={"space": "raw"} | options | enough))[1].neighbors_needed <= 90


def test_a_list_draws_a_map_for_each_value(params):
    maps = {
        "tsne-raw": {"space": "raw", "method": "tsne", "perplexity": [5, 30]},
        "umap": {"space": "raw", "method": "umap", "n_neighbors": [5, 15], "min_dist": [0, 0.5]},
        "wide": {"space": "raw", "method": "parametric_tsne", "perplexity": 30, "hidden": [64, 64]},
    }
    given = params(**maps)
    expanded = methods.expand(given)
    assert [*methods.expand(given, "tsne-raw").maps] == ["tsne-raw.5", "tsne-raw.30"]
    assert expanded.maps["umap.15-0.5"] == {"space": "raw", "method": "umap", "n_neighbors": 15, "min_dist": 0.5}
    assert "wide" in expanded.maps  # whose list is one value
    assert methods.sweeps(expanded) == {
        "tsne-raw": ["tsne-raw.5", "tsne-raw.30"],
        "umap": ["umap.5-0", "umap.5-0.5", "umap.15-0", "umap.15-0.5"],
    }
    assert "perplexity 5" in titles.titles(expanded, "image")["tsne-raw.5"]
    assert "n_neighbors 5, min_dist 0.5" in titles.titles(expanded, "image")["umap.5-0.5"]


def test_what_is_wrong_in_a_list_is_reported_of_its_entry(params, root, monkeypatch):
    monkeypatch.chdir(root)
    tsne = {"space": "raw", "method": "tsne"}
    with pytest.raises(InputError, match=r"^params.yaml: maps.tsne-pca.perplexity is 50, which needs 150 neighbors"):
        check.validate(params(**{"tsne-pca": {"space": "pca", "method": "tsne", "perplexity": [5, 50]}}))
    with pytest.raises(InputError, match=r"null_maps.tsne-raw: tsne-raw stands for several maps"):
        check.validate(params(**{"tsne-raw": tsne | {"perplexity": [5, 30]}}))
    for values in ([], [5, 5]):
        with pytest.raises(InputError, match=r"maps.twice.perplexity is .*each value once"):
            methods.expand(params(twice=tsne | {"perplexity": values}))


def test_the_seeds_of_a_map_are_distinct_and_follow_the_seed(params):
    seeds = [methods.seeds(params().model_copy(update={"seed": seed})) for seed in (1, 2)]
    assert len({*seeds[0], *seeds[1]}) == 10
