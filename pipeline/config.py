"""params.yaml, typed: read once a process, with one line for each thing that is wrong in it."""

from __future__ import annotations

import difflib
import importlib
import itertools
import json
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from pipeline.runtime import cluster
from pipeline.runtime.errors import InputError

PATH = Path("params.yaml")

# Keys of former versions -> today's.
RENAMED = {
    "redraw": "subsampling (up_to: max_rows)",
    "structureless": "null_maps",
    "advise": "code_size_sweep",
    "place": "transform (level: alpha; others: remaining, a list of maps)",
    "up_to": "max_rows",
    "level": "alpha",
    "others": "remaining (a list of maps)",
    "start": "initialization",
}

# Names become stage names, folders and file names, so they may hold nothing that a path or a shell reads.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


class Strict(BaseModel):
    """Options of any section: an unknown key is an error, and values are not changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


SWEEPABLE = object()
Sweepable = Annotated[
    Value, SWEEPABLE
]  # an option that may be a list in params.yaml, which then stands for several maps


class Data(Strict):
    path: str
    label: str | None
    rows: PositiveInt | None
    test_fraction: Annotated[float, Field(gt=0, lt=1)]  # of all rows, where the source has no test rows of its own
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]  # of the rows that are not test rows
    metric: Literal["euclidean", "cosine"]
    scaling: Literal["auto", "none", "standard", "min_max", "unit"]
    missing: Literal["refuse", "mean", "median"]


class Neighbors(Strict):
    k: Annotated[int, Field(ge=5)]
    exact_up_to: PositiveInt


class Subsampling(Strict):
    max_rows: Annotated[int, Field(ge=0)]
    subsamples: Annotated[int, Field(ge=10)]  # an interval from fewer says little
    share: Annotated[float, Field(gt=0, lt=1)]


class NullMap(Strict):
    kind: Literal["gaussian", "shuffled"]
    draws: PositiveInt


class CodeSizeSweep(Strict):
    sizes: Annotated[tuple[PositiveInt, ...], Field(min_length=2)]
    trainings: Annotated[int, Field(ge=2)]
    steps: PositiveInt

    @field_validator("sizes")
    @classmethod
    def _doubles(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if any(after != 2 * before for before, after in itertools.pairwise(sizes)):
            raise ValueError("should double from each to the next, as in [5, 10, 20]")
        return sizes


class Evaluate(Strict):
    k: PositiveInt
    more_k: list[PositiveInt]
    exact_up_to: PositiveInt
    equivalent_within: Annotated[float, Field(gt=0, lt=1)]

    @property
    def sizes(self) -> list[int]:
        """All neighborhood sizes, the main one first."""
        return list(dict.fromkeys([self.k, *self.more_k]))


class Transform(Strict):
    alpha: Annotated[float, Field(gt=0, lt=1)]
    remaining: list[Name]


class Report(Strict):
    columns: Literal["all"] | list[str]
    inputs: bool
    points: Annotated[int, Field(ge=1000)]
    max_megabytes: Annotated[float, Field(gt=0)]


class Params(Strict):
    """params.yaml as a whole. An encoder's and a map's own options are validated by the file of its kind or method."""

    seed: Annotated[int, Field(ge=0)]
    seeds: Annotated[int, Field(ge=1)]
    cluster: str | None
    data: Data
    neighbors: Neighbors
    encoders: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    maps: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    subsampling: Subsampling
    null_maps: dict[Name, NullMap]
    code_size_sweep: dict[Name, CodeSizeSweep]
    evaluate: Evaluate
    transform: Transform
    report: Report

    @field_validator("cluster")
    @classmethod
    def _is_a_cluster(cls, address: str | None) -> str | None:
        problem = cluster.refused(address)
        if problem:
            raise conflict("cluster", problem)
        return address


def load(path: Path = PATH) -> Params:
    """The parameters in `path`; InputError with one line for each thing wrong with its sections, names or YAML."""
    if not path.exists():
        raise InputError(f"{path}: no such file. Run from the folder that holds params.yaml and dvc.yaml.")
    sections = read_yaml(path)
    if not isinstance(sections, dict):
        raise InputError(f"{path}: holds no sections; it needs {', '.join(Params.model_fields)}.")
    params = parse(Params, sections, path=path)
    k, most = params.evaluate.k, params.neighbors.k
    if k > most:
        raise InputError(
            f"{path}: evaluate.k is {k}, which needs {k} neighbors; neighbors.k is {most}."
            f" Raise neighbors.k to {k}, or use an evaluate.k of at most {most}."
        )
    return params


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; InputError if it is not YAML."""
    try:
        return YAML(typ="safe", pure=True).load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise InputError(f"{path}, line {line}: {error.problem}. Fix the YAML there.") from None


def check_sizes(params: Params, n: int) -> None:
    """InputError where a neighborhood size is too large for n rows."""
    size = max(params.evaluate.sizes)
    if 2 * size >= n:
        key = "k" if size == params.evaluate.k else "more_k"
        raise InputError(
            f"{PATH}: evaluate.{key} asks for {size} neighbors, but the data have {n:,} rows, of which less than half can be"
            f" neighbors. Use sizes up to {(n - 1) // 2}."
        )
    k = params.neighbors.k
    if k >= n:
        raise InputError(
            f"{PATH}: neighbors.k is {k}, but the data have {n:,} rows. Lower it to at most {n - 1:,}, and the perplexity or"
            " n_neighbors of each map with it."
        )


def parse(model: type[Model], values: Any, *where: str, path: Path = PATH) -> Model:
    """`values`, which stand in `path` at `where`, as `model`; InputError with one line for each thing wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = error.errors()
        old_keys = {problem["loc"][-1] for problem in problems if problem["type"] == "extra_forbidden"}
        new_keys = {RENAMED[key].partition(" ")[0] for key in old_keys & {*RENAMED}}
        messages = [
            _message(model, problem, where)
            for problem in problems
            if problem["type"] != "missing" or problem["loc"][-1] not in new_keys  # the old key's line names it
        ]
        raise InputError("\n".join(f"{path}: {message}" for message in messages)) from None


def plugin(package: ModuleType, key: str, values: dict[str, Any], *where: str) -> tuple[ModuleType, Any]:
    """The module of `package` that `values[key]` names, and `values` as that module's Options.

    Each method and each encoder kind is a file whose name is looked up here, so adding one touches no list.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    name = values.get(key)
    if name not in names:
        problem = f"is {_show(name)}" if key in values else "is missing"
        raise InputError(f"{PATH}: {'.'.join([*where, key])} {problem}; {choose(name, names)}")
    module = importlib.import_module(f"{package.__name__}.{name}")
    return module, parse(module.Options, values, *where)


def entry(name: str) -> str:
    """The entry of params.yaml that a map belongs to: "tsne-raw" of "tsne-raw.5", one of several."""
    return name.partition(".")[0]


def conflict(key: str, problem: str) -> PydanticCustomError:
    """For a model to raise where options do not go together; `parse` reports it as "<key> <problem>"."""
    return PydanticCustomError("conflict", "{key} {problem}", {"key": key, "problem": problem})


def _message(model: type[BaseModel], problem: Any, where: tuple[str, ...]) -> str:
    *parents, last = problem["loc"] or ("",)
    if last == "[key]":  # pydantic's mark for a dictionary's key, as opposed to its value
        parents, last = parents[:-1], parents[-1]
    spot = ".".join(str(part) for part in (*where, *parents, last) if part != "")
    if problem["type"] == "extra_forbidden":
        if last in RENAMED:
            return f"{spot} is now called {RENAMED[last]}. Rename it."
        return f"{spot} is not an option; {choose(last, _fields(model, parents))}"
    if problem["type"] == "conflict":
        return ".".join([*where, problem["ctx"]["key"]]) + " " + problem["ctx"]["problem"]
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
        of_values = get_args(model)  # of a dictionary; of a model none
        model = of_values[1] if of_values else model.model_fields[parent].annotation
    return list(model.model_fields)


def choose(name: Any, allowed: list[str]) -> str:
    """What is allowed, and the nearest of it, as the end of a message."""
    return f"allowed: {', '.join(allowed) or 'none'}.{did_you_mean(name, allowed)}"


def did_you_mean(name: Any, names: list[str]) -> str:
    """A hint at the most similar name, as the end of a message; empty if none is similar."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5) if isinstance(name, str) else []
    return f" Did you mean {near[0]}?" if near else ""


def _show(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
