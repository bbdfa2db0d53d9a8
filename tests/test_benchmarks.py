"""README's figures are those that `python -m benchmarks` measured; its commands exist; every benchmark can start."""

import importlib
import json
import pkgutil
import re

import pytest

import benchmarks
from benchmarks import explorer
from benchmarks.__main__ import FULL, QUICK, table

SCRIPTS = sorted({module for module, *_ in (*QUICK.values(), *FULL.values())})


def test_readme_quotes_what_was_measured(root):
    records = json.loads((root / "reports/benchmarks.json").read_text(encoding="utf-8"))
    section = (
        (root / "README.md").read_text(encoding="utf-8").split("## Compared with other tools")[1].split("\n## ")[0]
    )
    quoted = [row for row in section.splitlines() if row.startswith("|")]
    assert len(quoted) > 5
    assert [row for row in quoted if row not in table(records)] == []


def test_commands_in_docs_exist(root):
    texts = [
        path.read_text(encoding="utf-8")
        for path in (root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md"))
    ]
    modules = {name for text in texts for name in re.findall(r"\bbenchmarks\.(\w+)", text)} - {"json"}
    modules |= {
        command.split()[0] for command in json.loads((root / "reports/benchmarks.json").read_text(encoding="utf-8"))
    }
    assert len(modules) > 10
    assert modules <= {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}


def test_figures_are_rounded_and_may_be_zero_or_missing():
    values = {"ours": 1234.5, "theirs": float("nan")}, {"ours": 0.0, "theirs": 0.01234}
    figures = [
        {"what": "w", "peer": "p", "unit": unit} | value for value, unit in zip(values, ("s", "of 1"), strict=True)
    ]
    rows = table({"command": {"figures": figures}})[2:]
    assert rows == ["| w | 1,234 s | p | not measured | `command` |", "| w | 0 | p | 0.01234 | `command` |"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_benchmark_can_be_imported(name):
    assert callable(importlib.import_module(f"benchmarks.{name}").main)


def test_the_page_that_is_measured_can_be_made():
    """Of invented results, which must have what the explorer reads."""
    html, size = explorer.ours(2_000)
    assert "<script" in html and "MB" in size
