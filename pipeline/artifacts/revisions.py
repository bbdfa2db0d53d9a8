"""A run of another revision, read from git and DVC's cache; the workspace stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.artifacts.formats import renew
from pipeline.artifacts.paths import DATASET, EVALUATION, MAPS, of_map
from pipeline.errors import InputError, short
from pipeline.nouns import Finished
from pipeline.params import PATH


def load_run(revision: str | None) -> Finished:
    """What a run left: of a git revision (a commit, branch or tag) or a DVC experiment, or, for None, of the workspace.

    InputError where there is no such revision, or its results are not in the cache.
    """
    said = revision or "the workspace"
    files, missing = _files(revision)

    def read(path: Path, reader: Callable[[Any], Any]) -> Any:
        with files.open(path.as_posix(), "rb") as file:
            try:
                return reader(file)
            except missing:
                raise
            except (OSError, ValueError, EOFError, YAMLError) as error:
                todo = "dvc repro --force, there" if revision or path == PATH else renew(path)
                raise InputError(f"{said}: {path}: damaged ({short(error)}). Run: {todo}") from error

    def table(path: Path) -> pd.DataFrame:
        return read(path, pd.read_parquet)

    def info(path: Path) -> dict[str, Any]:
        return read(path, json.load)

    try:
        given = read(PATH, YAML(typ="safe", pure=True).load)
        registration = info(EVALUATION / "registration.json")
        maps, random = {}, set()
        for name, laid in registration.items():
            points = read(of_map(MAPS, name) / "points.npy", partial(np.load, allow_pickle=False))[0]
            maps[name] = points @ np.array(laid[0]["matrix"]) + np.array(laid[0]["offset"])
            if info(of_map(MAPS, name) / "map.json")["seeds"]:
                random.add(name)
        return Finished(
            name=said, parameters=given, rows=table(DATASET / "table.parquet"), data=info(DATASET / "dataset.json")["digest"],
            maps=maps, random=random, measures=table(EVALUATION / "measures.parquet"), losses=table(EVALUATION / "losses.parquet"),
            errors=table(EVALUATION / "reconstruction.parquet"),
        )  # fmt: skip
    except missing as error:
        raise InputError(
            f"{said}: its results are not all here ({error}). Run it again there, or fetch them: dvc fetch --all-commits"
        ) from None


def _files(revision: str | None) -> tuple[Any, tuple[type[Exception], ...]]:
    """What opens a revision's files, and what it raises where they are not there."""
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
