"""The cluster that is in use: named, started or found, checked, and left."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = re.compile(r"local:([1-9]\d*)")
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+")
SECONDS = 15  # in which a scheduler must answer
AGAIN = 20  # seconds, after which Dask knows that a worker does not come back
ARRIVAL = 120  # seconds in which one of its workers must be there: a busy machine takes long to start one anew
CODE = "code"
# Packages that decide results.
DECIDING = (
    "numpy",
    "scipy",
    "numba",
    "scikit-learn",
    "openTSNE",
    "umap-learn",
    "tensorflow",
    "keras",
    "pandas",
    "pyarrow",
)
SOON = 1.5  # seconds after which it is said that there is none yet

_chosen: str | None = None
_client: Client | None = None


@contextmanager
def use(chosen: str | None) -> Iterator[None]:
    """Within, blocks run on a cluster: "local:2", so many processes of this machine, or a scheduler's address. It is started,
    or looked for, at the first block. None: all that this process has is its threads."""
    global _chosen
    wrong = refused(chosen)
    if wrong:
        raise InputError(f"cluster {wrong}")
    _chosen = chosen
    try:
        yield
    finally:
        _chosen = None
        _leave()


def refused(chosen: str | None) -> str | None:
    """What is wrong with a choice, to be said of it; None where nothing is."""
    if chosen is None or LOCAL.fullmatch(chosen) or ADDRESS.fullmatch(chosen):
        return None
    return (
        f'is "{chosen}"; allowed: null (the threads of this machine), local:2 (so many processes of it), or the address of a Dask'
        " scheduler (tcp://name:8786)."
    )


def in_use() -> bool:
    return _chosen is not None


def connected() -> Client:
    """The client of the cluster in use; InputError where none can be had."""
    global _client
    if _client is not None:
        return _client
    try:
        import dask

        # What matters is said here, in one line. Loggers are set up by the import that follows.
        dask.config.set(logging=dict.fromkeys(("distributed", "distributed.client"), "critical"))
        from distributed import Client, LocalCluster

        # What is set in this process, too, whenever a worker is started. By default one thread would be all that it had left.
        dask.config.set({"distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 2**16}})
    except ImportError:
        raise InputError(
            f"params.yaml: cluster is {_chosen}, which needs Dask. Install it: uv sync --extra cluster; or set cluster to null."
        ) from None
    local = LOCAL.fullmatch(_chosen)
    try:
        if local:
            where = LocalCluster(
                n_workers=int(local[1]),
                threads_per_worker=1,
                # Its own page is not wanted; any free port of this machine alone, so that nobody's warning is heard.
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
                env=dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
            )
        else:
            where = _chosen
        _client = Client(where, timeout=SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise gone(f"no scheduler answers within {SECONDS} s") from error
    await_worker(_client)
    if not local:
        workers = len(_client.nthreads())
        print(f"cluster {_chosen}: {workers} worker{'s' if workers > 1 else ''}", file=sys.stderr)
    return _client


def await_worker(client: Client) -> None:
    """InputError where no worker comes."""
    with suppress(TimeoutError):
        return client.wait_for_workers(1, timeout=SOON)
    print(f"cluster {_chosen}: no worker yet, waiting for one (at most {ARRIVAL} s)", file=sys.stderr)
    for _ in range(ARRIVAL // AGAIN):
        if client.cluster is not None:  # who watched over a worker may have gone with it: start both anew
            client.cluster.scale(int(LOCAL.fullmatch(_chosen)[1]))
        with suppress(TimeoutError):
            return client.wait_for_workers(1, timeout=AGAIN)
    raise gone(f"no worker is there within {ARRIVAL} s")


@cache
def installed() -> dict[str, str]:
    """What decides results, as this process has it: a digest of the pipeline's code, Python's version and the packages'."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    found = {CODE: digest.hexdigest(), "Python": "{}.{}".format(*sys.version_info)}
    for name in DECIDING:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def check_installed(wanted: dict[str, str]) -> None:
    """On a worker: InputError where it would compute something else, with other code of the pipeline, or other packages."""
    own = installed()
    if own == wanted:
        return
    from distributed import get_worker

    other = [
        f"{name} {own.get(name, 'missing')} (wanted: {wanted.get(name, 'none')})"
        for name in dict.fromkeys([*wanted, *own])
        if own.get(name) != wanted.get(name)
    ]
    what = "another version of the pipeline's code" if own[CODE] != wanted[CODE] else ", ".join(other)
    raise InputError(
        f"cluster: worker {get_worker().address} has {what}. Install there what this machine has, and start its workers again."
    )


def gone(why: str) -> InputError:
    """What is said where the cluster cannot go on."""
    return InputError(
        f"cluster {_chosen}: {why}. Start it (dask scheduler, dask worker) and run this again, or set cluster to null in"
        " params.yaml."
    )


def too_small() -> InputError:
    """What is said where no worker lives to the end of a block."""
    return InputError(
        f"cluster {_chosen}: each worker ends before its block is done, most often because its memory is too small. Give workers more"
        " memory, or the data fewer rows (data.rows in params.yaml)."
    )


def _leave() -> None:
    global _client
    client, _client = _client, None
    for each in [client, client.cluster] if client is not None else []:
        with suppress(Exception):  # a scheduler that is gone cannot be left
            if each is not None:
                each.close()
