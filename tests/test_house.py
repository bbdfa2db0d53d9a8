"""The rules of the house that a test can check: who may import what, how texts are written, how long files are."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx

from pipeline.artifacts import paths

ROOT = Path(__file__).parents[1]
PIPELINE = ROOT / "pipeline"

# Packages and modules of pipeline/, top to bottom: each imports only from floors below its own.
FLOORS = [
    {"__main__", "stages"},
    {"commands"},
    {"report", "controls"},
    {"evaluation", "out_of_sample", "exports"},
    {"metrics", "forecast"},
    {"methods", "encoders", "runs"},
    {"preprocessing", "autoencoders", "artifacts"},
    {"datasets", "layout", "neighbors", "statistics"},
    {"config", "types", "ragged"},
    {"runtime"},
]
# Library -> the only packages that import it.
HEAVY = {
    "tensorflow": {"autoencoders"},
    "keras": {"autoencoders"},
    "umap": {"layout"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
}
STAGES = [stage.name for stage in paths.STAGES if stage.name != "report"]
# Not on Windows.
POSIX = {"resource", "fcntl", "pwd", "grp", "termios", "pty"}
# Names that say nothing of the value.
EMPTY_NAMES = {"found", "said", "held", "lines", "among", "offered"}
FILE_LINES, FUNCTION_LINES = 300, 60


@cache
def trees() -> dict[str, ast.Module]:
    """Path below pipeline/ -> its syntax tree, without imports that are for type checks only."""
    parsed = {}
    for path in sorted(PIPELINE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = []
        parsed[path.relative_to(PIPELINE).as_posix()] = tree
    return parsed


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [(path, node) for path, tree in trees().items() for node in ast.walk(tree)]


def imports() -> Iterator[tuple[str, str]]:
    """Path below pipeline/, and a module or a name of one that it imports, at its top or inside a function."""
    for path, node in nodes():
        if isinstance(node, ast.Import):
            yield from ((path, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)


def package(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


def test_packages_import_from_lower_floors_only():
    own = [(path, name.split(".")[1]) for path, name in imports() if name.startswith("pipeline.")]
    outward = [(path, target) for path, target in own if package(path) != target]
    assert len(outward) > 100
    assert [(path, target) for path, target in outward if floor(target) <= floor(package(path))] == []


def test_modules_import_each_other_in_no_circle():
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in trees()}
    graph = networkx.DiGraph()
    for path, name in imports():
        parts = name.removeprefix("pipeline.").split(".")
        target = next(
            (".".join(parts[:n]) for n in (len(parts), len(parts) - 1) if ".".join(parts[:n]) in modules), None
        )
        if name.startswith("pipeline.") and target and modules[target] != path:
            graph.add_edge(path, modules[target])
    assert list(networkx.simple_cycles(graph)) == []


def test_each_package_has_its_floor():
    assert {package(path) for path in trees()} - {"__init__"} == set.union(*FLOORS)


def test_only_stages_and_commands_touch_artifacts():
    users = {package(path) for path, name in imports() if f"{name}.".startswith("pipeline.artifacts.")}
    assert users <= {"stages", "commands", "artifacts"}


def test_heavy_imports_stay_at_home():
    users = [(path, name.partition(".")[0]) for path, name in imports()]
    assert [
        (path, library) for path, library in users if package(path) not in HEAVY.get(library, {package(path)})
    ] == []


def test_stages_start_light():
    """Importing a stage loads no heavy library; tests/stages/test_graph.py looks at what its work imports."""
    program = f"import sys, importlib; [importlib.import_module(f'pipeline.stages.{{s}}') for s in {STAGES}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not set(loaded.stdout.split()) & {*HEAVY, "sklearn", "openTSNE"}


def test_texts_are_the_same_bytes_on_every_system():
    """No call leaves a text's encoding, or the ends of its lines, to the system."""
    calls = [(path, node) for path, node in nodes() if isinstance(node, ast.Call)]
    assert [(path, node.lineno, missing) for path, node in calls if (missing := unspecified(node))] == []


def unspecified(call: ast.Call) -> set[str]:
    """Keywords that a call lacks which opens, reads or writes a text."""
    function, keywords = ast.unparse(call.func), {word.arg: ast.unparse(word.value) for word in call.keywords}
    name = function.rpartition(".")[2]
    modes = [ast.unparse(word).strip("'") for word in call.args] + [keywords.get("mode", "").strip("'")]
    opens = name in ("open", "fdopen") and not {"rb", "wb", "ab", "xb"} & {*modes}
    if function.startswith(("Image.", "os.open", "gzip.", "webbrowser.", "file.zip.")) or function == "write_text":
        return set()  # of no texts; the last is pipeline.runtime.atomic_io's, which specifies both
    needed = {"encoding"} if opens or name in ("read_text", "write_text") else set()
    if name == "write_text":
        needed |= {"newline"}
    if name == "to_csv":
        needed = {"lineterminator"}
    if "True" in (keywords.get("text"), keywords.get("universal_newlines")):
        needed = {"encoding"}
    return needed - {*keywords}


def test_modules_that_windows_lacks_are_imported_within_try():
    guarded = {id(inner) for _, node in nodes() if isinstance(node, ast.Try) for inner in ast.walk(node)}
    bare = [(path, node) for path, node in nodes() if isinstance(node, ast.Import) and id(node) not in guarded]
    assert [(path, ast.unparse(node)) for path, node in bare if POSIX & {alias.name for alias in node.names}] == []


def test_no_file_and_no_function_is_too_long():
    lengths = {path: len((PIPELINE / path).read_text(encoding="utf-8").splitlines()) for path in trees()}
    assert {path: length for path, length in lengths.items() if length > FILE_LINES} == {}
    functions = [(path, node) for path, node in nodes() if isinstance(node, ast.FunctionDef)]
    lengths = {f"{path}: {node.name}": node.end_lineno - node.lineno + 1 for path, node in functions}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_files_and_values_are_named_for_what_they_are():
    assert not {"utils", "helpers", "common"} & {Path(path).stem for path in trees()}
    assert {(path, name) for path, node in nodes() if (name := defined(node)) in EMPTY_NAMES} == set()


def defined(node: ast.AST) -> str | None:
    """The name that a node gives to a value, an argument or a function."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    if isinstance(node, ast.FunctionDef):
        return node.name
    return node.arg if isinstance(node, ast.arg) else None
