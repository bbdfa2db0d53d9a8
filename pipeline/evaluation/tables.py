"""All tables of the evaluation, from a run's data, codes and maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline import methods
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
from pipeline.statistics import sampling_error
from pipeline.types import Dataset, Map, Space, r_nx_auc_of_maps

Tables = dict[str, pd.DataFrame]
Arrays = dict[str, dict[str, np.ndarray]]  # encoder -> its arrays by name


def evaluate(
    params: Params,
    dataset: Dataset,
    spaces: dict[str, Space],
    arrays: Arrays,
    maps: dict[str, Map],
    null_maps: dict[str, np.ndarray],
    subsampling: pd.DataFrame,
    robustness: dict[str, pd.DataFrame],
    histories: dict[str, pd.DataFrame | None],
) -> tuple[Tables, dict[str, list[dict[str, Any]]]]:
    """Measure and compare all codes and maps.

    params       expanded, as methods.expand returns them
    spaces       "raw", and by encoder
    arrays       encoder -> points (n, d), error (n,), those of further trainings, and those of its kind
    null_maps    map -> the same map of null data, (draws, n, 2)
    subsampling  map, subsample, r_nx_auc
    robustness   encoder -> trial, error, low, high, spread
    histories    encoder -> epoch, loss, validation_loss; None for one that is not trained by epochs
    returns      table by name; and the registrations of the maps, as measurements.registrations returns them
    """
    embeddings, random = {name: own.points for name, own in maps.items()}, {name for name in maps if maps[name].seeds}
    codes = {name: _trainings(own, "points") for name, own in arrays.items()}
    space_of = {name: options["space"] for name, options in params.maps.items()}
    work = measurements.work(len(dataset.table), len(measurements.references(space_of)), params.evaluate)
    with progress.bar("measures", work) as show:
        tables = measurements.measure(dataset, spaces, codes, embeddings, space_of, params.evaluate, params.seed, show)
    values = measurements.by_seed(tables["measures"], random)
    trained = {name for name, options in params.encoders.items() if options["kind"] != "pca"}
    tables["summary"] = measurements.summarize(values, tables["sampling"], trained)
    tables |= _comparisons(params, values, tables["sampling"], subsampling)
    kept = code_comparisons.kept_neighbors(spaces, params.evaluate.k)
    tables["code_comparisons"] = code_comparisons.compare(
        params.encoders, tables["summary"], kept, params.evaluate.k, params.evaluate.equivalent_within
    )
    with progress.bar("clusters", len(maps), "maps") as show:
        tables["clusters"], labels = clusters.table(embeddings, null_maps, show)
    tables["points"]["cluster"] = np.concatenate([labels[name] for name in tables["points"]["map"].unique()])
    tables |= _reconstructions(dataset, arrays, {name: points.shape[-1] for name, points in codes.items()}, robustness)
    tables["training"] = _training(histories)
    tables |= _for_report(params, dataset, arrays, spaces["raw"].indices, tables)
    return tables, measurements.registrations(embeddings)


def _comparisons(params: Params, values: dict, covariances: pd.DataFrame, subsampling: pd.DataFrame) -> Tables:
    """Maps compared by R_NX AUC and by recall, over seeds; and by R_NX AUC over subsamples, for maps that have them."""
    pairs, margin = pairwise.pairs(params.maps, params.encoders), params.evaluate.equivalent_within
    r_nx_auc = measurements.of_maps(values, "r_nx_auc", 0)
    recall = measurements.of_maps(values, "recall", params.evaluate.k)
    over_seeds = [
        pairwise.compare(r_nx_auc, pairs, margin, "r_nx_auc", sampling_error.of_maps(covariances)),
        pairwise.compare(recall, pairs, margin, "recall"),
    ]
    subsampled = [name for name in params.maps if name in set(subsampling["map"])]
    wide = subsampling.pivot(index="subsample", columns="map", values="r_nx_auc")[subsampled]
    share = params.subsampling.share
    return {
        "comparisons": pd.concat(over_seeds, ignore_index=True),
        "subsampling": subsampling,
        "comparisons_subsampled": pairwise.compare_over_subsamples(r_nx_auc, wide, share, pairs, margin),
    }


def _reconstructions(
    dataset: Dataset, arrays: Arrays, sizes: dict[str, int], robustness: dict[str, pd.DataFrame]
) -> Tables:
    """Reconstruction errors of test rows, by code size and by bytes, and of out-of-distribution inputs."""
    errors = {name: _trainings(own, "error") for name, own in arrays.items()}
    table, scree, linear = reconstruction.compare(dataset, errors, sizes)
    trials = pd.concat([robustness[name].assign(encoder=name) for name in sizes], ignore_index=True)
    table, trials = reconstruction.shares_of_variance(table, trials)
    rates = rate_distortion.table(dataset, trials, sizes, linear)
    return {"reconstruction": table, "scree": scree, "robustness": trials, "rate_distortion": rates}


def _for_report(params: Params, dataset: Dataset, arrays: Arrays, neighbors: np.ndarray, tables: Tables) -> Tables:
    """Tables that only the report reads: what not to read into a map, which map is best at which size, and what codes hold."""
    k, labels = params.evaluate.k, dataset.table["label"].to_numpy() if len(dataset.info["labels"]) > 1 else None
    points = {name: own.sort_values("row") for name, own in tables["points"].groupby("map", sort=False)}
    of_clusters, of_classes = caveats.cluster_classes(
        {name: own["cluster"].to_numpy() for name, own in points.items()}, labels
    )
    r_nx_auc = r_nx_auc_of_maps(tables["summary"])
    mean_curves = neighborhood_sizes.mean_r_nx(tables["curves"])
    test = dataset.is_in("test")
    sparse = [name for name, options in params.encoders.items() if options.get("objective") == "sparse"]
    return {
        "leaders": caveats.leaders(tables["summary"]),
        "class_purity": caveats.class_purity(tables["summary"], params.evaluate.equivalent_within),
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
            dict(zip(r_nx_auc["name"], r_nx_auc["value"], strict=True)),
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


def _trainings(arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Points (n, d), or errors (n,), of all trainings of an encoder, stacked."""
    return np.stack([arrays[name], *arrays.get(f"further_{name}", [])])


def _training(histories: dict[str, pd.DataFrame | None]) -> pd.DataFrame:
    """The training curves of all encoders that have one: encoder, epoch, loss, validation_loss."""
    curves = [history.assign(encoder=name) for name, history in histories.items() if history is not None]
    columns = ["encoder", "epoch", "loss", "validation_loss"]
    return pd.concat(curves)[columns] if curves else pd.DataFrame(columns=columns)
