"""dvc.yaml tells the truth: a stage's deps are its inputs and the very modules that its process imports."""

import json
import pkgutil

import pytest
from ruamel.yaml import YAML

from pipeline import methods

# Plumbing: imported by every stage, and without influence on what a stage computes.
PLUMBING = {
    "__init__.py": "empty",
    "errors.py": "wording of errors",
    "params.py": "reads params.yaml, whose sections DVC compares by value",
    "artifacts/": "where files lie; a change of format comes with a new format_version",
    "nouns.py": "the values that artifacts reads",
    "progress.py": "what is said meanwhile",
    "blocks.py": "which blocks are worked on where, whose results do not depend on it",
    "cluster/": "the same",
    "forecast/": "what is said before, and noted after",
    "writing.py": "how files are put in place whole",
    "locking.py": "who may write them",
    "exits.py": "what is said when a stage fails",
    "stages/__init__.py": "seconds, memory and versions",
}
# Dependencies that a process does not import, each with its reason.
CONDITIONAL = "a dependency cannot be conditional"
PARAMETRIC = (
    "pipeline/layout/affinities.py",
    "pipeline/autoencoders",
    "pipeline/ragged.py",
    *(
        f"pipeline/{name}.py"
        for name in ("spaces", "neighbors", "views", "selection", "counting", "orders", "distances", "leading")
    ),
)
SPARE = {
    "train@pca": (("pipeline/autoencoders",), CONDITIONAL),
    "encode@pca": (("pipeline/autoencoders",), CONDITIONAL),
    "embed": (PARAMETRIC, CONDITIONAL),
    "subsampling": (PARAMETRIC, CONDITIONAL),
    "place": (("pipeline/layout/affinities.py", "pipeline/autoencoders", "pipeline/neighbors/graph.py"), CONDITIONAL),
}
# What a process imports that another of its dependencies stands for.
METHODS = tuple(f"methods/{module.name}.py" for module in pkgutil.iter_modules(methods.__path__))
BY_MAPS = (
    (*METHODS, "affinities.py", "spaces.py", "autoencoders/"),
    "artifacts/maps: which options take a list decides which maps there are",
)
STOOD_FOR = {
    "evaluate": BY_MAPS,
    "report": BY_MAPS,
    "null_maps": (
        (*METHODS, "affinities.py", "encoders/", "autoencoders/"),
        "artifacts/maps/<name>, which changes with them",
    ),
}
STAGES = [
    "prepare", "train@pca", "train@deep", "encode@pca", "encode@deep",
    "embed@pca", "embed@tsne-deep", "embed@umap-deep", "subsampling@pca", "redraw@tsne-deep", "transform@pca", "null_maps@tsne-raw",
    "null_maps@umap-deep", "code_size_sweep@deep", "evaluate", "report",
]  # fmt: skip
WITHOUT_TENSORFLOW = set(STAGES) - {"train@deep", "encode@deep", "null_maps@umap-deep", "code_size_sweep@deep"}

RUN_AND_LIST = """
import json, os, runpy, sys
from pathlib import Path

def replaced(event, given):  # Windows replaces nothing that is open; mapped files stay open unnoticed
    if event == "os.rename" and os.path.exists("/proc/self/maps"):
        target, maps = str(Path(os.fsdecode(given[1])).absolute()), Path("/proc/self/maps").read_text().splitlines()
        assert not [line for line in maps if line.endswith(target) or target + "/" in line], target

sys.addaudithook(replaced)
stage, name = sys.argv[1:]
sys.argv[1:] = [name] if name else []
runpy.run_module(f"pipeline.stages.{stage}", run_name="__main__")
loaded = [module.__file__ for key, module in sys.modules.items() if key.split(".")[0] == "pipeline"]
json.dump({"files": loaded, "modules": [*sys.modules]}, open("loaded.json", "w"))
"""


@pytest.fixture(scope="module")
def traced(finished, tmp_path_factory):
    """A copy, since stages run by hand write times that DVC does not know of."""
    return finished.copy(tmp_path_factory.mktemp("traced") / "project")


def deps_of(project, stage):
    """The pipeline's own files and folders among a stage's deps, as dvc.lock has them."""
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    return {dep["path"] for dep in lock["stages"][stage]["deps"] if dep["path"].startswith("pipeline/")}


def imports_of(project, stage):
    """The pipeline's own files that a stage imports when it is run by hand, but for plumbing and what others stand for."""
    name, _, cell = stage.partition("@")
    (project.folder / "run_and_list.py").write_text(RUN_AND_LIST)
    project.run("run_and_list", name, cell)
    loaded = json.loads((project.folder / "loaded.json").read_text())
    files = {path.removeprefix(f"{project.folder}/pipeline/") for path in loaded["files"] if path}
    # Run as a script, the stage's own file is no longer among the modules.
    files = {path for path in files if not path.startswith((*PLUMBING, *STOOD_FOR.get(name, ("-",))[0]))}
    return {f"pipeline/{path}" for path in files | {f"stages/{name}.py"}}


METHODS_ALONE = {
    "code": {"space": "plane"},
    "parametric_tsne": {"space": "raw", "perplexity": 5, "hidden": [8], "epochs": 1, "batch_size": 32, "learning_rate": 0.01},
    "sklearn_tsne": {"space": "raw", "perplexity": 5},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS_ALONE)
def test_a_map_of_any_method_depends_on_what_it_imports(traced, method):
    """Methods that the project above has no map of: what embed loads for them is among the deps of every embed stage."""
    yaml, path = YAML(typ="safe"), traced.folder / "params.yaml"
    before = path.read_text()
    given = yaml.load(before)
    given["encoders"]["plane"] = {"kind": "pca", "code_size": 2}
    given["maps"]["alone"] = {"method": method} | METHODS_ALONE[method]
    with path.open("w") as file:
        yaml.dump(given, file)
    if method == "code":
        for stage in ("train", "encode"):
            traced.run(f"pipeline.stages.{stage}", "plane")
    imported = imports_of(traced, "embed@alone")
    path.write_text(before)
    deps = yaml.load(traced.folder / "dvc.yaml")["stages"]["embed"]["do"]["deps"]
    deps = {dep.replace("${item.method}", method) for dep in deps}
    assert {path for path in imported if not any(path == dep or path.startswith(f"{dep}/") for dep in deps)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_what_the_process_imports(traced, stage):
    name = stage.partition("@")[0]
    imported = imports_of(traced, stage)
    deps = deps_of(traced, stage)
    uncovered = {path for path in imported if not any(path == dep or path.startswith(f"{dep}/") for dep in deps)}
    assert uncovered == set(), "imported, but no dependency"
    spare = {dep for dep in deps if not any(path == dep or path.startswith(f"{dep}/") for path in imported)}
    allowed, _ = SPARE.get(stage) or SPARE.get(name) or ((), "")
    assert spare <= set(allowed), "dependencies not imported"
    if stage in WITHOUT_TENSORFLOW:
        assert "tensorflow" not in json.loads((traced.folder / "loaded.json").read_text())["modules"]
