"""Docs name what there is: links and their anchors, commands, benchmarks, stages, modules."""

import importlib.util
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import FULL, QUICK
from pipeline import commands
from pipeline.artifacts import paths

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [*PAGES, ROOT / "params.yaml", ROOT / "dvc.yaml", *sorted((ROOT / "examples").iterdir())]
STAGES = {stage.name for stage in paths.STAGES}


def anchors(page: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ +(.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in local if not exists(page, *target.partition("#")[::2])]


def exists(page: Path, name: str, anchor: str) -> bool:
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in anchors(target))


def test_links_lead_somewhere():
    assert {page.name: links for page in PAGES if (links := broken(page))} == {}


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        (r"python -m pipeline (?:-v )?([a-z][\w-]*)", {*commands.purposes()}),
        (r"python -m benchmarks(?: --\S+)* --only ([\w-]+)", {*FULL, *QUICK}),
        (r"python -m pipeline\.stages\.(\w+)", STAGES),
        (r"dvc repro(?: --?[\w-]+)* ([a-z_]+)@", STAGES),
        (r"`([a-z_]+)@[\w-]+`", STAGES),
    ],
)
def test_commands_benchmarks_and_stages_exist(pattern, known):
    named = {(path.name, name) for path in SOURCES for name in re.findall(pattern, path.read_text(encoding="utf-8"))}
    assert {(path, name) for path, name in named if name not in known} == set()


def test_modules_and_files_exist():
    text = {path.name: path.read_text(encoding="utf-8") for path in SOURCES}
    modules = {(name, module) for name in text for module in re.findall(r"python -m (benchmarks\.\w+)", text[name])}
    assert {(name, module) for name, module in modules if not importlib.util.find_spec(module)} == set()
    folders = r"`((?:pipeline|tests|benchmarks|examples|docs)/[\w/.-]+)`"
    files = {(name, path) for name in text for path in re.findall(folders, text[name])}
    assert {(name, path) for name, path in files if not (ROOT / path).exists()} == set()
