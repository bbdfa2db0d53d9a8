"""One file a command of `python -m pipeline`, named as the command is.

The first line of its docstring is what `--help` says. `add_arguments(parser)` declares what it takes, and `main` gets that by
name; it returns the exit status, or None for 0.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

RENAMED = {"place": "transform"}  # command of a former version -> today's


def purposes() -> dict[str, str]:
    """Command -> the first line of its docstring; read without importing, so that `--help` loads no library."""
    files = {module.name: Path(__path__[0], f"{module.name}.py") for module in pkgutil.iter_modules(__path__)}
    return {
        name.replace("_", "-"): ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).partition("\n")[0]
        for name, path in files.items()
    }


def load(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
