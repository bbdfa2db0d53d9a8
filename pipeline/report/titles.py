"""What maps, spaces, methods and rows are called."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline import methods
from pipeline.config import Params, entry

METHODS = {  # others go by their name in params.yaml
    "pca": "PCA",
    "tsne": "t-SNE",
    "umap": "UMAP",
    "parametric_tsne": "parametric t-SNE",
    "parametric_umap": "parametric UMAP",
    "sklearn_tsne": "t-SNE (scikit-learn)",
    "code": "plane",
}
RAW = {"image": "raw pixels", "vector": "raw columns", "sequence": "raw series"}


def method(options: dict[str, Any]) -> str:
    return METHODS.get(options["method"], options["method"])


def space(name: str, params: Params, kind: str) -> str:
    """ "raw pixels", "10 principal components", "deep codes"."""
    if name == "raw":
        return RAW.get(kind, "raw data")
    options = params.encoders[name]
    return f"{options['code_size']} principal components" if options["kind"] == "pca" else f"{name} codes"


def sample(kind: str) -> str:
    return {"image": "image", "sequence": "series"}.get(kind, "row")


def column(kind: str) -> str:
    return "channel" if kind == "sequence" else "column"


def titles(params: Params, kind: str) -> dict[str, str]:
    """map -> "t-SNE of raw pixels", "t-SNE of raw pixels, perplexity 5" of one of several; maps that would share a title
    add their names."""
    plain = {
        name: ", ".join([f"{method(options)} of {space(options['space'], params, kind)}", *_values(name, params)])
        for name, options in params.maps.items()
    }
    shared = {title for title, count in Counter(plain.values()).items() if count > 1}
    return {name: f"{title} ({name})" if title in shared else title for name, title in plain.items()}


def _values(name: str, params: Params) -> list[str]:
    """ "perplexity 5": what tells a map from the others of its entry."""
    others = [params.maps[other] for other in methods.sweeps(params).get(entry(name), [])]
    own = params.maps[name]
    return [f"{key} {value}" for key, value in own.items() if any(other[key] != value for other in others)]
