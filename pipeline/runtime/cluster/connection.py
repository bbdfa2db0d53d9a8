"""The cluster in use: started or connected to, checked, and closed."""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.runtime import libraries
from pipeline.runtime.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = re.compile(r"local:([1-9]\d*)")
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+")
SCHEDULER_TIMEOUT = 15  # seconds
WORKER_TIMEOUT = 120  # seconds; a busy machine takes long to start one
RETRY = 20  # seconds, after which Dask knows that a worker does not come back
QUIET = 1.5  # seconds of waiting before a line says so
CODE = "code"
NOT_ON_WORKERS = ("pacmap", "matplotlib")  # modules that no block of work uses

_chosen: str | None = None
_client: Client | None = None


@contextmanager
def use(chosen: str | None) -> Iterator[None]:
    """Inside, blocks run on a cluster: "local:2", two processes of this machine, or a scheduler's address. It is started, or connected
    to, at the first block. None: on the threads of this process."""
    global _chosen
    problem = refused(chosen)
    if problem:
        raise InputError(f"cluster {problem}")
    _chosen = chosen
    try:
        yield
    finally:
        _chosen = None
        _leave()


def refused(chosen: str | None) -> str | None:
    """What is wrong with a value of `cluster` in params.yaml, for a message; None where it is valid."""
    if chosen is None or LOCAL.fullmatch(chosen) or ADDRESS.fullmatch(chosen):
        return None
    return (
        f'is "{chosen}"; allowed: null (the threads of this machine), local:2 (two processes of it), or the address of a Dask'
        " scheduler (tcp://name:8786)."
    )


def in_use() -> bool:
    return _chosen is not None


def connected() -> Client:
    """The client of the cluster in use; InputError where it cannot be reached."""
    global _client
    if _client is not None:
        return _client
    try:
        import dask

        # Our own messages say what matters. The import that follows sets up the loggers.
        dask.config.set(logging=dict.fromkeys(("distributed", "distributed.client"), "critical"))
        from distributed import Client, LocalCluster

        # Dask also sets this in our own process whenever it starts a worker; its default would leave us a single thread.
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
                # No dashboard; any free port, on this machine only, so that no warning is printed.
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
                env=dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
            )
        else:
            where = _chosen
        _client = Client(where, timeout=SCHEDULER_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise gone(f"no scheduler answers within {SCHEDULER_TIMEOUT} s") from error
    await_worker(_client)
    if not local:
        workers = len(_client.nthreads())
        print(f"cluster {_chosen}: {workers} worker{'s' if workers > 1 else ''}", file=sys.stderr)
    return _client


def await_worker(client: Client) -> None:
    """InputError where no worker connects in time."""
    with suppress(TimeoutError):
        return client.wait_for_workers(1, timeout=QUIET)
    print(f"cluster {_chosen}: no worker yet, waiting for one (at most {WORKER_TIMEOUT} s)", file=sys.stderr)
    for _ in range(WORKER_TIMEOUT // RETRY):
        if client.cluster is not None:  # the process that watches a worker may have ended with it: start both again
            client.cluster.scale(int(LOCAL.fullmatch(_chosen)[1]))
        with suppress(TimeoutError):
            return client.wait_for_workers(1, timeout=RETRY)
    raise gone(f"no worker has connected within {WORKER_TIMEOUT} s")


@cache
def installed() -> dict[str, str]:
    """What can change results: a digest of the pipeline's code, and the versions of Python and of packages."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    versions = {CODE: digest.hexdigest(), "Python": "{}.{}".format(*sys.version_info)}
    return versions | libraries.versions(module for module in libraries.PACKAGES if module not in NOT_ON_WORKERS)


def check_installed(wanted: dict[str, str]) -> None:
    """On a worker: InputError where it has other code of the pipeline, or other packages."""
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
        f"cluster: worker {get_worker().address} has {what}. Install the same there as here, and restart its workers."
    )


def gone(why: str) -> InputError:
    """For a cluster that cannot go on."""
    return InputError(
        f"cluster {_chosen}: {why}. Start it (dask scheduler, dask worker) and run this again, or set cluster to null in"
        " params.yaml."
    )


def too_small() -> InputError:
    """For workers that all end before their block is done."""
    return InputError(
        f"cluster {_chosen}: every worker ends before its block is done, most often because its memory is too small. Give workers more"
        " memory, or use fewer rows (data.rows in params.yaml)."
    )


def _leave() -> None:
    global _client
    client, _client = _client, None
    for each in [client, client.cluster] if client is not None else []:
        with suppress(Exception):  # a scheduler that is gone cannot be closed
            if each is not None:
                each.close()
