"""What share of random mutants of `pipeline/` the fast tests of their packages kill.

A mutant is one changed operator or number, or one deleted statement, of a function. Each is applied in a temporary copy of the
repository, where the tests of its package run until one fails. With --common, only lines that another tree has, too, are changed;
with --tree, the same ones are changed there: so two revisions can be compared.
"""

import argparse
import ast
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 1800  # for the tests of a package; an endless loop counts as killed
OPERATORS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "in": "not in", "not in": "in", "is": "is not", "is not": "is",
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "@": "*", "**": "*", "&": "|", "|": "&",
}  # fmt: skip
DELETABLE = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
UNCHANGED = (ast.JoinedStr, ast.FunctionDef, ast.Import, ast.ImportFrom, ast.AnnAssign)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Lines of functions, without the spaces around them, and what they become."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in (node for function in functions for statement in function.body for node in inner(statement)):
        line, value = lines[getattr(node, "lineno", 1) - 1], getattr(node, "value", None)
        start, stop, text = 0, 0, None
        if isinstance(node, ast.Compare | ast.BinOp):
            right = node.right if isinstance(node, ast.BinOp) else node.comparators[0]
            start, stop = node.left.end_col_offset, right.col_offset
            text = OPERATORS.get(line[start:stop].strip())
            text = text and f" {text} "
        elif isinstance(node, ast.Constant) and type(value) in (int, float):
            start, stop, text = node.col_offset, node.end_col_offset, repr(value + 1)
        elif isinstance(node, DELETABLE) and not isinstance(value, ast.Constant | ast.Yield):
            start, stop, text = node.col_offset, node.end_col_offset, "pass"
        if text and node.lineno == node.end_lineno and line.isascii():  # columns are those of bytes
            yield line.strip(), f"{line[:start]}{text}{line[stop:]}".strip()


def inner(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, UNCHANGED):
        yield node
        yield from (below for child in ast.iter_child_nodes(node) for below in inner(child))


def sources(tree: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted((tree / "pipeline").rglob("*.py"))}


def tests_of(package: str, tree: Path) -> list[str]:
    return [path for path in (f"tests/{package}", f"tests/test_{package}.py") if (tree / path).exists()]


def choose(count: int, seed: int, trees: list[Path]) -> list[tuple[str, str, str]]:
    """Package, line and what it becomes: of lines that stand once in each tree, from all packages in turn."""
    rng, packages = random.Random(seed), {}
    counts = [Counter(line.strip() for text in sources(tree).values() for line in text.splitlines()) for tree in trees]
    for path, source in sources(ROOT).items():
        package = path.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")
        if tests_of(package, ROOT):
            own = [(package, *mutant) for mutant in mutants(source) if all(lines[mutant[0]] == 1 for lines in counts)]
            packages.setdefault(package, []).extend(own)
    shuffled = [rng.sample(packages[name], len(packages[name])) for name in rng.sample(sorted(packages), len(packages))]
    return [mutant for turn in itertools.zip_longest(*shuffled) for mutant in turn if mutant is not None][:count]


def killed(line: str, mutated: str, tree: Path, tests: list[str]) -> tuple[bool, Path]:
    """Whether the tests fail once the line is changed in a tree, and the file; afterwards it is as it was."""
    path, source = next(
        (path, text) for path, text in sources(tree).items() if line in map(str.strip, text.splitlines())
    )
    times, lines = path.stat(), source.splitlines(keepends=True)
    changed = [text.replace(line, mutated) if text.strip() == line else text for text in lines]
    path.write_text("".join(changed), encoding="utf-8", newline="\n")
    command = [
        sys.executable,
        *["-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m"],
        "not slow",
        *tests,
    ]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, timeout=SECONDS, check=False, capture_output=True)
        return done.returncode != 0, path.relative_to(tree)
    except subprocess.TimeoutExpired:
        return True, path.relative_to(tree)
    finally:
        path.write_text(source, encoding="utf-8", newline="\n")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # compiled files stay valid


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--common", type=Path, help="another tree: only lines that it has, too")
    parser.add_argument("--tree", type=Path, default=ROOT, help="where the mutants are applied")
    parser.add_argument("--tests", type=Path, help="JSON: package -> its tests; otherwise tests/PACKAGE")
    parser.add_argument("--check", action="store_true", help="run the tests without each mutant first: they must pass")
    options = parser.parse_args()
    chosen = choose(options.count, options.seed, [ROOT, *filter(None, [options.common])])
    named, deaths = json.loads(options.tests.read_text()) if options.tests else {}, []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for name in ("pipeline", "tests", "benchmarks", "examples", "docs", "data", "reports"):
            shutil.copytree(options.tree / name, tree / name)
        for path in options.tree.glob("*.*"):
            if path.is_file():
                shutil.copy2(path, tree)
        for package, line, mutated in chosen:
            tests = named.get(package) or tests_of(package, tree)
            if options.check and killed(line, line, tree, tests)[0]:
                sys.exit(f"{' '.join(tests)}: fails without a mutant.")
            dead, path = killed(line, mutated, tree, tests)
            deaths.append(dead)
            print(f"{'killed' if dead else 'SURVIVED':9}{path}: {line}  ->  {mutated}", flush=True)
    print(f"{sum(deaths)} of {len(deaths)} killed ({100 * sum(deaths) / len(deaths):.0f} %)")


if __name__ == "__main__":
    main()
