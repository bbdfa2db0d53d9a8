"""The rules of the house that a test can hold: arrows run down, heavy imports stay where they are used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports from its own row or a lower one; the first part of its name below `pipeline` decides the row.
ROWS = [
    {"stages", "check", "new_dataset", "judge", "place", "export", "diff", "__main__"},
    {
        "methods",
        "encoders",
        "report",
        "evaluation",
        "verdicts",
        "reconstruction",
        "rates",
        "trials",
        "advice",
        "subsampling",
        "null_maps",
        "placing",
        "parts",
        "others",
        "exports",
        "runs",
        "repeats",
        "forecast",
    },
    {
        "faithfulness",
        "registration",
        "comparison",
        "joint",
        "autoencoders",
        "preparation",
        "describe",
        "scaling",
        "spaces",
        "dimension",
        "nulls",
        "islands",
        "affinities",
        "previews",
    },
    {
        "neighbors",
        "ranks",
        "blocks",
        "cluster",
        "views",
        "selection",
        "counting",
        "orders",
        "distances",
        "leading",
        "sampling",
        "writing",
        "datasets",
        "params",
        "artifacts",
        "progress",
        "nouns",
        "padding",
        "units",
        "errors",
        "exits",
        "locking",
    },
]
HEAVY = {
    "tensorflow": {"autoencoders"},
    "keras": {"autoencoders"},
    "umap": {"affinities"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
}


def modules() -> dict[str, set[str]]:
    """Name below `pipeline` -> all that it imports, at its top or inside a function, unless for type checks only."""
    found = {}
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "pipeline").with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                node.body = []
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
        found[name] = imported
    return found


def row(name: str) -> int:
    return next(index for index, row in enumerate(ROWS) if name.split(".")[0] in row)


def test_arrows_run_down():
    upward = [
        f"{name} imports {target}"
        for name, imported in modules().items()
        for target in imported
        if name != "__init__" and target.startswith("pipeline.") and row(target.removeprefix("pipeline.")) < row(name)
    ]
    assert upward == []


def test_only_stages_and_commands_touch_artifacts():
    users = {name.split(".")[0] for name, imported in modules().items() if "pipeline.artifacts" in imported}
    assert users <= ROWS[0]


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_imports_stay_at_home(library):
    users = {
        name
        for name, imported in modules().items()
        if any(f"{target}.".startswith(f"{library}.") for target in imported)
    }
    out_of_distribution = {
        name for name in users if not any(f"{name}.".startswith(f"{home}.") for home in HEAVY[library])
    }
    assert out_of_distribution == set()


@pytest.mark.parametrize(
    "stage", ["prepare", "train", "encode", "embed", "subsampling", "place", "null_maps", "code_size_sweep", "evaluate"]
)
def test_stages_start_light(stage):
    """Importing a stage takes no heavy library with it; what a stage's work imports, the graph's test looks at."""
    program = f"import sys, pipeline.stages.{stage}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)
    assert not set(loaded.stdout.split()) & {*HEAVY, "sklearn", "openTSNE"}


def texts(path: Path) -> list[str]:
    """Calls that open texts and leave their encoding, or the ends of their lines, to the system."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name, given = (
            ast.unparse(node.func).rpartition(".")[2],
            {word.arg: ast.unparse(word.value) for word in node.keywords},
        )
        modes = [ast.unparse(word) for word in node.args] + [given.get("mode", "")]
        of_bytes = any(mode.strip("'") in ("rb", "wb", "ab", "xb") for mode in modes)
        opened = name in ("open", "fdopen") and not ast.unparse(node.func).startswith(
            ("Image.", "os.open", "gzip.", "webbrowser.", "file.zip.")
        )
        needed = set()
        if (opened and not of_bytes) or name in ("read_text", "write_text"):
            needed = {"encoding"} | ({"newline"} if name == "write_text" else set())
        elif name == "to_csv":
            needed = {"lineterminator"}
        elif given.get("text") == "True" or given.get("universal_newlines") == "True":
            needed = {"encoding"}
        own = ast.unparse(node.func) == "write_text"  # pipeline.runtime.atomic_io's, which says both
        found += [f"line {node.lineno}: {name} without {missing}" for missing in needed - {*given} if not own]
    return found


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pipeline").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_texts_are_the_same_bytes_on_every_system(path):
    assert texts(path) == []


def test_resources_of_one_system_are_asked_for_where_they_may_be_missing():
    """Windows has neither module: they are imported within `try`, or not at all."""
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tried = {id(node) for attempt in ast.walk(tree) if isinstance(attempt, ast.Try) for node in ast.walk(attempt)}
        named = {
            id(node): alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        bare = {name for at, name in named.items() if at not in tried} & {
            "resource",
            "fcntl",
            "pwd",
            "grp",
            "termios",
            "pty",
        }
        assert bare == set(), path


def test_no_file_outgrows_its_page():
    long = {
        path.name: lines
        for path in (ROOT / "pipeline").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 250
    }
    assert long == {}
