"""A list in params.yaml stands for several maps."""

import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline import config, methods
from pipeline.commands import check
from pipeline.report import formatting, neighborhood_sizes
from pipeline.runtime.errors import InputError


def given(root, **maps) -> config.Params:
    whole = YAML(typ="safe").load(root / "params.yaml")
    return config.Params.model_validate(whole | {"maps": whole["maps"] | maps})


def test_a_list_draws_a_map_for_each(root):
    found = methods.expanded(
        given(root, **{
            "tsne-raw": {"space": "raw", "method": "tsne", "perplexity": [5, 30]},
            "umap": {"space": "raw", "method": "umap", "n_neighbors": [5, 15], "min_dist": [0, 0.5]},
            "wide": {"space": "raw", "method": "parametric_tsne", "perplexity": 30, "hidden": [64, 64]},
        })
    )  # fmt: skip
    assert [name for name in found.maps if config.entry(name) == "tsne-raw"] == ["tsne-raw.5", "tsne-raw.30"]
    assert found.maps["umap.15-0.5"] == {"space": "raw", "method": "umap", "n_neighbors": 15, "min_dist": 0.5}
    assert "wide" in found.maps  # whose list is one value
    assert methods.tuned(found)["umap"] == ["umap.5-0", "umap.5-0.5", "umap.15-0", "umap.15-0.5"]
    titles = formatting.titles(found, "image")
    assert titles["tsne-raw.5"] == "t-SNE of raw pixels, perplexity 5"
    assert titles["umap.5-0.5"] == "UMAP of raw pixels, n_neighbors 5, min_dist 0.5"


def test_what_is_wrong_in_a_list_is_said_of_its_entry(root, monkeypatch):
    monkeypatch.chdir(root)
    wrong = given(root, **{"tsne-pca": {"space": "pca", "method": "tsne", "perplexity": [5, 50]}})
    with pytest.raises(InputError, match=r"^params.yaml: maps.tsne-pca.perplexity is 50, which needs 150 neighbors"):
        check.validate(wrong)
    several = given(root, **{"tsne-raw": {"space": "raw", "method": "tsne", "perplexity": [5, 30]}})
    with pytest.raises(InputError, match=r"structureless.tsne-raw: tsne-raw stands for several maps"):
        check.validate(several)


def test_the_choice_says_which_is_truest_where():
    curves = pd.DataFrame(
        [(name, k, value) for name, line in {"a": [3, 3, 1, 1], "b": [1, 1, 2, 2]}.items()
         for k, value in zip([1, 5, 20, 40], line, strict=True)], columns=["name", "k", "r_nx"],
    )  # fmt: skip
    said = neighborhood_sizes.choice(curves, {"a": "5", "b": "30"}, "a")
    assert said.startswith(
        "Over all sizes, small ones counting most, 5 keeps most. Truest are 5 up to k = 5, 30 beyond:"
    )
    assert "at every size shown" in neighborhood_sizes.choice(curves[curves["name"] == "a"], {"a": "5"}, "a")


def test_lines_that_cross_by_little_are_not_told_apart():
    wobbling = pd.DataFrame(
        [(name, k, 0.5 + shift * (k % 2)) for name, shift in (("a", 0.004), ("b", -0.004)) for k in range(1, 20)],
        columns=["name", "k", "r_nx"],
    )  # fmt: skip
    assert neighborhood_sizes.choice(wobbling, {"a": "5", "b": "30"}, "b").startswith("30 keeps neighborhoods best at every size")
