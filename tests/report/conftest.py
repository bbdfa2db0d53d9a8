"""Results made up for the report: right in shape, chosen in value."""

import os
import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeline.config import Params
from pipeline.evaluation import code_comparisons
from pipeline.metrics.lost_neighbors import FALSE, TRUE
from pipeline.report import page
from pipeline.report.results import Results
from pipeline.types import Dataset

MAPS = {
    "pca": {"space": "raw", "method": "pca"},
    "tsne-raw": {"space": "raw", "method": "tsne", "perplexity": 30},
    "tsne-pca": {"space": "pca", "method": "tsne", "perplexity": 30},
    "tsne-deep": {"space": "deep", "method": "tsne", "perplexity": 30},
    "umap-deep": {"space": "deep", "method": "umap", "n_neighbors": 15},
}
ENCODERS = {"pca": {"kind": "pca", "code_size": 3}, "deep": {"kind": "autoencoder", "code_size": 3}}
RECALL = {"pca": 0.15, "tsne-raw": 0.6, "tsne-pca": 0.597, "tsne-deep": 0.59, "umap-deep": 0.45}
COMPARED = [  # map, against, relation, difference, half width, verdict
    ("tsne-raw", "pca", "plane", 0.45, 0.005, "better"),
    ("tsne-pca", "tsne-raw", "raw", -0.003, 0.004, "equivalent"),
    ("tsne-deep", "tsne-raw", "raw", -0.01, 0.02, "undecided"),
    ("tsne-deep", "tsne-pca", "pca", -0.05, 0.02, "worse"),
    ("tsne-raw", "pca", "best", 0.45, 0.005, "better"),
    ("tsne-raw", "tsne-pca", "best", 0.003, 0.004, "equivalent"),
    ("tsne-raw", "tsne-deep", "best", 0.01, 0.02, "undecided"),
    ("tsne-raw", "umap-deep", "best", 0.15, 0.004, "better"),
]


def network(size, code, rng):
    """Both ways as dense layers, with small weights."""

    def layers(*widths):
        return [
            (
                rng.normal(size=(width, following)) / width,
                rng.normal(size=following) / 10,
                "gelu" if following == 5 else "linear",
            )
            for width, following in pairwise(widths)
        ]

    return {"encoder": layers(size, 5, code), "decoder": layers(code, 5, size)}


def make(n=200, labels=("zero", "one", "two"), kind="image", maps=None, encoders=None, compared=COMPARED, seeds=5):
    rng = np.random.default_rng(0)
    maps, encoders = (MAPS if maps is None else maps), (ENCODERS if encoders is None else encoders)
    shape = {"image": (4, 4), "vector": (6,), "sequence": (7, 4)}[kind]
    rows = rng.random((n, *shape), dtype=np.float32)
    if kind == "sequence":
        rows[np.arange(7) >= rng.integers(1, 8, size=(n, 1))] = np.nan
    table = pd.DataFrame({"id": np.arange(n)})
    if labels:
        table["label"] = np.array(labels, dtype=object)[np.arange(n) % len(labels)]
    table["split"] = np.resize(["train", "train", "train", "validation", "test"], n)
    m = int((table["split"] == "test").sum())
    info = {
        "title": "Made up", "unit_interval": True, "kind": kind, "shape": list(shape), "scaling": {"rule": "none"},
        "labels": list(labels), "feature_names": None, "reading": {"card": {}, "levels": {}}, "origin": "a test", "source_rows": n, "notes": [],
    }  # fmt: skip
    given = {
        "seed": 0, "seeds": seeds, "cluster": None, "data": {"path": "data/made-up"}, "neighbors": {"k": 20, "exact_up_to": 200000},
        "encoders": encoders, "maps": maps,
        "subsampling": {"max_rows": 1000, "subsamples": 10, "share": 0.5},
        "null_maps": {name: {"kind": "gaussian", "draws": 2} for name in list(maps)[-1:]},
        "code_size_sweep": {name: {"steps": 500} for name, options in encoders.items() if options["kind"] != "pca"}, "evaluate": {"k": 10, "more_k": [5], "exact_up_to": 20000, "equivalent_within": 0.01},
        "place": {"level": 0.01, "others": False},
        "report": {"columns": "all", "inputs": True, "points": 100000, "max_megabytes": 10},
    }  # fmt: skip
    measured = summary(maps, encoders, bool(labels), np.inf if seeds == 1 else 0.003)
    return Results(
        params=Params.model_validate(given),
        params_text="seed: 0\n",
        dataset=Dataset(rows, table, info),
        maps={name: rng.normal(size=(n, 2)) for name in maps},
        summary=measured,
        points=pd.DataFrame(
            {
                "map": np.repeat(list(maps), n),
                "row": np.tile(np.arange(n), len(maps)),
                "recall_10": rng.integers(0, 11, n * len(maps)) / 10,
                "trustworthiness_10": rng.random(n * len(maps)),
                "stability_10": rng.random(n * len(maps)),
                "kept": 6,
                "lost_in_the_code": 1,
                "lost_on_the_map": 2,
                "back_on_the_map": 1,
                "cluster": rng.integers(-1, 3, n * len(maps)),
            }
        ),
        curves=curves(maps, n),
        shepard=pd.DataFrame(
            {
                "name": np.repeat(list(maps), 50),
                "data_distance": rng.random(50 * len(maps)),
                "map_distance": 1.0,
                "pairs": 100_000,
            }
        ),
        lost_neighbors=losses(maps, labels, n),
        clusters=pd.DataFrame(
            [
                (name, cluster, 50 - cluster, 2.0, 0.25 * cluster, 0.5 * cluster)
                for name in maps
                for cluster in range(3)
            ],
            columns=["map", "cluster", "rows", "separateness", "share_of_seeds", "share_of_null_maps"],
        ),
        null_maps={name: rng.normal(size=(2, n, 2)) for name in list(maps)[-1:]},
        comparisons=comparisons(compared, alone=seeds == 1),
        comparisons_subsampled=comparisons_subsampled(compared),
        code_comparisons=code_comparisons.compare(encoders, measured, {}, 10, 0.01),
        reconstruction=reconstruction(encoders, m),
        scree=pd.DataFrame({"component": np.arange(1, 6), "share": 0.2, "cumulative": np.arange(1, 6) / 5}),
        neighbors=(np.arange(n)[:, None] + rng.integers(1, n, (n, 20))).astype(np.int32) % n,
        neighbor_recall={},
        intrinsic_dimension=pd.DataFrame(
            {
                "method": ["TwoNN", "maximum likelihood"],
                "neighbors": [2, 10],
                "dimension": [8.1, 9.3],
                "low": [7.7, 8.9],
                "high": [8.5, 9.7],
            }
        ),
        code_size_sweep={name: advice() for name, options in encoders.items() if options["kind"] != "pca"},
        histories={
            name: pd.DataFrame({"epoch": [1, 2, 3, 4], "loss": [4.0, 2, 1, 0.5], "validation_loss": [4.0, 2, 1.5, 1.6]})
            for name, options in encoders.items()
            if options["kind"] != "pca"
        },
        robustness=robustness(encoders),
        rate_distortion=rate_distortion(encoders),
        codes={
            name: {
                "points": rng.random((n, options["code_size"]), dtype=np.float32),
                "error": rng.random(n),
                "previews": rng.integers(0, 255, (n, *shape)).astype(np.uint8),
                "reconstructions": rng.random((m, *shape)).astype(np.float32),
                **diagnostics(options, rows[:6], rng),
            }
            for name, options in encoders.items()
        },
        encoder_layers={
            name: network(int(np.prod(shape)), options["code_size"], rng) for name, options in encoders.items()
        },
        map_layers={
            name: {"transform": [(rng.normal(size=(int(np.prod(shape)), 2)), rng.normal(size=2), "linear")]}
            if name == "pca"
            else None
            for name in maps
        },
        remaining={name: (np.empty((0, 2)), np.empty(0), pd.DataFrame()) for name in maps},
        registration={name: ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]) for name in maps},
        timings={
            "prepare": {
                "seconds": 123.4,
                "peak_bytes": 2**28,
                "python": "3.11.7",
                "versions": {"numpy": "2.4"},
            }
        },
        revision="a1b2c3",
        uncommitted_changes=False,
    )


def summary(maps, encoders, labeled, half):
    lines = []
    for name, options in maps.items():
        value = RECALL.get(name, 0.5)
        for against in dict.fromkeys(["raw", options["space"]]):
            of_size = ("recall", "trustworthiness", "continuity", "mrre_false", "mrre_missing")
            lines += [("maps", name, against, measure, k, value) for k in (10, 5) for measure in of_size]
            lines += [
                ("maps", name, against, "r_nx_auc", 0, value),
                ("maps", name, against, "distance_correlation", 0, 0.5),
            ]
            lines += [
                ("maps", name, against, "density_correlation", 10, 0.6),
                ("maps", name, against, "stability", 10, 0.8),
            ]
    lines += [
        ("codes", name, "raw", measure, k, 0.7)
        for name in encoders
        for measure, k in (("recall", 10), ("recall", 5), ("r_nx_auc", 0))
    ]
    if labeled:
        lines += [("maps", name, "raw", "label_accuracy", 5, 0.99) for name in maps]
        lines += [("maps", name, "raw", "centroid_correlation", 0, 0.7) for name in maps]
        lines += [("raw", "raw", "raw", "label_accuracy", 5, 0.98)]
        lines += [("codes", name, "raw", "label_accuracy", 5, 0.97) for name in encoders]
    table = pd.DataFrame(lines, columns=["view", "name", "against", "measure", "k", "value"])
    half = np.where(table["view"] == "maps", half, 0)
    return table.assign(low=table["value"] - half, high=table["value"] + half, covers="other starts", n=5)


def curves(maps, n):
    k = np.unique(np.geomspace(1, n - 2, 20).astype(int))
    parts = [pd.DataFrame({"name": name, "k": k, "r_nx": 1 / np.sqrt(k), "rows": n}) for name in maps]
    return pd.concat(parts, ignore_index=True).assign(view="maps", against="raw", seed=0)


def losses(maps, labels, n):
    lines = [
        (name, false, part, label, n, share)
        for name in maps
        for label in (None, *labels)
        for false, parts in ((False, TRUE), (True, FALSE))
        for part, share in zip(parts, (0.5, 0.3, 0.15, 0.05), strict=True)
    ]
    return pd.DataFrame(lines, columns=["map", "false", "part", "label", "rows", "share"])


def comparisons_subsampled(compared):
    table = comparisons(compared, alone=False)
    return table[table["measure"] == "r_nx_auc"].assign(verdict="undecided", covers="other rows")


def comparisons(compared, alone):
    columns = ["map", "against", "relation", "difference", "half", "verdict"]
    table = pd.DataFrame(list(compared), columns=columns)
    table = pd.concat([table.assign(measure=measure) for measure in ("r_nx_auc", "recall")], ignore_index=True)
    table = table.assign(value=0.5, against_value=0.55)
    if alone:  # one start says nothing of another
        table = table.assign(half=np.inf, verdict="undecided")
    low, high = table["difference"] - table["half"], table["difference"] + table["half"]
    return table.assign(low=low, high=high, margin=0.01, covers="other starts")


def reconstruction(encoders, rows):
    lines = [
        {
            "encoder": name, "code_size": options["code_size"], "rows": rows, "error": 0.6,
            "low": 0.55, "high": 0.65, "pca_error": 1.2,
            "difference": -0.6, "difference_low": -0.66, "difference_high": -0.54, "verdict": "better",
            "trainings": 1, "trainings_mean": 0.6, "trainings_low": -np.inf, "trainings_high": np.inf,
        }
        for name, options in encoders.items()
    ]  # fmt: skip
    return pd.DataFrame(lines)


def advice():
    errors = pd.DataFrame(
        [(size, training, 1 / size + 0.01 * training, 2 / size) for size in (3, 6, 12) for training in (1, 2)],
        columns=["size", "training", "error", "pca_error"],
    )
    gains = pd.DataFrame({"size": [3, 6], "gain": [0.17, 0.08], "low": [0.16, 0.07], "high": [0.18, 0.09],
                          "covers": "trainings", "n": 2, "pca_gain": [0.33, 0.17]})  # fmt: skip
    return {"errors": errors, "gains": gains}


def robustness(encoders):
    lines = [(name, trial, error) for name in encoders
             for trial, error in (("test", 0.6), ("rounded", 0.61), ("shuffled", 3), ("inverted", 4), ("noise", 2))]  # fmt: skip
    table = pd.DataFrame(lines, columns=["encoder", "trial", "error"])
    return table.assign(rows=40, low=table["error"] - 0.05, high=table["error"] + 0.05, spread=3.0)


def rate_distortion(encoders):
    lines = [(name, options["code_size"], 0.61) for name, options in encoders.items()]
    lines += [("every pca", size, 2 / size) for size in range(1, 17)] + [
        ("jpeg", size, 9 / size) for size in (8, 12, 20)
    ]
    table = pd.DataFrame(lines, columns=["source", "bytes", "error"])
    return table.assign(setting=table["bytes"], low=table["error"], high=table["error"])


def diagnostics(options, examples, rng):
    """Arrays of the right shapes for each kind's picture."""
    found = {}
    if options.get("objective") == "denoising":
        levels = {"noise_levels": [0.25, 0.5], "psnr_noisy": [12.0, 7], "psnr_cleaned": [20.0, 15]}
        found |= {name: np.array(values) for name, values in levels.items()}
        found |= {name: examples for name in ("clean", "noisy", "cleaned")}
    if options.get("objective") == "variational":
        found |= {"divergence": np.array([2.5, 0.001, 1.5]), "grid_axes": np.array([0, 2]),
                  "grid": rng.random((5, 5, *examples.shape[1:]))}  # fmt: skip
    if options.get("architecture") == "convolutional":
        found |= {"mapped": examples, "code_maps": rng.random((6, 2, 2, 8))}
    return found


@pytest.fixture(scope="session")
def made():
    return make


@pytest.fixture(scope="session")
def hostile():
    """Results whose texts are markup in HTML, Markdown, TeX or SVG, and their page and its pictures."""
    labels = ("<script>alert(1)</script>", "$x$", "a & b | c", '"><img src=x>', "가나다", "$\\frac{")
    found = make(labels=labels)
    evil = '</script><script>alert(2)</script><b>"&'
    found.dataset.info.update(title="<b>a|b</b>", origin=evil, notes=[evil])
    found.dataset.table[f"column {evil}"] = f"cell {evil}"
    found.timings["prepare"]["versions"][f"library {evil}"] = evil
    found = replace(found, params_text=evil, revision=evil)
    return found, *page.make(found)


@pytest.fixture(scope="session")
def chromium():
    """Where it is; without it tests are skipped, but not where all must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and "CI" not in os.environ:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(run, tmp_path_factory):
    """Of the report of the module's own `run`, on disk."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page.make(run)[0], encoding="utf-8")
    return path.as_uri()
