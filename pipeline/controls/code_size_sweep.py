"""How many numbers does a code need? One autoencoder at several code sizes, beside principal components."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, PositiveInt, field_validator

from pipeline import config, encoders, ragged
from pipeline.controls import robustness
from pipeline.encoders import pca
from pipeline.evaluation import reconstruction
from pipeline.runtime.errors import InputError
from pipeline.statistics import intervals
from pipeline.types import Dataset


class Options(config.Strict):
    """sizes: of codes, each twice the one before; trainings: of each size; steps: of each training, about so many."""

    sizes: Annotated[tuple[PositiveInt, ...], Field(min_length=2)]
    trainings: Annotated[int, Field(ge=2)]
    steps: PositiveInt

    @field_validator("sizes")
    @classmethod
    def _doubles(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if any(after != 2 * before for before, after in itertools.pairwise(sizes)):
            raise ValueError("should double from each to the next, as in [5, 10, 20]")
        return sizes


def read(name: str, given: config.Params) -> tuple[ModuleType, Any, Options]:
    """The kind and the options of the encoder `name`, and how it is advised on."""
    where = f"{config.PATH}: advise.{name}"
    if name not in given.encoders:
        raise InputError(f"{where}: no such encoder; {config.choose(name, list(given.encoders))}")
    kind, encoder = config.kind(encoders, "kind", given.encoders[name], "encoders", name)
    if encoder.kind == "pca":
        raise InputError(f"{where}: PCA's error at every size is in the report as it is. Name an autoencoder.")
    return kind, encoder, config.parse(Options, given.code_size_sweep[name], "code_size_sweep", name)


def fitting(options: Options, columns: int) -> Options:
    """The sizes that a row of so many columns has a use for; InputError where these are fewer than two."""
    sizes = tuple(size for size in options.sizes if size <= columns)
    if len(sizes) < 2:
        raise InputError(
            f"sizes are {list(options.sizes)}, but rows have {columns:,} columns, and a code needs no more numbers. Give at least two sizes up"
            f" to {columns:,}; advise: {{}} asks nothing."
        )
    return options.model_copy(update={"sizes": sizes})


def measure(
    kind: ModuleType,
    dataset: Dataset,
    encoder: Any,
    options: Options,
    seed: int,
    progress: Callable[[int, str], None] = lambda done, note: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors by code size, and what each doubling buys.

    encoder  the options of the autoencoder that is trained at each size
    returns  size, training, error (share of the test rows' variance that is left), pca_error (the same of as many
             principal components);
             size (before it is doubled), gain (share of the variance that doubling takes off the error, the mean over
             trainings), low, high, covers, n, pca_gain
    """
    test, training = dataset.part("test"), dataset.part("train")
    spread = robustness.spread(test)
    most = min(max(options.sizes), len(training))
    linear = reconstruction.errors_by_size(pca.fit(dataset, pca.Options(kind="pca", code_size=most), seed), test)
    left = linear.mean(axis=0) / spread
    lines = []
    for size in options.sizes:
        short = shortened(encoder, size, options.steps, len(training))
        for number, each in enumerate(encoders.seeds(seed, options.trainings), start=1):
            fitted = kind.fit(dataset, short, each, label=None)
            error = ragged.squared_error(test, fitted.decode(fitted.encode(test))).mean() / spread
            lines.append((size, number, float(error), float(left[min(size, most) - 1])))
            progress(len(lines), f"code of {size}: {100 * error:.1f} % of the variance left")
    errors = pd.DataFrame(lines, columns=["size", "training", "error", "pca_error"])
    return errors, gains(errors)


def gains(errors: pd.DataFrame) -> pd.DataFrame:
    """What each doubling takes off the error; pairs are trainings from the same seed."""
    by_size = errors.pivot(index="training", columns="size", values="error")
    linear = errors.groupby("size")["pca_error"].first()
    lines = []
    for size in by_size.columns[:-1]:
        found = intervals.over_seeds((by_size[size] - by_size[2 * size]).to_numpy(), starts="trainings")
        lines.append({"size": size, "gain": found.value, "low": found.low, "high": found.high,
                      "covers": found.covers, "n": found.n, "pca_gain": linear[size] - linear[2 * size]})  # fmt: skip
    return pd.DataFrame(lines)


def shortened(encoder: Any, size: int, steps: int, rows: int) -> Any:
    """An encoder's options for a code of `size`, trained for about so many steps."""
    epochs = max(1, round(steps * encoder.batch_size / rows))
    warm_up = encoder.learning_rate_warm_up
    return encoder.model_copy(
        update={
            "code_size": size,
            "epochs": min(encoder.epochs, epochs),
            "learning_rate_warm_up": warm_up if warm_up and warm_up < epochs else None,
        }
    )
