"""Several processes at the same work: one is let in, the others are refused, and nothing is left of a lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.runtime.atomic_io import whole
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("elsewhere")


HOLD = """
import sys, time
from pathlib import Path
from pipeline.runtime.atomic_io import whole
with whole(Path("out.txt")) as path:
    path.write_text("first", encoding="utf-8")
    print("locked", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLD], env=environment, **pipes) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_two_writers_of_one_file(holder):
    """The second is refused; the first's file is whole; nothing else stays."""
    with pytest.raises(InputError, match=r"^out\.txt: another process is writing it\."), whole(Path("out.txt")):
        pytest.fail("it was let in")
    holder.communicate("\n")
    assert holder.returncode == 0
    assert [path.name for path in Path().iterdir()] == ["out.txt"]
    assert Path("out.txt").read_text() == "first"


def test_a_lock_ends_with_its_holder(holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with whole(Path("out.txt")) as path:
        path.write_text("second")
    assert [path.name for path in Path().iterdir()] == ["out.txt"]
    assert Path("out.txt").read_text() == "second"


def test_many_writers_take_turns():
    """Whoever is let in is alone, also while others remove and make the lock."""
    program = """
import sys, time
from pathlib import Path
from pipeline.runtime.errors import InputError
from pipeline.runtime.lock import exclusive
count, end = 0, time.monotonic() + 1
while time.monotonic() < end:
    try:
        with exclusive(Path("lock"), "busy"):
            with open("inside", "x"):
                count += 1
            Path("inside").unlink()
    except InputError:
        pass
print(count)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]
    counts = [int(process.communicate()[0]) for process in running]
    assert all(process.returncode == 0 for process in running) and sum(counts) > 100
