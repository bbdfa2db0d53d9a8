"""What README says of its peers is what `python -m benchmarks` has measured, and nothing else."""

import json

from benchmarks import explorer
from benchmarks.__main__ import table


def test_readme_quotes_what_was_measured(root):
    known = json.loads((root / "reports/benchmarks.json").read_text())
    section = (root / "README.md").read_text().split("## Beside its peers")[1].split("\n## ")[0]
    quoted = [line for line in section.splitlines() if line.startswith("|")]
    assert len(quoted) > 5
    assert [line for line in quoted if line not in table(known)] == []


def test_the_page_that_is_measured_can_be_made():
    """Of findings made up for it, which must keep up with what the explorer asks for."""
    html, weighed = explorer.ours(2_000)
    assert "<script" in html and "MB" in weighed
