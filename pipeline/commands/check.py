"""Describe the data; say what is wrong in params.yaml, what would run, and what time, memory and disk it takes."""

from __future__ import annotations

import argparse
import importlib.metadata
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, config, datasets, encoders, forecast, methods
from pipeline.config import Params
from pipeline.controls import code_size_sweep, null_maps, subsampling
from pipeline.datasets.source import Source, abbreviate
from pipeline.datasets.sparse import SparseRows
from pipeline.forecast import table
from pipeline.preprocessing import prepare
from pipeline.runtime.errors import InputError, located
from pipeline.runtime.parallel import cores
from pipeline.statistics import p_values
from pipeline.types import Dataset

MOST_COLUMNS = 40  # listed one by one
MOST_CLASSES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: everything is read from params.yaml."""


def main() -> None:
    """Print what `check` knows; InputError with one line for each thing wrong, in the parameters or in the data."""
    params = config.load()
    validate(params)
    source = datasets.read(Path(params.data.path), params.data.label)
    print("\n".join(describe_source(source)))
    dataset = prepare.prepare(source, params.data, params.seed)
    config.check_sizes(params, len(dataset.rows))
    print("\n".join(describe_dataset(dataset)))
    notes = _check_code_sizes(params, dataset)
    counts = {"encoder": len(params.encoders), "map": len(methods.expand(params).maps)}
    numbers = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())
    print(f"params.yaml is valid: {numbers} of {params.data.path}.")
    changed, following = pending()
    print(would_run(changed, following))
    test_rows = int(dataset.is_in("test").sum())
    print("\n".join(estimate(params, len(source.rows), source.kind, dataset, [*changed, *following])))
    if params.cluster:
        print(f"cluster: blocks of work go to {params.cluster}; a run connects to it when it has some, not now.")
    notes += not_subsampled(params, dataset.table)
    notes += filter(None, [p_values.too_few_test_rows(test_rows, params.transform.alpha)])
    if params.transform.remaining and dataset.kept is None:
        notes.append("transform.remaining: no rows remain, since data.rows leaves none out.")
    print("".join(f"{note}\n" for note in notes), end="")
    print("\n".join(drift(params)) or "Library versions: the same as those that made the stored results.")
    leftovers = artifacts.leftovers(params)
    if leftovers:
        print(
            f"No longer in params.yaml: {len(leftovers)} results ({abbreviate([*map(str, leftovers)])})."
            " `python -m pipeline clean` removes them."
        )


def describe_source(data: Source) -> list[str]:
    """Lines on rows, kind and columns of a source, as read."""
    shape = " x ".join(f"{length:,}" for length in data.rows.shape[1:])
    storage = "sparse " if isinstance(data.rows, SparseRows) else ""
    output = [
        f"Data: {data.title}, from {data.origin}.",
        f"  {len(data.rows):,} rows of kind {data.kind}, {shape} values each ({storage}{data.rows.dtype}).",
        f"  Checksum, which the card's `checksum` can pin: {data.checksum()}.",
    ]
    others = [name for name in data.table if name not in ("id", "label", "split")]
    if data.column_summary is None and others:
        output.append(f"  Other columns, to color and search by: {abbreviate(others)}.")
    return output + _describe_columns(data)


def describe_dataset(prepared: Dataset) -> list[str]:
    """Lines on labels, split and scaling of a dataset, and its notes."""
    info, counts = prepared.info, prepared.table["split"].value_counts()
    return [
        *_describe_labels(prepared),
        f"  Mapped: {len(prepared.table):,} rows, {counts['train']:,} for training, {counts['validation']:,} for"
        f" validation (when to stop training), {counts['test']:,} for test. Scaling: {info['scaling']['rule']}.",
        *(f"  {note}" for note in info["notes"]),
    ]


def _describe_labels(prepared: Dataset) -> list[str]:
    if not prepared.info["labels"]:
        return ["  No label: nothing is colored or measured by classes. Set `label` in dataset.yaml, or data.label."]
    counts = prepared.table["label"].value_counts()
    largest = ", ".join(f"{name} {count:,}" for name, count in counts.head(MOST_CLASSES).items())
    rest = f", and {len(counts) - MOST_CLASSES:,} smaller ones" if len(counts) > MOST_CLASSES else ""
    return [f"  Label: {len(counts):,} classes: {largest}{rest}."]


def _describe_columns(data: Source) -> list[str]:
    """One line per column of a table; if there are very many, only those that are not plainly mapped."""
    summary = data.column_summary
    if summary is None:
        return []
    title = "  Columns:"
    if len(summary) > MOST_COLUMNS:
        plain = (summary["use"] == "mapped") & (summary["missing"] == 0)
        summary = summary[~plain].head(MOST_COLUMNS)
        title = f"  {plain.sum():,} columns of numbers without missing values are mapped"
        if summary.empty:
            return [f"{title}."]
        title += "; the others:"
    shown = summary[["column", "type", "missing", "values", "use"]].astype({"values": "Int64"}).astype(str)
    widths = [max(shown[name].str.len().max(), len(name)) for name in shown]
    return [title] + [
        "    " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(shown), *shown.to_numpy().tolist()]
    ]


def validate(params: Params) -> None:
    """All sections, encoders and maps, with what they refer to; InputError with one line for each thing wrong."""
    params = methods.expand(params)
    checks = [lambda: _check_data(params)]
    checks += [lambda name=name: _check_encoder(name, params) for name in params.encoders]
    checks += [lambda name=name: methods.read(name, params) for name in params.maps]
    checks += [lambda name=name: null_maps.read(name, params) for name in params.null_maps]
    checks += [lambda name=name: code_size_sweep.read(name, params) for name in params.code_size_sweep]
    checks += [lambda name=name: _check_remaining(name, params) for name in params.transform.remaining]
    problems = []
    for check in checks:
        try:
            check()
        except InputError as error:
            problems += str(error).splitlines()
    if problems:
        raise InputError("\n".join(dict.fromkeys(problems)))  # an encoder's are also those of its sweep


def _check_data(params: Params) -> None:
    if not Path(params.data.path).exists():
        raise InputError(f'{config.PATH}: data.path is "{params.data.path}"; no such file or folder.')


def _check_encoder(name: str, params: Params) -> None:
    if name == "raw":
        raise InputError(f"{config.PATH}: encoders.raw: raw is the name of the data as they are; choose another name.")
    encoders.read(name, params)


def _check_remaining(name: str, params: Params) -> None:
    maps = [each for each in params.maps if config.entry(each) == name]
    if not maps:
        entries = dict.fromkeys(map(config.entry, params.maps))
        raise InputError(f'{config.PATH}: transform.remaining: no map "{name}"; {config.choose(name, list(entries))}')
    _, options = methods.read(maps[0], params)
    if options.cannot_transform:
        raise InputError(
            f"{config.PATH}: transform.remaining: {name} takes no new points: {options.cannot_transform}. Remove it from the list."
        )


def _check_code_sizes(params: Params, dataset: Dataset) -> list[str]:
    """Notes on code sizes that are left out; InputError where an encoder does not fit the data, which its stage would report only
    when it starts."""
    for name in params.encoders:
        kind, options = encoders.read(name, params)
        with located(f"{config.PATH}: encoders.{name}"):
            kind.check(options, dataset)
    columns = int(np.prod(dataset.rows.shape[1:]))
    notes = []
    for name, options in params.code_size_sweep.items():
        with located(f"{config.PATH}: code_size_sweep.{name}"):
            left_out = sorted({*options.sizes} - {*code_size_sweep.fitting(options, columns).sizes})
        if left_out:
            sizes = ", ".join(map(str, left_out))
            notes.append(
                f"code_size_sweep.{name}: code sizes {sizes} are left out, since rows have {columns:,} columns."
            )
    return notes


def pending() -> tuple[list[str], list[str]]:
    """Stages that `dvc repro` would run, and those that would follow where results differ; InputError where DVC cannot tell."""
    import networkx
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            changed, graph = set(repo.status()), repo.index.graph
    except LockError:
        raise InputError(
            "What would run is unknown: another DVC command is running here. Wait until it has ended."
        ) from None
    except DvcException as error:
        raise InputError(f"What would run is unknown, since DVC says: {' '.join(str(error).split())}") from None
    # An edge of DVC's graph points from a stage to the one it needs.
    following = {
        later.addressing for stage in graph if stage.addressing in changed for later in networkx.ancestors(graph, stage)
    } - changed
    return sorted(changed), sorted(following)


def would_run(changed: list[str], following: list[str]) -> str:
    if not changed:
        return "Nothing would run: every result is up to date."
    then = f"; then, where results differ: {', '.join(following)}" if following else ""
    return f"Would run: {', '.join(changed)}{then}."


def estimate(params: Params, source_rows: int, kind: str, dataset: Dataset, running: list[str]) -> list[str]:
    """What each stage takes on this machine, as lines; saved, so that each stage can print how much of the run is left.

    source_rows  all rows of the source, of a kind: vector, image or sequence
    running      the stages that would run
    """
    import psutil  # which DVC needs and brings along

    rows, training = dataset.rows, int(dataset.is_in("train").sum())
    sizes = forecast.Sizes(params, len(rows), rows.shape[1:], kind, training, source_rows - len(rows), cores())
    stages, speed, records = artifacts.stages(params), forecast.speed(), artifacts.load_records()
    estimates = forecast.estimate(stages, sizes, speed, records)
    artifacts.save_forecast({each.stage: each.seconds for each in estimates}, running)
    memory, disk = psutil.virtual_memory().total, shutil.disk_usage(".").free
    return [table.show(estimates, running, sizes.cores), *table.notes(estimates, sizes, memory, disk)]


def not_subsampled(params: Params, table: pd.DataFrame) -> list[str]:
    """A line for each reason why maps are not embedded again on subsamples, naming them."""
    params = methods.expand(params)
    samples = subsampling.draw(table, params.subsampling, params.seed)
    training = (table["split"] == "train").to_numpy()
    reasons = {name: subsampling.too_small(methods.read(name, params)[1], samples, training) for name in params.maps}
    return [
        f"{', '.join(name for name in reasons if reasons[name] == reason)}: {reason}"
        for reason in dict.fromkeys(filter(None, reasons.values()))
    ]


def drift(params: Params) -> list[str]:
    """A line for each library whose installed version is not the one that made a stored result."""
    made: dict[tuple[str, str], list[str]] = {}
    for stage in artifacts.stages(params):
        timing = artifacts.load_timing(stage)
        for name, version in (timing or {"versions": {}})["versions"].items():
            made.setdefault((name, version), []).append(stage)
    return [
        f"{name} {version} made {', '.join(stages)}; installed is {installed}."
        for (name, version), stages in made.items()
        if (installed := importlib.metadata.version(name)) != version
    ]
