"""Describe the data, say what is wrong in params.yaml, what would run, and what it takes."""

from __future__ import annotations

import argparse
import importlib.metadata
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import artifacts, config, datasets, encoders, forecast, methods, ragged
from pipeline.commands import transform
from pipeline.controls import code_size_sweep, null_maps, subsampling
from pipeline.datasets.source import abbreviate
from pipeline.forecast import table
from pipeline.preprocessing import describe, prepare
from pipeline.runtime.errors import InputError, located
from pipeline.types import Dataset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: everything is read from params.yaml."""


def main() -> None:
    """Print the findings; InputError with one line for each thing wrong, in the parameters or in the data."""
    given = config.load()
    validate(given)
    options = config.parse(prepare.Options, given.data, "data")
    source = datasets.read(Path(options.path), options.label)
    print("\n".join(describe.source(source)))
    dataset = prepare.prepare(source, options, given.seed)
    config.check_sizes(given, len(dataset.rows))
    print("\n".join(describe.dataset(dataset)))
    sizes = _sizes(given, dataset)
    counts = {"encoder": len(given.encoders), "map": len(methods.expanded(given).maps)}
    said = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())
    print(f"params.yaml is valid: {said} of {given.data['path']}.")
    changed, following = pending()
    print(would_run(changed, following))
    rows, tests = len(dataset.rows), int((dataset.table["split"] == "test").sum())
    print("\n".join(forecasted(given, source.rows.shape, source.kind, [*changed, *following], tests / rows)))
    if given.cluster:
        print(f"cluster: blocks of work go to {given.cluster}, which is looked for when one is due, not now.")
    notes = [
        *sizes,
        *not_subsampled(given, dataset.table),
        transform.never_novel(tests, given.place.level),
    ]
    print("".join(f"{line}\n" for line in filter(None, notes)), end="")
    print("\n".join(drift(given)) or "Library versions: none differs from those that made the stored results.")
    left = artifacts.leftovers(given)
    if left:
        print(
            f"No longer in params.yaml: {len(left)} results ({abbreviate([*map(str, left)])}). `python -m pipeline clean` removes them."
        )


def validate(given: config.Params) -> None:
    """All sections, encoders and maps, with what they refer to; InputError with one line for each thing wrong."""
    given = methods.expanded(given)
    checks = [lambda: _data(given)]
    checks += [lambda name=name: _encoder(name, given) for name in given.encoders]
    checks += [lambda name=name: methods.read(name, given) for name in given.maps]
    checks += [lambda name=name: null_maps.read(name, given) for name in given.null_maps]
    checks += [lambda name=name: code_size_sweep.read(name, given) for name in given.code_size_sweep]
    problems = []
    for checked in checks:
        try:
            checked()
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(dict.fromkeys(problems)))  # an encoder's own are also those of advice on it


def _data(given: config.Params) -> None:
    options = config.parse(prepare.Options, given.data, "data")
    if not Path(options.path).exists():
        raise InputError(f'{config.PATH}: data.path is "{options.path}"; no such file or folder.')


def _encoder(name: str, given: config.Params) -> None:
    if name == "raw":
        raise InputError(f"{config.PATH}: encoders.raw: raw names the data as they are; choose another name.")
    config.plugin(encoders, "kind", given.encoders[name], "encoders", name)


def _sizes(given: config.Params, dataset: Dataset) -> list[str]:
    """What is left out of codes' sizes; InputError where codes are asked for that the data are too few or too short for, which a
    stage would say only as it begins."""
    rows = int((dataset.table["split"] == "train").sum())
    columns = ragged.flat(np.asarray(dataset.rows[:1])).shape[1]
    for name in given.encoders:
        kind, options = config.plugin(encoders, "kind", given.encoders[name], "encoders", name)
        if hasattr(kind, "check"):
            with located(f"{config.PATH}: encoders.{name}"):
                kind.check(options, rows, columns)
    notes = []
    for name in given.code_size_sweep:
        with located(f"{config.PATH}: advise.{name}"):
            options = code_size_sweep.read(name, given)[2]
            left = sorted({*options.sizes} - {*code_size_sweep.fitting(options, columns).sizes})
        if left:
            sizes = ", ".join(map(str, left))
            notes.append(f"advise.{name}: codes of {sizes} numbers are not tried, since rows have {columns:,} columns.")
    return notes


def pending() -> tuple[list[str], list[str]]:
    """Which stages `dvc repro` would run, and which then, where results differ; InputError with what DVC says where it cannot."""
    import networkx
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            changed, graph = set(repo.status()), repo.index.graph
    except LockError:
        raise InputError(
            "What would run is not known: another DVC command is at work here. Wait until it has ended."
        ) from None
    except DvcException as error:
        raise InputError(f"What would run is not known, since DVC says: {' '.join(str(error).split())}") from None
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


def forecasted(
    given: config.Params, shape: tuple[int, ...], kind: str, running: list[str], tests: float | None = None
) -> list[str]:
    """What a run takes on this machine, stage by stage, as lines; kept for the stages to say how much of it is left.

    shape    of all rows of the source, (n, ...); kind, vector, image or sequence
    running  the stages that would run
    tests    share of test rows, where the source has its own
    """
    import psutil  # which DVC needs and brings along

    rows = min(shape[0], given.data["rows"] or shape[0])
    machine = forecast.calibrate()
    sizes = forecast.Sizes(
        given, rows, tuple(shape[1:]), kind, tests, machine.cores, forecast.uncompiled(), shape[0] - rows
    )
    found = forecast.foreseen(sizes, machine, artifacts.load_records())
    artifacts.save_forecast({each.cell: each.seconds for each in found}, running)
    there = psutil.virtual_memory().total, shutil.disk_usage(".").free
    return table.lines(found, machine, running) + table.lacking(found, *there) + table.sampled(sizes)


def not_subsampled(given: config.Params, rows: pd.DataFrame) -> list[str]:
    """A line for the maps of which a subsample of a dataset's rows has too few, or several where they ask for other numbers of
    neighbors."""
    given = methods.expanded(given)
    chosen, training = subsampling.of(rows, given.subsampling, given.seed), (rows["split"] == "train").to_numpy()
    said = {name: subsampling.lacks(methods.read(name, given)[1], chosen, training) for name in given.maps}
    lines = dict.fromkeys(filter(None, said.values()))
    return [f"{', '.join(name for name in said if said[name] == line)}: {line}" for line in lines]


def drift(given: config.Params) -> list[str]:
    """A line for each library whose installed version is not the one that made a stored result."""
    made: dict[tuple[str, str], list[str]] = {}
    for stage in artifacts.cells(given):
        timing = artifacts.load_timing(stage)
        for name, version in (timing or {"versions": {}})["versions"].items():
            made.setdefault((name, version), []).append(stage)
    return [
        f"{name} {version} made {', '.join(stages)}; installed is {installed}."
        for (name, version), stages in made.items()
        if (installed := importlib.metadata.version(name)) != version
    ]
