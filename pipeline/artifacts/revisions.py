"""A run of another revision, read from git and DVC's cache; the workspace stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.artifacts.formats import renew
from pipeline.artifacts.paths import DATASET, EVALUATION, MAPS, METRICS, SPACES, of_map
from pipeline.config import PATH
from pipeline.runtime.errors import AbsentError, InputError, short
from pipeline.types import Finished


def load_run(revision: str | None) -> Finished:
    """What a run left: of a git revision (a commit, branch or tag) or a DVC experiment, or, for None, of the workspace.

    InputError where there is no such revision; AbsentError where its results are not in the cache.
    """
    run = _Run(revision, *_files(revision))
    try:
        given = run.read(PATH, YAML(typ="safe", pure=True).load)
        info = run.info(DATASET / "dataset.json")
        registration = run.info(EVALUATION / "registration.json")
        maps, random = {}, set()
        for name, laid in registration.items():
            points = run.read(of_map(MAPS, name) / "points.npy", partial(np.load, allow_pickle=False))[0]
            maps[name] = points @ np.array(laid[0]["matrix"]) + np.array(laid[0]["offset"])
            if run.info(of_map(MAPS, name) / "map.json")["seeds"]:
                random.add(name)
        return Finished(
            name=run.said, parameters=given, rows=run.table(DATASET / "table.parquet"),
            data=info["digest"], source=_source(given, info), maps=maps, random=random,
            measures=run.table(EVALUATION / "measures.parquet"), losses=run.table(EVALUATION / "losses.parquet"),
            errors=run.table(EVALUATION / "reconstruction.parquet"), sampling=run.table(EVALUATION / "sampling.parquet"),
            digests=_digests(run, given, [*maps]),
        )  # fmt: skip
    except run.missing as error:
        if revision is None:
            raise InputError(f"{run.said}: its results are not all here ({error}). Run: dvc repro") from None
        raise AbsentError(
            f"{revision}: DVC's cache here has not got its results ({error}). Fetch them from where they"
            " were pushed to (dvc fetch --all-commits), or hold this run's figures against it: python -m pipeline reproduces"
            f" {revision}"
        ) from None


def load_figures(revision: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """params.yaml and reports/metrics.json, which git has of a run, whatever DVC's cache has; InputError where it has not."""
    run = _Run(revision, *_files(revision))
    try:
        return run.read(PATH, YAML(typ="safe", pure=True).load), run.info(METRICS)
    except run.missing as error:
        raise InputError(
            f"{run.said}: holds no run ({error}). Name a commit that has {METRICS}: git log {METRICS}"
        ) from None


@dataclass(frozen=True)
class _Run:
    """What opens a revision's files, and what that raises where they are not there."""

    revision: str | None
    files: Any
    missing: tuple[type[Exception], ...]

    @property
    def said(self) -> str:
        return self.revision or "the workspace"

    def read(self, path: Path, reader: Callable[[Any], Any]) -> Any:
        with self.files.open(path.as_posix(), "rb") as file:
            try:
                return reader(file)
            except self.missing:
                raise
            except (OSError, ValueError, EOFError, YAMLError) as error:
                todo = "dvc repro --force, there" if self.revision or path == PATH else renew(path)
                raise InputError(f"{self.said}: {path}: damaged ({short(error)}). Run: {todo}") from error

    def table(self, path: Path) -> pd.DataFrame:
        return self.read(path, pd.read_parquet)

    def info(self, path: Path) -> dict[str, Any]:
        return self.read(path, json.load)


def _source(given: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """As Finished has it: where one of these differs, errors are in other units, and near means something else."""
    return {
        "source (data.path, title)": (given["data"]["path"], info["title"]),
        "shape of a row": (info["kind"], info["shape"]),
        "columns": info["feature_names"],
        "scaling": info["scaling"]["rule"],
    }


def _digests(run: _Run, given: dict[str, Any], maps: list[str]) -> dict[str, str]:
    """As Finished has them."""
    files = {"raw": [SPACES / "raw" / "points.npy"]}
    files |= {
        f"codes/{name}": [SPACES / name / "points.npy", SPACES / name / "error.npy"] for name in given["encoders"]
    }
    files |= {f"maps/{name}": [of_map(MAPS, name) / "points.npy"] for name in maps}
    found = {}
    for name, paths in files.items():
        with suppress(*run.missing):  # nothing else is read of spaces: a run can be held against another without them
            parts = [run.read(path, lambda file: file_digest(file, "sha256").hexdigest()) for path in paths]
            found[name] = " ".join([given["data"]["metric"], *parts] if name == "raw" else parts)
    return found


def _files(revision: str | None) -> tuple[Any, tuple[type[Exception], ...]]:
    if revision is None:
        from fsspec.implementations.local import LocalFileSystem

        return LocalFileSystem(), (FileNotFoundError, KeyError)
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc_data.index import DataIndexDirError
    from scmrepo.exceptions import SCMError

    try:
        files = DVCFileSystem(".", rev=revision)
        assert files.repo  # a revision is only looked up when it is first asked for something
        return files, (FileNotFoundError, KeyError, DataIndexDirError)
    except (DvcException, SCMError):
        raise InputError(
            f"{revision}: neither git nor DVC knows such a revision or experiment. See: git log, dvc exp show"
        ) from None
