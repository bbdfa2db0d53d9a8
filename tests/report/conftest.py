"""Made-up results for the report: right in shape, chosen in value; their pages; and a browser."""

import os
import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pipeline.config import Params
from pipeline.evaluation import (
    caveats,
    code_comparisons,
    code_units,
    neighborhood_sizes,
    rate_distortion,
    reconstruction,
)
from pipeline.metrics.lost_neighbors import FALSE, TRUE
from pipeline.report import page, rendering
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
    learned = [name for name, options in encoders.items() if options["kind"] != "pca"]
    params = {
        "seed": 0, "seeds": seeds, "cluster": None,
        "data": {"path": "data/made-up", "label": None, "rows": None, "test_fraction": 0.2, "validation_fraction": 0.1,
                 "metric": "euclidean", "scaling": "auto", "missing": "refuse"},
        "neighbors": {"k": 20, "exact_up_to": 200000}, "encoders": encoders, "maps": maps,
        "subsampling": {"max_rows": 1000, "subsamples": 10, "share": 0.5},
        "null_maps": {name: {"kind": "gaussian", "draws": 2} for name in list(maps)[-1:]},
        "code_size_sweep": {name: {"sizes": [3, 6, 12], "trainings": 2, "steps": 500} for name in learned},
        "evaluate": {"k": 10, "more_k": [5], "exact_up_to": 20000, "equivalent_within": 0.01},
        "transform": {"alpha": 0.01, "remaining": []},
        "report": {"columns": "all", "inputs": True, "points": 100000, "max_megabytes": 10},
    }  # fmt: skip
    points = {
        "map": np.repeat(list(maps), n), "row": np.tile(np.arange(n), len(maps)),
        "recall_10": rng.integers(0, 11, n * len(maps)) / 10, "trustworthiness_10": rng.random(n * len(maps)),
        "stability_10": rng.random(n * len(maps)), "kept": 6, "lost_in_the_code": 1, "lost_on_the_map": 2,
        "back_on_the_map": 1, "cluster": rng.integers(-1, 3, n * len(maps)),
    }  # fmt: skip
    shepard = {
        "name": np.repeat(list(maps), 50), "data_distance": rng.random(50 * len(maps)), "map_distance": 1.0, "pairs": 100_000,
    }  # fmt: skip
    dimension = {"method": ["TwoNN", "maximum likelihood"], "neighbors": [2, 10], "dimension": [8.1, 9.3],
                 "low": [7.7, 8.9], "high": [8.5, 9.7]}  # fmt: skip
    history = {"epoch": [1, 2, 3, 4], "loss": [4.0, 2, 1, 0.5], "validation_loss": [4.0, 2, 1.5, 1.6]}
    measured, size = summary(maps, encoders, bool(labels), np.inf if seeds == 1 else 0.003), int(np.prod(shape))
    of_encoders, of_trials = reconstruction.shares_of_variance(reconstruction_errors(encoders, m), robustness(encoders))
    return remeasured(Results(
        params=Params.model_validate(params),
        params_text="seed: 0\n",
        dataset=Dataset(rows, table, info),
        maps={name: rng.normal(size=(n, 2)) for name in maps},
        summary=measured,
        points=pd.DataFrame(points),
        shepard=pd.DataFrame(shepard),
        lost_neighbors=lost_neighbors(maps, labels, n),
        clusters=pd.DataFrame(
            [(name, cluster, 50 - cluster, 2.0, 0.25 * cluster, 0.5 * cluster) for name in maps for cluster in range(3)],
            columns=["map", "cluster", "rows", "separateness", "share_of_seeds", "share_of_null_maps"],
        ),
        comparisons=comparisons(compared, alone=seeds == 1),
        comparisons_subsampled=comparisons_subsampled(compared),
        code_comparisons=code_comparisons.compare(encoders, measured, {}, 10, 0.01),
        reconstruction=of_encoders,
        scree=pd.DataFrame({"component": np.arange(1, 6), "share": 0.2, "cumulative": np.arange(1, 6) / 5}),
        robustness=of_trials,
        rate_distortion=rates(encoders),
        mean_r_nx=mean_r_nx(maps, n),
        **dict.fromkeys(REMEASURED),
        null_maps={name: rng.normal(size=(2, n, 2)) for name in list(maps)[-1:]},
        neighbors=(np.arange(n)[:, None] + rng.integers(1, n, (n, 20))).astype(np.int32) % n,
        neighbor_recall={},
        intrinsic_dimension=pd.DataFrame(dimension),
        code_size_sweep={name: code_size_sweep() for name in learned},
        histories={name: pd.DataFrame(history) for name in learned},
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
        encoder_layers={name: network(size, options["code_size"], rng) for name, options in encoders.items()},
        map_layers={
            name: {"transform": [(rng.normal(size=(size, 2)), rng.normal(size=2), "linear")]} if name == "pca" else None
            for name in maps
        },
        remaining={},
        registration={name: ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]) for name in maps},
        timings={"prepare": {"seconds": 123.4, "peak_bytes": 2**28, "python": "3.11.7", "versions": {"numpy": "2.4"}}},
        revision="a1b2c3",
        uncommitted_changes=False,
    ))  # fmt: skip


REMEASURED = (
    "bytes_needed", "leaders", "class_purity", "uneven_loss", "category_neighbors", "cluster_classes", "class_clusters",
    "most_faithful", "code_units", "unexplained",
)  # fmt: skip


def remeasured(results):
    """The same with the tables that the evaluation makes of its others."""
    table, labels = results.dataset.table, results.labels if len(results.dataset.info["labels"]) > 1 else None
    of_clusters, of_classes = caveats.cluster_classes(
        {name: results.by_point(name, "cluster") for name in results.maps}, labels
    )
    sparse = [name for name, options in results.params.encoders.items() if options.get("objective") == "sparse"]
    return replace(
        results,
        bytes_needed=rate_distortion.bytes_needed(results.rate_distortion, [*results.codes]),
        leaders=caveats.leaders(results.summary),
        class_purity=caveats.class_purity(results.summary, results.params.evaluate.equivalent_within),
        uneven_loss=caveats.uneven_loss({name: results.share_lost(name) for name in results.maps}),
        category_neighbors=caveats.category_neighbors(
            table, [*results.dataset.info["reading"]["levels"]], results.neighbors[:, :10]
        ),
        cluster_classes=of_clusters,
        class_clusters=of_classes,
        most_faithful=neighborhood_sizes.table(
            results.mean_r_nx, {"": [*results.maps]}, {name: RECALL.get(name, 0.5) for name in results.maps}
        ),
        code_units=code_units.table(
            {name: results.codes[name]["points"][results.is_test] for name in sparse},
            {name: arrays["divergence"] for name, arrays in results.codes.items() if "divergence" in arrays},
        ),
        unexplained=reconstruction.unexplained(results.dataset, results.reconstructions),
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
    return table.assign(low=table["value"] - half, high=table["value"] + half, covers="other seeds", n=5)


def mean_r_nx(maps, n):
    k = np.unique(np.geomspace(1, n - 2, 20).astype(int))
    return pd.concat(
        [pd.DataFrame({"name": name, "k": k, "r_nx": 1 / np.sqrt(k), "rows": n}) for name in maps], ignore_index=True
    )


def lost_neighbors(maps, labels, n):
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
    return table[table["measure"] == "r_nx_auc"].assign(verdict="undecided", covers="other rows", counts="")


def comparisons(compared, alone):
    columns = ["map", "against", "relation", "difference", "half", "verdict"]
    table = pd.DataFrame(list(compared), columns=columns)
    table = pd.concat([table.assign(measure=measure) for measure in ("r_nx_auc", "recall")], ignore_index=True)
    table = table.assign(value=0.5, against_value=0.55)
    if alone:  # one seed says nothing of another
        table = table.assign(half=np.inf, verdict="undecided")
    low, high = table["difference"] - table["half"], table["difference"] + table["half"]
    return table.assign(low=low, high=high, margin=0.01, covers="other seeds", counts="5 and 5 seeds")


def reconstruction_errors(encoders, rows):
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


def code_size_sweep():
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


def rates(encoders):
    lines = [(name, options["code_size"], 0.61) for name, options in encoders.items()]
    lines += [("every pca", size, 2 / size) for size in range(1, 17)] + [
        ("jpeg", size, 9 / size) for size in (8, 12, 20)
    ]
    table = pd.DataFrame(lines, columns=["source", "bytes", "error"])
    return table.assign(setting=table["bytes"], low=table["error"], high=table["error"])


def diagnostics(options, examples, rng):
    """Arrays of the right shapes for each kind's picture."""
    arrays = {}
    if options.get("objective") == "denoising":
        levels = {"noise_levels": [0.25, 0.5], "psnr_noisy": [12.0, 7], "psnr_cleaned": [20.0, 15]}
        arrays |= {name: np.array(values) for name, values in levels.items()}
        arrays |= {name: examples for name in ("clean", "noisy", "cleaned")}
    if options.get("objective") == "variational":
        arrays |= {"divergence": np.array([2.5, 0.001, 1.5]), "grid_axes": np.array([0, 2]),
                  "grid": rng.random((5, 5, *examples.shape[1:]))}  # fmt: skip
    if options.get("architecture") == "convolutional":
        arrays |= {"mapped": examples, "code_maps": rng.random((6, 2, 2, 8))}
    return arrays


@pytest.fixture(scope="session")
def made():
    return make


@pytest.fixture(scope="session", name="remeasured")
def _remeasured():
    return remeasured


def blank(paint, size, scheme):
    """A picture that nobody looks at."""
    width, height = (round(96 * side) for side in size)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>'.encode(), b""


@pytest.fixture(scope="session")
def page_of():
    """Results -> the page, with blank pictures."""

    def page_of(results):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rendering, "_render", blank)
            return page.make(results)[0]

    return page_of


@pytest.fixture(scope="session")
def shared():
    """Results of 400 rows whose page several modules open: one embedding of PCA, and a column that goes with a class."""
    results = make(n=400)
    results.points.loc[results.points["map"] == "pca", "stability_10"] = np.nan
    results.points["trustworthiness_10"] = 0.9 + results.points["trustworthiness_10"] / 20
    results.dataset.table["batch"] = np.where(results.labels == "two", "late", "early")
    return results


@pytest.fixture(scope="session")
def address(shared, page_of, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_of(shared), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def hostile():
    """Results whose texts are markup in HTML, Markdown, TeX or SVG, and their page and its pictures."""
    labels = ("<script>alert(1)</script>", "$x$", "a & b | c", '"><img src=x>', "가나다", "$\\frac{")
    results = make(labels=labels)
    evil = '</script><script>alert(2)</script><!-- explorer data --><b>"&'
    results.dataset.info.update(title="<b>a|b</b>", origin=evil, notes=[evil])
    results.dataset.table[f"column {evil}"] = f"cell {evil}"
    results.timings["prepare"]["versions"][f"library {evil}"] = evil
    results = replace(results, params_text=evil, revision=evil)
    return results, *page.make(results)


@pytest.fixture(scope="session")
def chromium():
    """Where it is; without it tests are skipped, but not where all must run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and "CI" not in os.environ:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def errors():
    """Errors of pages; a test fails if there are some at its end."""
    errors = []
    yield errors
    assert errors == []


@pytest.fixture(scope="session")
def module_page(browser):
    """A page for functions of modules: load(module, *names) makes them callable there by name."""
    from pipeline.report import explorer

    opened = browser.new_page()

    def load(module, *names):
        loaded = opened.evaluate("names => names.every(name => name in window)", names)
        if not loaded:
            content = f"{explorer.script(module)}\nObject.assign(window, {{ {', '.join(names)} }});"
            opened.add_script_tag(content=content, type="module")
            opened.wait_for_function("names => names.every(name => name in window)", arg=names)
        return opened

    yield load
    opened.close()
