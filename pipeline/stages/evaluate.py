"""Spaces and maps -> how faithful each code and each map is, and how they compare."""

import numpy as np
import pandas as pd

from pipeline import artifacts, methods
from pipeline.config import Params
from pipeline.evaluation import (
    caveats,
    clusters,
    code_comparisons,
    code_units,
    measurements,
    neighborhood_sizes,
    pairwise,
    rate_distortion,
    reconstruction,
)
from pipeline.runtime import progress
from pipeline.stages import run
from pipeline.statistics import sampling_error
from pipeline.types import Dataset

Tables = dict[str, pd.DataFrame]


def main(params: Params, name: str) -> None:
    params = methods.expand(params)
    dataset = artifacts.load_dataset(all_columns=True)
    spaces = {name: artifacts.load_space(name) for name in ["raw", *params.encoders]}
    arrays = {name: artifacts.load_arrays(name) for name in params.encoders}
    codes = {name: trainings(own, "points") for name, own in arrays.items()}
    loaded = {name: artifacts.load_map(name) for name in params.maps}
    maps, random = {name: each.points for name, each in loaded.items()}, {name for name in loaded if loaded[name].seeds}
    space_of = {name: options["space"] for name, options in params.maps.items()}

    work = measurements.work(len(dataset.table), len(measurements.references(space_of)), params.evaluate)
    with progress.bar("measures", work) as show:
        tables = measurements.measure(dataset, spaces, codes, maps, space_of, params.evaluate, params.seed, show)
    values = measurements.by_seed(tables["measures"], random)
    trained = {name for name, options in params.encoders.items() if options["kind"] != "pca"}
    tables["summary"] = measurements.summarize(values, tables["sampling"], trained)
    tables |= comparisons(params, values, tables["sampling"])
    kept = code_comparisons.kept_neighbors(spaces, params.evaluate.k)
    tables["code_comparisons"] = code_comparisons.compare(
        params.encoders, tables["summary"], kept, params.evaluate.k, params.evaluate.equivalent_within
    )
    null_maps = {name: artifacts.load_null_map(name) for name in params.null_maps}
    with progress.bar("clusters", len(maps), "maps") as show:
        tables["clusters"], labels = clusters.table(maps, null_maps, show)
    tables["points"]["cluster"] = np.concatenate([labels[name] for name in tables["points"]["map"].unique()])
    tables |= reconstructions(dataset, arrays, {name: points.shape[-1] for name, points in codes.items()})
    tables |= supplement(params, dataset, arrays, spaces["raw"].indices, tables)

    artifacts.save_evaluation(tables, measurements.registrations(maps))
    artifacts.save_metrics(measurements.metrics_json(tables["summary"], tables["reconstruction"]))
    artifacts.save_plots(measurements.plots(tables))


def comparisons(params: Params, values: dict, covariances: pd.DataFrame) -> Tables:
    """Maps compared by R_NX AUC and by recall, over seeds; and by R_NX AUC over subsamples, for maps that have them."""
    pairs, margin = pairwise.pairs(params.maps, params.encoders), params.evaluate.equivalent_within
    r_nx_auc = measurements.of_maps(values, "r_nx_auc", 0)
    recall = measurements.of_maps(values, "recall", params.evaluate.k)
    over_seeds = [
        pairwise.compare(r_nx_auc, pairs, margin, "r_nx_auc", sampling_error.of_maps(covariances)),
        pairwise.compare(recall, pairs, margin, "recall"),
    ]
    subsampling = artifacts.load_subsampling()
    subsampled = [name for name in params.maps if name in set(subsampling["map"])]
    wide = subsampling.pivot(index="subsample", columns="map", values="r_nx_auc")[subsampled]
    share = params.subsampling.share
    return {
        "comparisons": pd.concat(over_seeds, ignore_index=True),
        "subsampling": subsampling,
        "comparisons_subsampled": pairwise.compare_over_subsamples(r_nx_auc, wide, share, pairs, margin),
    }


def reconstructions(dataset: Dataset, arrays: dict[str, dict[str, np.ndarray]], sizes: dict[str, int]) -> Tables:
    """Reconstruction errors, by code size and by bytes, of out-of-distribution inputs, and while training."""
    errors = {name: trainings(own, "error") for name, own in arrays.items()}
    table, scree, linear = reconstruction.compare(dataset, errors, sizes)
    robustness = pd.concat([artifacts.load_robustness(name).assign(encoder=name) for name in sizes], ignore_index=True)
    table, robustness = reconstruction.shares_of_variance(table, robustness)
    rates = rate_distortion.table(dataset, robustness, sizes, linear)
    return {
        "reconstruction": table,
        "scree": scree,
        "robustness": robustness,
        "rate_distortion": rates,
        "training": training([*sizes]),
    }


def supplement(
    params: Params,
    dataset: Dataset,
    arrays: dict[str, dict[str, np.ndarray]],
    neighbors: np.ndarray,
    tables: Tables,
) -> Tables:
    """Tables that only the report reads: what not to read into a map, which map is best at which size, and what codes hold."""
    k, labels = params.evaluate.k, dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    points = {name: own.sort_values("row") for name, own in tables["points"].groupby("map", sort=False)}
    of_clusters, of_classes = caveats.cluster_classes(
        {name: own["cluster"].to_numpy() for name, own in points.items()}, labels
    )
    summary = tables["summary"]
    summary = summary[(summary["view"] == "maps") & (summary["against"] == "raw") & (summary["measure"] == "r_nx_auc")]
    mean_curves = neighborhood_sizes.mean_r_nx(tables["curves"])
    test = (dataset.table["split"] == "test").to_numpy()
    sparse = [name for name, options in params.encoders.items() if options.get("objective") == "sparse"]
    return {
        "uneven_loss": caveats.uneven_loss({name: 1 - own[f"recall_{k}"].to_numpy() for name, own in points.items()}),
        "category_neighbors": caveats.category_neighbors(
            dataset.table, [*dataset.info["reading"]["levels"]], neighbors[:, :k]
        ),
        "cluster_classes": of_clusters,
        "class_clusters": of_classes,
        "mean_r_nx": mean_curves,
        "most_faithful": neighborhood_sizes.table(
            mean_curves,
            {"": [*params.maps], **methods.sweeps(params)},
            dict(zip(summary["name"], summary["value"], strict=True)),
        ),
        "code_units": code_units.table(
            {name: arrays[name]["points"][test] for name in sparse},
            {name: own["divergence"] for name, own in arrays.items() if "divergence" in own},
        ),
        "bytes_needed": rate_distortion.bytes_needed(tables["rate_distortion"], [*params.encoders]),
        "unexplained": reconstruction.unexplained(
            dataset, {name: own["reconstructions"] for name, own in arrays.items()}
        ),
    }


def trainings(arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Points (n, d), or errors (n,), of all trainings of an encoder, stacked."""
    return np.stack([arrays[name], *arrays.get(f"further_{name}", [])])


def training(encoders: list[str]) -> pd.DataFrame:
    """The training curves of all encoders that have one: encoder, epoch, loss, validation_loss."""
    histories = {name: artifacts.load_history(name) for name in encoders}
    curves = [history.assign(encoder=name) for name, history in histories.items() if history is not None]
    columns = ["encoder", "epoch", "loss", "validation_loss"]
    return pd.concat(curves)[columns] if curves else pd.DataFrame(columns=columns)


if __name__ == "__main__":
    run("evaluate", main)
