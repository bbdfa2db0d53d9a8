"""The time left, by a clock of ours: what is compiled in the first part of the work is not taken for its pace."""

import time

import pytest

from pipeline import progress


@pytest.fixture
def said(monkeypatch, capsys):
    """A function that gives the lines of a bar of 40 parts, of which `steps` are done: (seconds, done[, note])."""
    monkeypatch.delenv("CI", raising=False)

    def lines(*steps: tuple) -> list[str]:
        now = iter([0, *(step[0] for step in steps)])
        monkeypatch.setattr(time, "monotonic", lambda: next(now))
        with progress.bar("work", 40, "parts") as show:
            for _, *done in steps:
                show(*done)
        return capsys.readouterr().err.splitlines()

    return lines


def test_the_first_part_is_no_measure_of_the_others(said):
    """Two cores: ten seconds of compiling, then two parts in each second, so the last one ends after 30."""
    steps = [(11 + part // 2, part + 1) for part in range(40)]
    assert said(*steps) == ["work: 1 of 40 parts", "work: 21 of 40 parts, 10 s left"]


def test_parts_that_ran_beside_the_first_one_say_nothing(said):
    """Two cores, a minute each part: the second one ends a second after the first."""
    assert said((60, 1), (75, 2), (120, 3)) == [
        "work: 1 of 40 parts", "work: 2 of 40 parts", "work: 3 of 40 parts, 1110 s left",
    ]  # fmt: skip


def test_what_an_earlier_run_has_done_is_no_measure_either(said):
    steps = [(30, 20, progress.RESUMED), (41, 21, "loss 1"), (51, 31, "loss 1")]
    assert said(*steps) == [
        "work: 20 of 40 parts, resumed", "work: 21 of 40 parts, loss 1", "work: 31 of 40 parts, 9 s left, loss 1",
    ]  # fmt: skip
