"""Spaces + maps -> what each code and each map gets wrong, and how they compare."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import artifacts, config, methods
from pipeline.config import Params
from pipeline.evaluation import (
    caveats,
    clusters,
    code_units,
    measurements,
    neighborhood_sizes,
    pairwise,
    rate_distortion,
    reconstruction,
)
from pipeline.runtime import progress
from pipeline.stages import run
from pipeline.types import Dataset


def main(params: Params, name: str) -> None:
    given = methods.expand(params)
    dataset = artifacts.load_dataset(all_columns=True)
    spaces = {name: artifacts.load_space(name) for name in ["raw", *given.encoders]}
    arrays = {name: artifacts.load_arrays(name) for name in given.encoders}
    codes = {name: trainings(found, "points") for name, found in arrays.items()}
    drawn = {name: artifacts.load_map(name) for name in given.maps}
    maps = {name: each.points for name, each in drawn.items()}
    space_of = {name: options["space"] for name, options in given.maps.items()}

    work = measurements.work(len(dataset.table), len(measurements.references(space_of)), given.evaluate)
    with progress.bar("measures", work) as show:
        tables = measurements.measure(dataset, spaces, codes, maps, space_of, given.evaluate, given.seed, show)
    values = measurements.by_start(tables["measures"], {name for name, each in drawn.items() if each.seeds})
    trained = {name for name, options in given.encoders.items() if options["kind"] != "pca"}
    tables["summary"] = measurements.summarize(values, tables["sampling"], trained)
    tables |= compared(given, values, tables["sampling"])
    nulls = {name: artifacts.load_null_map(name) for name in given.null_maps}
    with progress.bar("clusters", len(maps), "maps") as show:
        tables["clusters"], rows = clusters.table(maps, nulls, show)
    tables["points"]["cluster"] = np.concatenate([rows[name] for name in tables["points"]["map"].unique()])

    errors = {name: trainings(found, "error") for name, found in arrays.items()}
    sizes = {name: found.shape[-1] for name, found in codes.items()}
    tables["reconstruction"], tables["scree"], linear = reconstruction.compare(dataset, errors, sizes)
    robustness = pd.concat([artifacts.load_robustness(name).assign(encoder=name) for name in codes], ignore_index=True)
    tables["reconstruction"], robustness = reconstruction.shares_of_variance(tables["reconstruction"], robustness)
    tables |= {
        "robustness": robustness,
        "rate_distortion": rate_distortion.table(dataset, robustness, sizes, linear),
        "training": training(codes),
    }
    tables |= supplement(given, dataset, arrays, spaces["raw"].indices, tables)

    artifacts.save_evaluation(tables, measurements.registrations(maps))
    artifacts.save_metrics(measurements.metrics_json(tables["summary"], tables["reconstruction"]))
    artifacts.save_plots(measurements.plots(tables))


def compared(given: config.Params, values: dict, sampling: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Maps held against each other, by their area and by their recall; and on other rows, where they were redrawn."""
    pairs, margin = pairwise.pairs(given.maps, given.encoders), given.evaluate.equivalent_within
    of_maps = {
        measure: measurements.of_maps(values, measure, k)
        for measure, k in (("r_nx_auc", 0), ("recall", given.evaluate.k))
    }
    comparisons = [
        pairwise.compare(of_maps["r_nx_auc"], pairs, margin, "r_nx_auc", measurements.of_maps_sampled(sampling)),
        pairwise.compare(of_maps["recall"], pairs, margin, "recall"),
    ]
    subsampled = artifacts.load_subsampling()
    found = {"comparisons": pd.concat(comparisons, ignore_index=True), "subsampling": subsampled}
    again = [name for name in given.maps if name in set(subsampled["map"])]
    if again:
        wide = subsampled.pivot(index="subsample", columns="map", values="r_nx_auc")[again]
        found["comparisons_subsampled"] = pairwise.compare_over_subsamples(
            of_maps["r_nx_auc"], wide, given.subsampling.share, pairs, margin
        )
    else:
        found["comparisons_subsampled"] = pd.DataFrame(columns=pairwise.COLUMNS)
    return found


def supplement(
    params: Params,
    dataset: Dataset,
    arrays: dict[str, dict[str, np.ndarray]],
    neighbors: np.ndarray,
    tables: dict[str, pd.DataFrame],
) -> dict[str, pd.DataFrame]:
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


def trainings(arrays: dict[str, np.ndarray], part: str) -> np.ndarray:
    """points (n, d), or error (n,), of each training of an encoder, stacked."""
    return np.stack([arrays[part], *arrays.get(f"further_{part}", [])])


def training(encoders: dict[str, Any]) -> pd.DataFrame:
    """The training curves of all encoders that have one: encoder, epoch, loss, validation_loss."""
    histories = {name: artifacts.load_history(name) for name in encoders}
    found = [history.assign(encoder=name) for name, history in histories.items() if history is not None]
    columns = ["encoder", "epoch", "loss", "validation_loss"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


if __name__ == "__main__":
    run("evaluate", main)
