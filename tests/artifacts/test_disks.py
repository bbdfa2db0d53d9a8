"""Disks that are full or read-only: one line that names the result, and the former one stays."""

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import artifacts
from pipeline.artifacts import paths
from pipeline.encoders import pca
from pipeline.runtime import exits
from pipeline.runtime.atomic_io import SCRATCH, check_target, whole
from pipeline.runtime.errors import InputError
from pipeline.runtime.exits import ROOM
from pipeline.types import Dataset, Map

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def disk(tmp_path):
    """A function that makes a disk of so many KiB at tmp_path/disk, and returns its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options: str) -> Path:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder], capture_output=True)
        if done.returncode:
            pytest.skip("this user may not mount a small disk")
        return folder

    if sys.platform != "linux":
        pytest.skip("small disks are mounted on Linux only")
    yield mount
    os.chdir(tmp_path)  # a disk that somebody is in stays
    if folder.is_mount():
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_one_line_and_leaves_the_former_result(disk, monkeypatch, capsys, written):
    monkeypatch.chdir(disk("size=256k"))
    written()
    former = {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    large = np.random.default_rng(0).random((300, 300), dtype=np.float32)
    tables = {"points": pd.DataFrame(large)}
    large_map = Map(large[None, :9, :2], [], {}, "", {"large": large})
    for save, target in (
        (lambda: artifacts.save_null_map("t", large), "controls/null_maps/t"),
        (lambda: artifacts.save_map("t.5", large_map), "maps/t/5"),
        (lambda: artifacts.save_evaluation(tables, {}), "evaluation"),
        (lambda: artifacts.save_timing("train@deep", {"seconds": large.tolist()}), "timings/train-deep.json"),
        (lambda: artifacts.save_encoder("linear", [pca.Encoder(large, large, large[0], (3,))]), "encoders/linear"),
    ):
        assert exits.status_of("x", save) == 2
        assert capsys.readouterr().err == f"artifacts/{target}: the disk is full. {ROOM}\n"
    assert former == {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    with pytest.raises(OSError, match=r"No space left on device: 'out\.json'"), whole(Path("out.json")) as path:
        path.write_bytes(large.tobytes())
    assert not [path for path in Path().iterdir() if "out" in path.name]


def test_the_last_bytes_that_a_full_disk_does_not_take_are_an_error(disk, monkeypatch, capsys, written):
    """A few bytes go through buffers, which are emptied only at the end."""
    monkeypatch.chdir(disk("size=256k"))
    written()
    former = {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}
    with contextlib.suppress(OSError), open("filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    few, table = np.ones((20, 2), np.float32), pd.DataFrame({"a": [1.0]})
    for save, target in (
        (lambda: artifacts.save_null_map("t", few), "controls/null_maps/t"),
        (lambda: artifacts.save_map("t.5", Map(few[None], [], {}, "", {"few": few})), "maps/t/5"),
        (lambda: artifacts.save_subsampling(table), "controls/subsampling"),
        (lambda: artifacts.save_encoder("linear", [pca.Encoder(few, few, few[0], (3,))]), "encoders/linear"),
        (lambda: artifacts.save_timing("train@deep", {"seconds": 2}), "timings/train-deep.json"),
        (lambda: artifacts.save_dataset(Dataset(few, table.assign(split="train"), {})), "dataset"),
    ):
        assert exits.status_of("x", save) == 2
        assert capsys.readouterr().err == f"artifacts/{target}: the disk is full. {ROOM}\n"
    assert former == {path: path.read_bytes() for path in paths.ARTIFACTS.rglob("*") if path.is_file()}


def test_a_read_only_disk_is_one_line(disk, monkeypatch, capsys, written):
    folder = disk("size=1m")
    monkeypatch.chdir(folder)
    written()
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)

    def work() -> None:
        with artifacts.lock("prepare"):
            pass

    for save, where in (
        (lambda: artifacts.save_null_map("t", np.zeros(3)), "artifacts/controls/null_maps/t"),
        (work, "artifacts/scratch/locks"),
    ):
        assert exits.status_of("x", save) == 2
        assert capsys.readouterr().err.startswith(f"{where}: the disk is read-only.")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_page_that_cannot_be_written_leaves_the_good_one_and_its_figures(code, monkeypatch):
    artifacts.save_report("good", "good", {"a.svg": b"good"})
    before = {path: path.read_bytes() for path in paths.REPORTS.rglob("*") if path.is_file()}
    real = Path.write_text

    def write(path: Path, text: str, **given) -> int:
        if path.name == "report.html":
            real(path, text[:2], **given)
            raise OSError(code, os.strerror(code))
        return real(path, text, **given)

    monkeypatch.setattr(Path, "write_text", write)
    with pytest.raises(OSError, match=r"reports/report\.html"):
        artifacts.save_report("new", "new", {"a.svg": b"new", "b.svg": b"new"})
    assert before == {path: path.read_bytes() for path in paths.REPORTS.rglob("*") if path.is_file()}
    assert not any(SCRATCH.iterdir())


def test_hdf5s_error_of_a_full_disk_names_the_target(capsys):
    def work() -> None:
        with whole(Path("out.h5ad")):
            raise RuntimeError(
                "Set slist enabled failed (file write failed: time = now, errno = 28, error message = '')"
            )

    assert exits.status_of("export", work) == 2
    assert capsys.readouterr().err == f"out.h5ad: the disk is full. {ROOM}\n"


def test_a_target_that_cannot_be_is_refused_before_the_work():
    for target in ("none/there.json", "."):
        with pytest.raises(InputError, match="Name a file in an existing folder"):
            check_target(target)
    check_target("here.json")
