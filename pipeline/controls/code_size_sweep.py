"""How many dimensions does a code need? One autoencoder at several code sizes, compared with principal components."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pandas as pd

from pipeline import config, encoders, ragged
from pipeline.config import CodeSizeSweep, Params
from pipeline.controls import robustness
from pipeline.encoders import pca
from pipeline.evaluation import reconstruction
from pipeline.runtime.errors import InputError
from pipeline.statistics import intervals
from pipeline.types import Dataset


def read(name: str, params: Params) -> tuple[ModuleType, Any, CodeSizeSweep]:
    """The kind and the options of the encoder `name`, and those of its sweep."""
    where = f"{config.PATH}: code_size_sweep.{name}"
    if name not in params.encoders:
        raise InputError(f"{where}: no such encoder; {config.choose(name, list(params.encoders))}")
    kind, encoder = encoders.read(name, params)
    if encoder.kind == "pca":
        raise InputError(f"{where}: the report shows PCA's error at every size anyway. Name an autoencoder.")
    return kind, encoder, params.code_size_sweep[name]


def fitting(options: CodeSizeSweep, columns: int) -> CodeSizeSweep:
    """The sizes up to the number of columns of a row; InputError where these are fewer than two."""
    sizes = tuple(size for size in options.sizes if size <= columns)
    if len(sizes) < 2:
        raise InputError(
            f"sizes are {list(options.sizes)}, but rows have {columns:,} columns, and a code needs no more dimensions. Give at least two"
            f" sizes up to {columns:,}, or no sweep: code_size_sweep: {{}}."
        )
    return options.model_copy(update={"sizes": sizes})


def measure(
    kind: ModuleType,
    dataset: Dataset,
    encoder: Any,
    options: CodeSizeSweep,
    seed: int,
    progress: Callable[[int, str], None] = lambda done, note: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors by code size, and the gain of each doubling.

    encoder  the options of the autoencoder that is trained at each size
    returns  size, training, error (share of the test rows' variance that is not reconstructed), pca_error (the same, by as many
             principal components);
             size (before it is doubled), gain (share of the variance by which doubling lowers the error, mean over trainings), low,
             high, covers, n, pca_gain
    """
    test, training = dataset.part("test"), dataset.part("train")
    variance = robustness.spread(test)
    most = min(max(options.sizes), len(training))
    pca_errors = reconstruction.errors_by_size(pca.fit(dataset, pca.Options(kind="pca", code_size=most), seed), test)
    pca_shares = pca_errors.mean(axis=0) / variance
    records = []
    for size in options.sizes:
        short = shortened(encoder, size, options.steps, len(training))
        for number, own_seed in enumerate(encoders.seeds(seed, options.trainings), start=1):
            fitted = kind.fit(dataset, short, own_seed, label=None)
            error = ragged.squared_error(test, fitted.decode(fitted.encode(test))).mean() / variance
            records.append((size, number, float(error), float(pca_shares[min(size, most) - 1])))
            progress(len(records), f"code size {size}: {100 * error:.1f} % of the variance not reconstructed")
    errors = pd.DataFrame(records, columns=["size", "training", "error", "pca_error"])
    return errors, gains(errors)


def gains(errors: pd.DataFrame) -> pd.DataFrame:
    """By how much each doubling lowers the error; trainings with the same seed are paired."""
    by_size = errors.pivot(index="training", columns="size", values="error")
    pca_errors = errors.groupby("size")["pca_error"].first()
    records = []
    for size in by_size.columns[:-1]:
        gain = intervals.over_seeds((by_size[size] - by_size[2 * size]).to_numpy(), seeds="trainings")
        records.append({"size": size, "gain": gain.value, "low": gain.low, "high": gain.high,
                        "covers": gain.covers, "n": gain.n, "pca_gain": pca_errors[size] - pca_errors[2 * size]})  # fmt: skip
    return pd.DataFrame(records)


def shortened(encoder: Any, size: int, steps: int, rows: int) -> Any:
    """An encoder's options for a code of `size`, trained for about `steps` steps."""
    epochs = max(1, round(steps * encoder.batch_size / rows))
    warm_up = encoder.learning_rate_warm_up
    return encoder.model_copy(
        update={
            "code_size": size,
            "epochs": min(encoder.epochs, epochs),
            "learning_rate_warm_up": warm_up if warm_up and warm_up < epochs else None,
        }
    )
