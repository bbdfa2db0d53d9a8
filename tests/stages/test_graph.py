"""dvc.yaml is true: a stage's deps are its inputs and the packages that its process imports, and `STAGES` lists its stages."""

import ast
import json
import pkgutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline import config, methods
from pipeline.artifacts import paths

ROOT = Path(__file__).parents[2]
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]

# Imported by every stage, without influence on what a stage computes.
PLUMBING = {
    "pipeline/__init__.py": "empty",
    "pipeline/config.py": "reads params.yaml, whose sections DVC compares by value",
    "pipeline/types.py": "the values that stages pass on",
    "pipeline/artifacts/": "where files lie; a change of format comes with a new format version",
    "pipeline/runtime/": "messages, locks, and where blocks of work run, which changes no result",
    "pipeline/forecast/": "estimates and records of time",
    "pipeline/stages/__init__.py": "runs a stage; records seconds, memory and versions",
    "pipeline/commands/__init__.py": "names of commands",
}
# Dependencies that the small project's process does not import: DVC knows no "if".
CONDITIONAL = {"pipeline/layout", "pipeline/autoencoders", "pipeline/neighbors", "pipeline/ragged.py"}
SPARE = {
    "train@pca": CONDITIONAL,
    "encode@pca": CONDITIONAL,
    "embed": CONDITIONAL,
    "subsampling": {"pipeline/autoencoders", "pipeline/ragged.py"},
}
# What a process imports that another of its dependencies stands for.
BY_MAPS = (
    "pipeline/methods/",
    "pipeline/layout/",
    "pipeline/encoders/",
    "pipeline/autoencoders/",
    "pipeline/neighbors/",
)
STANDS_FOR = {
    "encode": ("pipeline/datasets/",),  # artifacts/dataset
    "null_maps": BY_MAPS,  # artifacts/maps/<name>, which changes with them
    "evaluate": BY_MAPS,  # artifacts/maps: which maps there are
    "report": BY_MAPS,
}
WITH_TENSORFLOW = {"train@deep", "encode@deep", "null_maps@tsne-deep", "code_size_sweep@deep", "transform@tsne-deep"}


def has_code(file: str) -> bool:
    """Whether a file holds more than a docstring."""
    return len(ast.parse((ROOT / file).read_text(encoding="utf-8")).body) > 1


def covers(dep: str, path: str) -> bool:
    return path == dep or path.startswith(f"{dep}/")


@pytest.mark.slow
def test_deps_are_what_the_processes_import(finished):
    """Of each stage, as noted in the one `dvc repro` of the project."""
    lock = YAML(typ="safe").load(finished.folder / "dvc.lock")["stages"]
    records = {path.stem: json.loads(path.read_text()) for path in finished.folder.with_name("records").glob("*.json")}
    assert {*records} == {*lock}
    missing, spare = {}, {}
    for stage, record in records.items():
        name = stage.partition("@")[0]
        files = {Path(file).relative_to(finished.folder).as_posix() for file in record["files"] if file}
        # Run as a script, the stage's own file is no longer among the modules.
        files |= {f"pipeline/stages/{name}.py"}
        own = {file for file in files if not file.startswith((*PLUMBING, *STANDS_FOR.get(name, ()))) and has_code(file)}
        deps = {dep["path"] for dep in lock[stage]["deps"] if dep["path"].startswith("pipeline/")}
        missing[stage] = {file for file in own if not any(covers(dep, file) for dep in deps)}
        unused = {dep for dep in deps if not any(covers(dep, file) for file in files)}
        spare[stage] = unused - (SPARE.get(stage) or SPARE.get(name) or set())
    assert {stage: files for stage, files in missing.items() if files} == {}, "imported, but no dependency"
    assert {stage: deps for stage, deps in spare.items() if deps} == {}, "a dependency, but not imported"
    assert {stage for stage, record in records.items() if "tensorflow" in record["modules"]} == WITH_TENSORFLOW


@pytest.mark.slow
def test_mapped_files_are_closed_before_they_are_replaced(finished):
    records = {path.stem: json.loads(path.read_text()) for path in finished.folder.with_name("records").glob("*.json")}
    assert {stage: record["replaced"] for stage, record in records.items() if record["replaced"]} == {}


@pytest.mark.parametrize("method", [module.name for module in pkgutil.iter_modules(methods.__path__)])
def test_a_map_of_any_method_depends_on_what_its_file_imports(method):
    """The small project has maps of few methods; here all imports count, whether they are executed or not."""
    deps = {dep.replace("${item.method}", method) for dep in STAGES["embed"]["do"]["deps"]}
    needed = imported_by({"pipeline/stages/embed.py", f"pipeline/methods/{method}.py"})
    assert len(needed) > 2
    assert {path for path in needed if not any(covers(dep, path) for dep in deps)} == set()


def imported_by(files: set[str]) -> set[str]:
    """Files of the pipeline that these import, at their top or in a function, directly or not, and they themselves."""
    known, new = set(), files
    while new:
        known |= new
        names = {name for path in new for name in imports(path)}
        paths_of = {path for name in names for path in (f"{name}.py", f"{name}/__init__.py") if (ROOT / path).is_file()}
        new = {path for path in paths_of if not path.startswith(tuple(PLUMBING))} - known
    return known


def imports(path: str) -> set[str]:
    """Modules, and names of modules, that may be files of the pipeline: pipeline/methods/pca."""
    tree, names = ast.parse((ROOT / path).read_text(encoding="utf-8")), set()
    # What `embed` does not call.
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "transform")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name.replace(".", "/") for name in names if name and name.startswith("pipeline.")}


def test_the_table_of_stages_is_that_of_dvc():
    """Names, what each runs once for, its file, and its results."""
    assert [stage.name for stage in paths.STAGES] == [*STAGES]
    for stage in paths.STAGES:
        entry = STAGES[stage.name]
        section = {None: None, "transform": "${transform.remaining}"}.get(stage.section, f"${{{stage.section}}}")
        assert entry.get("foreach") == section, stage.name
        single = entry.get("do", entry)
        assert single["cmd"] == f"python -m pipeline.stages.{stage.name}" and single["desc"]
        assert f"pipeline/stages/{stage.name}.py" in single["deps"]
        suffix = "" if stage.section is None else "/${item}" if stage.section == "transform" else "/${key}"
        outs = [out if isinstance(out, str) else next(iter(out)) for out in single["outs"]]
        assert {f"{path.as_posix()}{suffix}" for path in stage.outputs} <= {*outs}, stage.name


def test_every_name_of_a_section_is_a_stage(monkeypatch):
    monkeypatch.chdir(ROOT)
    params = config.load()
    names = [
        f"{name}@{key}" for name, section in (("embed", params.maps), ("train", params.encoders)) for key in section
    ]
    assert {*names} <= {*paths.stages(params)} and len(paths.stages(params)) == len({*paths.stages(params)})
