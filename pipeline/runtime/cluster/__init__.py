"""Other processes and machines, by Dask distributed, on which blocks of work run when params.yaml names a cluster.

A block depends on its arguments alone, so one that is lost with its worker is computed again with the same result.
"""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from threadpoolctl import ThreadpoolController

from pipeline.runtime.cluster import connection
from pipeline.runtime.cluster.connection import in_use, refused, use

if TYPE_CHECKING:
    from distributed import Client, Future

QUEUED = 3  # blocks for each thread of a worker, so that none waits for the next
TRIES = 3  # in a row without a finished block, before the work is given up
SMALL = 2**20  # bytes of an item that may be sent through the scheduler
LOST = "the connection to its scheduler was lost"

__all__ = ["each", "in_use", "refused", "use"]

Result = TypeVar("Result")

# On a worker: the name of the last task it got, the task, and the limit of its threads.
_known: tuple[str, Any, Any] = ("", None, None)
_unpacking = Lock()


def each(task: Callable[..., Result], items: Iterable[tuple]) -> Iterator[Result]:
    """task(*item) for each item, in order, on all workers at once.

    The task is sent to each worker once; items are read from the iterable as workers become free. InputError where the cluster fails.
    """
    client = connection.connected()
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    work = _Work(client, task)
    items, running, failures = iter(items), deque(), 0
    queued = QUEUED * max(1, sum(client.nthreads().values()))
    try:
        while True:
            try:
                if not work.sent:  # at first, and again when all workers that had it are lost
                    work.send()
                    running = deque((item, work.submit(item)) for item, _ in running)
                while len(running) < queued and (item := next(items, None)) is not None:
                    running.append((item, None))  # before it is submitted, so that it is not lost where that fails
                    running[-1] = item, work.submit(item)
                if not running:
                    return
                result = running[0][1].result()
            except (CancelledError, CommClosedError) as error:
                work.sent, failures = None, failures + 1
                if client.status != "running":
                    raise connection.gone(LOST) from error
                if failures == TRIES:
                    raise connection.too_small() from error
                time.sleep(failures)  # until the scheduler has noticed which workers are gone
                continue
            except KilledWorker as error:
                raise connection.too_small() from error
            failures = 0
            running.popleft()
            yield result
    finally:
        with suppress(Exception):  # blocks that are no longer needed
            client.cancel([future for _, future in running])


class _Work:
    """Sends a task and its items to workers as bytes, which Dask does ten times as fast as with arrays inside objects."""

    def __init__(self, client: Client, task: Callable) -> None:
        import cloudpickle

        self.client, self.name, self.packed = client, uuid4().hex, cloudpickle.dumps(task)
        self.installed = connection.installed()
        self.sent: Future | None = None

    def send(self) -> None:
        connection.await_worker(self.client)
        self.sent = self._scatter(self.packed, broadcast=True)

    def submit(self, item: tuple) -> Future:
        packed = pickle.dumps(item, protocol=5)
        if len(packed) > SMALL:
            packed = self._scatter(packed)
        return self.client.submit(_call, self.name, self.installed, self.sent, packed, pure=False)

    def _scatter(self, packed: bytes, broadcast: bool = False) -> Future:
        from distributed.comm import CommClosedError

        try:
            (sent,) = self.client.scatter([packed], broadcast=broadcast, hash=False)
        except CommClosedError:
            raise
        except OSError as error:  # a timeout of Dask's own
            raise connection.gone(LOST) from error
        return sent


def _call(name: str, installed: dict[str, str], task: bytes, item: bytes) -> Any:
    """On a worker: call the task of this name with an item. InputError where other code or packages are installed here."""
    global _known
    with _unpacking:
        if _known[0] != name:  # once for all of the task's items
            connection.check_installed(installed)
            _known = name, pickle.loads(task), ThreadpoolController()
        _, work, threads = _known
    with threads.limit(limits=1, user_api="blas"):  # as with threads
        return work(*pickle.loads(item))
