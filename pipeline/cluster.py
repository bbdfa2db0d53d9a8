"""Other processes and machines, by Dask distributed: where blocks of work run when params.yaml names a cluster.

A block is a function of its arguments alone: one that is lost with its worker is computed again, and comes out the same.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from threadpoolctl import threadpool_limits

from pipeline.errors import InputError, short

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = re.compile(r"local:([1-9]\d*)")
ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+")
WAITING = 3  # blocks in work for each thread of a worker, so that none waits for the next
TRIES = 3  # in a row without a block done, after which what was lost is not sent again
SECONDS = 15  # in which a scheduler and its first worker must answer

Result = TypeVar("Result")

_chosen: str | None = None
_client: Client | None = None
_known: tuple[str, Any] = ("", None)  # of a worker: the last task it was sent
_unpacking = Lock()


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


def each(task: Callable[..., Result], items: Iterable[tuple]) -> Iterator[Result]:
    """task(*item) for each item, in their order, by all workers at once; items are taken as workers get to them.

    The task is sent to each worker once, the items with their blocks. InputError where the cluster cannot go on.
    """
    client = _connected()
    import cloudpickle
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    waiting = WAITING * sum(client.nthreads().values())
    packed, name = cloudpickle.dumps(task), uuid4().hex
    items, running, sent, failures = iter(items), deque(), None, 0

    def submit(item: tuple) -> Future:
        return client.submit(_call, name, sent, *item, pure=False)

    try:
        while True:
            try:
                if sent is None:  # at first, and once it was lost with all workers that had it
                    (sent,) = client.scatter([packed], broadcast=True, hash=False)
                    running = deque((item, submit(item)) for item, _ in running)
                while len(running) < waiting and (item := next(items, None)) is not None:
                    running.append((item, None))  # it is taken, whatever becomes of what follows
                    running[-1] = item, submit(item)
                if not running:
                    return
                result = running[0][1].result()
            except (CancelledError, CommClosedError) as error:
                sent, failures = None, failures + 1
                if client.status != "running" or failures == TRIES:
                    raise _gone("its scheduler was lost in the middle of the work") from error
                continue
            except KilledWorker as error:
                raise InputError(
                    f"cluster {_chosen}: one block ended {error.allowed_failures + 1} workers, most often because their memory is too"
                    " small. Give workers more memory, or the data fewer rows (data.rows in params.yaml)."
                ) from error
            failures = 0
            running.popleft()
            yield result
    finally:
        with suppress(Exception):  # nothing that is not wanted any more is worth a failure
            client.cancel([future for _, future in running])


def _call(name: str, packed: bytes, *item: Any) -> Any:
    """On a worker: the task of this name with an item."""
    global _known
    with _unpacking:
        if _known[0] != name:  # once for all of its items
            _known = name, pickle.loads(packed)
        task = _known[1]
    with threadpool_limits(1, user_api="blas"):  # as on threads
        return task(*item)


def _connected() -> Client:
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
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                env=dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
            )
        else:
            where = _chosen
        _client = Client(where, timeout=SECONDS, set_as_default=False)
        _client.wait_for_workers(1, timeout=SECONDS)
    except (OSError, TimeoutError) as error:
        _leave()
        raise _gone(f"no scheduler with workers answers within {SECONDS} s") from error
    if not local:
        _check_same(_client)
    return _client


def _check_same(client: Client) -> None:
    """InputError where a worker would compute something else: with other versions, or other code of the pipeline."""
    try:
        client.get_versions(check=True)
        found = client.run(source)
    except (ImportError, ValueError, AttributeError) as error:
        raise InputError(
            f"cluster {_chosen}: its workers have not what this process has: {short(error)} Install the same versions there."
        ) from error
    other = [address for address, digest in found.items() if digest != source()]
    if other:
        raise InputError(
            f"cluster {_chosen}: worker {other[0]} has another version of the pipeline's code. Install the same one there, and start"
            " its workers again."
        )


def source() -> str:
    """A digest of the pipeline's code, as it lies where this process runs."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _gone(why: str) -> InputError:
    return InputError(
        f"cluster {_chosen}: {why}. Start it (dask scheduler, dask worker) and run this again, or set cluster to null in"
        " params.yaml. Nothing half-written is left."
    )


def _leave() -> None:
    global _client
    if _client is not None:
        client, _client = _client, None
        with suppress(Exception):  # a scheduler that is gone cannot be left
            client.close()
            if client.cluster is not None:
                client.cluster.close()
