"""Before a run: the time, memory and disk of each of its stages on this machine.

Laws say how the work of a stage grows with the data and with params.yaml (laws.py, and networks.py, methods.py and
neighbors.py below it); a short calibration, how fast this machine does such work (work.py); and what runs took here, how far
both are off (`corrections`).
"""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.forecast import laws, methods
from pipeline.forecast.sizes import Sizes, uncompiled
from pipeline.forecast.work import Machine, Work, calibrate

__all__ = ["Correction", "Machine", "Sizes", "Stage", "calibrate", "foreseen", "record", "uncompiled"]

LATEST = 10  # runs of a kind that count: a machine, and the code, change
LEAST = 2.0  # seconds; what is foreseen and measured below says nothing of how a stage grows


@dataclass(frozen=True)
class Stage:
    """What is foreseen of one stage.

    cell     its name for DVC, "embed@tsne-deep"
    seconds, and bytes of memory at the peak of its largest process, and of disk for its results
    runs     runs of its kind on this machine that the forecast was corrected by
    known    whether there is a law for it; else it was taken for something else
    """

    cell: str
    seconds: float
    memory: float
    disk: float
    runs: int
    known: bool = True


@dataclass(frozen=True)
class Correction:
    """seconds, memory: what was measured over what the laws say; runs: of how many"""

    seconds: float = 1.0
    memory: float = 1.0
    runs: int = 0


def foreseen(sizes: Sizes, machine: Machine, history: Iterable[dict[str, Any]] = ()) -> list[Stage]:
    """Each stage of a run of params.yaml on data of these sizes, in the order of dvc.yaml.

    history  what `record` made of earlier runs on this machine, the latest last; what it cannot use it passes over
    """
    known, found = corrections(history, machine), []
    for cell in laws.cells(sizes.given):
        work = laws.work(cell, sizes)
        by = known.get(laws.kind(cell, sizes), Correction())
        seconds, memory = machine.seconds(work) * by.seconds, work.memory * by.memory
        found.append(Stage(cell, seconds, memory, work.disk, by.runs, _has_law(cell, sizes)))
    return found


def record(cell: str, sizes: Sizes, seconds: float, peak_bytes: int) -> dict[str, Any]:
    """What a stage took, beside what the laws say of its sizes: a line of the history."""
    work = laws.work(cell, sizes)
    return {
        "kind": laws.kind(cell, sizes), "cell": cell, "rows": sizes.rows, "values": sizes.values,
        "seconds": seconds, "peak_bytes": peak_bytes, "work": [work.serial, work.shared, work.products],
        "memory": work.memory, "laws": version(),
    }  # fmt: skip


def corrections(history: Iterable[dict[str, Any]], machine: Machine) -> dict[str, Correction]:
    """By kind of stage: the geometric median, over its latest runs, of measured over foreseen."""
    times: dict[str, list[float]] = {}
    memories: dict[str, list[float]] = {}
    for line in history:
        try:
            if line["laws"] != version():
                continue
            taken, expected = line["seconds"], machine.seconds(Work(*line["work"]))
            time, memory = math.log(taken / expected), math.log(line["peak_bytes"] / line["memory"])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):  # of another version, or written by hand
            continue
        if max(taken, expected) >= LEAST:
            times.setdefault(line["kind"], []).append(time)
            memories.setdefault(line["kind"], []).append(memory)
    return {
        kind: Correction(_middle(found), _middle(memories[kind]), min(LATEST, len(found)))
        for kind, found in times.items()
    }


def version() -> str:
    """Of the laws' own text: ratios to other laws say nothing about these."""
    files = sorted({*Path(__file__).parent.glob("*.py")} - {Path(__file__).with_name("table.py")})
    return hashlib.blake2b(b"".join(file.read_bytes() for file in files), digest_size=8).hexdigest()


def _middle(logarithms: list[float]) -> float:
    return math.exp(statistics.median(logarithms[-LATEST:]))


def _has_law(cell: str, sizes: Sizes) -> bool:
    stage, _, name = cell.partition("@")
    if stage in ("train", "encode", "code_size_sweep"):
        return sizes.given.encoders[name]["kind"] in laws.ENCODERS
    return not name or stage == "place" or methods.known(sizes.given.maps[name]["method"])
