"""What is printed while work goes on, and the time left, by a simulated clock."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.runtime import progress

ROOT = Path(__file__).parents[2]


@pytest.fixture
def printed(monkeypatch, capsys):
    """A function that gives the lines of a bar of 40 parts, of which `steps` are done: (seconds, done[, note])."""
    monkeypatch.delenv("CI", raising=False)

    def messages(*steps: tuple) -> list[str]:
        now = iter([0, *(step[0] for step in steps)])
        monkeypatch.setattr(time, "monotonic", lambda: next(now))
        with progress.bar("work", 40, "parts") as show:
            for _, *done in steps:
                show(*done)
        return capsys.readouterr().err.splitlines()

    return messages


def test_the_first_part_is_no_measure_of_the_others(printed):
    """Two cores: ten seconds of compiling, then two parts in each second, so the last one ends after 30."""
    steps = [(11 + part // 2, part + 1) for part in range(40)]
    assert printed(*steps) == ["work: 1 of 40 parts", "work: 21 of 40 parts, 10 s left"]


def test_parts_that_ran_beside_the_first_one_say_nothing(printed):
    """Two cores, a minute each part: the second one ends a second after the first."""
    assert printed((60, 1), (75, 2), (120, 3)) == [
        "work: 1 of 40 parts", "work: 2 of 40 parts", "work: 3 of 40 parts, 1110 s left",
    ]  # fmt: skip


def test_what_an_earlier_run_has_done_is_no_measure_either(printed):
    steps = [(30, 20, progress.RESUMED), (41, 21, "loss 1"), (51, 31, "loss 1")]
    assert printed(*steps) == [
        "work: 20 of 40 parts, resumed", "work: 21 of 40 parts, loss 1", "work: 31 of 40 parts, 9 s left, loss 1",
    ]  # fmt: skip


def test_progress_is_seldom_in_ci_and_has_no_colors_without_wish(monkeypatch, capsys):
    now = iter(range(0, 10_000, 15))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    for ci, lines in ((None, 10), ("true", 2)):
        monkeypatch.setenv("CI", ci) if ci else monkeypatch.delenv("CI", raising=False)
        with progress.bar("work", 11) as show:
            for done in range(11):
                show(done)
        assert len(capsys.readouterr().err.splitlines()) == lines


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudoterminals of this kind")
@pytest.mark.parametrize(("name", "value", "color", "bar"), [("NO_COLOR", "", True, True), ("NO_COLOR", "1", False, True), ("CI", "1", False, False), ("TERM", "dumb", False, False)])  # fmt: skip
def test_a_terminal_has_a_bar_with_colors_for_who_wants_them(name, value, color, bar):
    import pty

    program = "from pipeline.runtime import progress\nwith progress.bar('work', 3) as show: show(1); show(3)"
    ours, theirs = pty.openpty()
    environment = {key: kept for key, kept in os.environ.items() if key not in ("CI", "NO_COLOR")}
    environment |= {"TERM": "xterm-256color", name: value, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], env=environment, stderr=theirs, check=True)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # Linux's word for an end
        pass
    os.close(ours)
    assert (b"work" in shown) == bar
