"""Reading params.yaml, and saying in one line what is wrong in it."""

from __future__ import annotations

import difflib
import importlib
import json
import os
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from pipeline.runtime import cluster
from pipeline.runtime.errors import InputError

PATH = Path("params.yaml")

# Names become stage names, folders and file names, so they may hold nothing that a path or a shell reads.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Options of any section: an unknown key is an error, and values are not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Neighbors(Strict):
    k: Annotated[int, Field(ge=5)]
    exact_up_to: Annotated[int, Field(ge=1)]


class Evaluate(Strict):
    k: Annotated[int, Field(ge=1)]
    more_k: list[Annotated[int, Field(ge=1)]]
    exact_up_to: Annotated[int, Field(ge=1)]
    equivalent_within: Annotated[float, Field(gt=0, lt=1)]

    @property
    def sizes(self) -> list[int]:
        """All neighborhood sizes, the one that sentences speak of first."""
        return list(dict.fromkeys([self.k, *self.more_k]))


class Subsampling(Strict):
    max_rows: Annotated[int, Field(ge=0)]
    subsamples: Annotated[int, Field(ge=10)]  # an interval from fewer says little
    share: Annotated[float, Field(gt=0, lt=1)]


class Place(Strict):
    level: Annotated[float, Field(gt=0, lt=1)]
    others: bool


class Report(Strict):
    columns: Literal["all"] | list[str]
    inputs: bool
    points: Annotated[int, Field(ge=1000)]
    max_megabytes: Annotated[float, Field(gt=0)]


class Params(Strict):
    """params.yaml as a whole. What stands inside `data`, an encoder or a map is validated beside its code."""

    seed: Annotated[int, Field(ge=0)]
    seeds: Annotated[int, Field(ge=1)]
    cluster: str | None
    data: dict[str, Any]
    neighbors: Neighbors
    encoders: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    maps: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    subsampling: Subsampling
    null_maps: dict[Name, dict[str, Any]]
    code_size_sweep: dict[Name, dict[str, Any]]
    evaluate: Evaluate
    place: Place
    report: Report

    @field_validator("cluster")
    @classmethod
    def _is_a_cluster(cls, found: str | None) -> str | None:
        said = cluster.refused(found)
        if said:
            raise refused("cluster", said)
        return found


def load(path: Path = PATH) -> Params:
    """The parameters in `path`; one line for each thing wrong with its sections, names or YAML."""
    if not path.exists():
        raise InputError(f"{path}: no such file. Run from the folder that holds params.yaml and dvc.yaml.")
    try:
        found = YAML(typ="safe", pure=True).load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise InputError(f"{path}, line {line}: {error.problem}. Mend the YAML there.") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: holds no sections; it needs {', '.join(Params.model_fields)}.")
    given = parse(Params, found, path=path)
    k, most = given.evaluate.k, given.neighbors.k
    if k > most:
        raise InputError(
            f"{path}: evaluate.k is {k}, which needs {k} neighbors; neighbors.k is {most}."
            f" Raise neighbors.k to {k}, or use an evaluate.k of at most {most}."
        )
    return given


def check_sizes(given: Params, n: int) -> None:
    """InputError where a neighborhood size is too large for n rows."""
    size = max(given.evaluate.sizes)
    if 2 * size >= n:
        key = "k" if size == given.evaluate.k else "more_k"
        raise InputError(
            f"{PATH}: evaluate.{key} asks for {size} neighbors, but the data have {n:,} rows, of which less than half can be"
            f" neighbors. Use sizes up to {(n - 1) // 2}."
        )
    k = given.neighbors.k
    if k >= n:
        raise InputError(
            f"{PATH}: neighbors.k is {k}, but the data have {n:,} rows. Lower it to at most {n - 1:,}, and the perplexity or"
            " n_neighbors of each map with it."
        )


def parse(model: type[Model], found: Any, *where: str, path: Path = PATH) -> Model:
    """`found`, which stands in `path` at `where`, as `model`; InputError with one line for each thing wrong."""
    try:
        return model.model_validate(found)
    except ValidationError as error:
        lines = (_line(model, problem, where) for problem in error.errors())
        raise InputError("\n".join(f"{path}: {line}" for line in lines)) from None


def kind(package: ModuleType, key: str, found: dict[str, Any], *where: str) -> tuple[ModuleType, Any]:
    """The module of `package` that `found[key]` names, and `found` as that module's Options.

    A method, an encoder kind: each is a file, and its name is looked up here, so adding one touches no list.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    name = found.get(key)
    if name not in names:
        said = f"is {_show(name)}" if key in found else "is missing"
        raise InputError(f"{PATH}: {'.'.join([*where, key])} {said}; {choose(name, names)}")
    module = importlib.import_module(f"{package.__name__}.{name}")
    return module, parse(module.Options, found, *where)


def item(section: str) -> tuple[str, dict[str, Any]]:
    """The entry of `section` that this stage works on, and its name."""
    entries, name = getattr(load(), section), cell()
    if name not in entries:
        raise InputError(f"{PATH}: {section} has no {_show(name)}; {choose(name, list(entries))}")
    return name, entries[name]


def cell() -> str:
    """The name that a stage is told: "deep" of train@deep, or the command's first argument; empty where there is none."""
    return sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DVC_STAGE", "").partition("@")[2]


def entry(name: str) -> str:
    """The entry of params.yaml that a map is of: "tsne-raw" of "tsne-raw.5", one of several."""
    return name.partition(".")[0]


def refused(key: str, said: str) -> PydanticCustomError:
    """What a model raises about options that do not go together; `parse` says it of `key` in these words."""
    return PydanticCustomError("combination", "{key} {said}", {"key": key, "said": said})


def _line(model: type[BaseModel], problem: Any, where: tuple[str, ...]) -> str:
    *parents, last = problem["loc"] or ("",)
    if last == "[key]":  # pydantic's mark for a dictionary's key, as opposed to its value
        parents, last = parents[:-1], parents[-1]
    spot = ".".join(str(part) for part in (*where, *parents, last) if part != "")
    if problem["type"] == "extra_forbidden":
        return f"{spot} is not an option; {choose(last, _fields(model, parents))}"
    if problem["type"] == "combination":  # options that do not go together: the model says it whole
        return ".".join([*where, problem["ctx"]["key"]]) + " " + problem["ctx"]["said"]
    if problem["type"] == "missing":
        return f"{spot} is missing; {parents[-1] if parents else (where or ['the file'])[-1]} needs it."
    if problem["type"] == "string_pattern_mismatch":
        return f"{spot} is not a usable name; use letters, digits, _ and - only."
    if problem["type"] == "literal_error":
        allowed = re.findall("'(.*?)'", problem["ctx"]["expected"])
        return f"{spot} is {_show(problem['input'])}; {choose(problem['input'], allowed)}"
    rule = problem["msg"].rpartition("should ")[2]
    return f"{spot} is {_show(problem['input'])}; it should {rule}."


def _fields(model: type[BaseModel], parents: list[Any]) -> list[str]:
    for parent in parents:
        model = model.model_fields[parent].annotation
    return list(model.model_fields)


def choose(name: Any, allowed: list[str]) -> str:
    """What is allowed, and the nearest of it, as the end of a message."""
    near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5) if isinstance(name, str) else []
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"allowed: {', '.join(allowed) or 'none'}.{hint}"


def _show(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
