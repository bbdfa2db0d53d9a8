"""What a newcomer installs is what pyproject.toml says."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def test_requirements_txt_agrees_with_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "requirements.txt").read_text()
    entries = re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)((?: ;[^\\\n]*)?)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)", text, re.M
    )
    assert len(entries) == len(re.findall(r"^[A-Za-z]", text, re.M)), "each entry has a version and its hashes"
    pinned: dict[str, list[str]] = {}
    for name, version, *_ in entries:
        pinned.setdefault(name, []).append(version)
    for requirement in map(Requirement, project["dependencies"]):
        versions = pinned[re.sub(r"[-_.]+", "-", requirement.name.lower())]
        assert all(requirement.specifier.contains(version) for version in versions), requirement
        assert {one.operator for one in requirement.specifier} == {">=", "<"}, f"{requirement} needs both bounds"


def test_no_committed_file_names_a_registry():
    for name in ("requirements.txt", "pyproject.toml", ".ci/run", ".dvc/config"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / name).read_text()), name


def test_the_readme_holds_the_two_commands_on_its_first_screen():
    screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:25])
    assert "pip install uv &&" in screen
    assert "uv run dvc repro" in screen
    assert "uv run pytest" in screen
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) < 60
