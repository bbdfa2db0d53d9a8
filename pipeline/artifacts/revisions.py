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

from pipeline.artifacts.formats import FORMAT_VERSION, renew
from pipeline.artifacts.paths import DATASET, EVALUATION, MAPS, METRICS, SPACES, map_folder
from pipeline.config import PATH, RENAMED
from pipeline.runtime.errors import AbsentError, InputError, short
from pipeline.types import Run


def load_run(revision: str | None) -> Run:
    """A finished run: of a git revision (a commit, branch or tag) or a DVC experiment, or, for None, of the workspace.

    InputError where there is no such revision, or another version made it; AbsentError where its results are not in the cache.
    """
    files = _RunFiles(revision, *_files(revision))
    try:
        params = files.params()
        info = files.info(DATASET / "dataset.json")
        registration = files.json(EVALUATION / "registration.json")
        maps, random = {}, set()
        for name, by_seed in registration.items():
            points = files.read(map_folder(MAPS, name) / "points.npy", partial(np.load, allow_pickle=False))[0]
            maps[name] = points @ np.array(by_seed[0]["matrix"]) + np.array(by_seed[0]["offset"])
            if files.info(map_folder(MAPS, name) / "map.json")["seeds"]:
                random.add(name)
        return Run(
            name=files.name, params=params, table=files.table(DATASET / "table.parquet"),
            data=info["digest"], source=_source(params, info), maps=maps, random=random,
            measures=files.table(EVALUATION / "measures.parquet"), lost_neighbors=files.table(EVALUATION / "lost_neighbors.parquet"),
            errors=files.table(EVALUATION / "reconstruction.parquet"), sampling=files.table(EVALUATION / "sampling.parquet"),
            digests=_digests(files, params, [*maps]),
        )  # fmt: skip
    except files.missing as error:
        if revision is None:
            raise InputError(f"{files.name}: its results are not all here ({error}). Run: dvc repro") from None
        raise AbsentError(
            f"{revision}: its results are not in DVC's cache here ({error}). Fetch them from where they were pushed to"
            f" (dvc fetch --all-commits), or compare the figures that git has: python -m pipeline reproduces {revision}"
        ) from None


def load_figures(revision: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """params.yaml and reports/metrics.json of a run, which git has, whatever DVC's cache has; InputError where git has not."""
    files = _RunFiles(revision, *_files(revision))
    try:
        return files.params(), files.json(METRICS)
    except files.missing as error:
        raise InputError(
            f"{files.name}: holds no run ({error}). Name a commit that has {METRICS}: git log {METRICS}"
        ) from None


@dataclass(frozen=True)
class _RunFiles:
    """Reads a revision's files. `missing` are the errors that `files` raises where they are not there."""

    revision: str | None
    files: Any
    missing: tuple[type[Exception], ...]

    @property
    def name(self) -> str:
        return self.revision or "the workspace"

    def read(self, path: Path, reader: Callable[[Any], Any]) -> Any:
        with self.files.open(path.as_posix(), "rb") as file:
            try:
                return reader(file)
            except self.missing:
                raise
            except (OSError, ValueError, EOFError, YAMLError) as error:
                todo = "dvc repro --force, there" if self.revision or path == PATH else renew(path)
                raise InputError(f"{self.name}: {path}: damaged ({short(error)}). Run: {todo}") from error

    def table(self, path: Path) -> pd.DataFrame:
        return self.read(path, pd.read_parquet)

    def json(self, path: Path) -> dict[str, Any]:
        return self.read(path, json.load)

    def info(self, path: Path) -> dict[str, Any]:
        """What `formats.save_info` wrote."""
        info = self.json(path)
        version = info.get("format_version", 1)
        if version != FORMAT_VERSION:
            raise self._other_version(f"{version}")
        return info

    def params(self) -> dict[str, Any]:
        params = self.read(PATH, YAML(typ="safe", pure=True).load)
        if {*params} & {*RENAMED}:
            raise self._other_version("3 or older")
        return params

    def _other_version(self, version: str) -> InputError:
        todo = (
            "Check that revision out to read it." if self.revision else "Run: python -m pipeline check, then dvc repro"
        )
        return InputError(
            f"{self.name}: was made by a version of this program with other names (format {version}); this one compares format"
            f" {FORMAT_VERSION}. {todo}"
        )


def _source(params: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """Run.source: where one of these differs, errors have other units, and "near" has another meaning."""
    return {
        "source (data.path, title)": (params["data"]["path"], info["title"]),
        "shape of a row": (info["kind"], info["shape"]),
        "columns": info["feature_names"],
        "scaling": info["scaling"]["rule"],
    }


def _digests(run_files: _RunFiles, params: dict[str, Any], maps: list[str]) -> dict[tuple[str, str], str]:
    """Run.digests."""
    files = {("raw", "raw"): [SPACES / "raw" / "points.npy"]}
    codes = {("codes", name): SPACES / name for name in params["encoders"]}
    files |= {key: [folder / "points.npy", folder / "error.npy"] for key, folder in codes.items()}
    files |= {("maps", name): [map_folder(MAPS, name) / "points.npy"] for name in maps}
    digests = {}
    for (view, name), paths in files.items():
        with suppress(*run_files.missing):  # runs can be compared without spaces, of which only this is read
            parts = [run_files.read(path, lambda file: file_digest(file, "sha256").hexdigest()) for path in paths]
            digests[view, name] = " ".join([params["data"]["metric"], *parts] if view == "raw" else parts)
    return digests


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
