"""A cluster of real worker processes: the same results as threads, bit for bit, also when workers are killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline import encoders, metrics
from pipeline.encoders import pca as components
from pipeline.methods import tsne
from pipeline.neighbors import graph, ranks, search
from pipeline.out_of_sample import partitions, transformer
from pipeline.out_of_sample.transformer import Transformer
from pipeline.runtime import cluster, parallel
from pipeline.runtime.cluster import connection
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(3_000, 20)).astype(np.float32)
COLUMNS = [f"column {number}" for number in range(20)]
INFO = {
    "scaling": {"rule": "none"}, "kind": "vector", "shape": [20], "feature_names": COLUMNS, "reading": {"card": {}, "levels": {}},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def started():
    """The module's own cluster, next to somebody else's, which has Dask's usual port."""
    with socket.socket() as usual, cluster.use("local:2"):
        with suppress(OSError):  # somebody really has it
            usual.bind(("", 8787))
        list(cluster.each(str, [(1,)]))
        yield


@pytest.fixture
def on_threads(monkeypatch):
    """Within, no cluster is in use, though it is there."""

    def compute(work):
        with monkeypatch.context() as patched:
            patched.setattr(cluster, "in_use", lambda: False)
            return work()

    return compute


def find_neighbors(progress=None):
    return search.nearest(POINTS, 15, "cosine", progress)


def rank(progress=None):
    return ranks.ranks(POINTS, search.nearest(POINTS[:, :3], 5)[0], progress=progress)


def measure(progress=None):
    points = POINTS[:1_500]
    maps = {"plane": points[:, :2], "seeds": np.stack([points[:, 1:3], points[:, 4:6]])}
    tables = metrics.evaluate(points, maps, (points[:, 0] > 0).astype(int), exact_up_to=600, progress=progress)
    return [tables.measures, tables.data, tables.points, tables.curves, tables.shepard, tables.sampling]


def encode(progress=lambda done: None, count=20_000):
    table = pd.DataFrame({"id": range(len(POINTS)), "split": "train"})
    encoder = components.fit(Dataset(POINTS, table, INFO), components.Options(kind="pca", code_size=5), 0)
    rows = np.resize(POINTS, (count, 20))
    return encoders.compress(encoder, rows, np.arange(count) % 3 == 0, progress)


def transform_parts(progress=lambda done: None):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "new").mkdir()
        for number, rows in enumerate(np.split(POINTS[:400], 8)):
            pd.DataFrame(rows, columns=COLUMNS).to_parquet(f"{folder}/new/{number}.parquet")
        partitions.transform(fitted(), f"{folder}/new", f"{folder}/out", 0.05, progress=progress)
        return [pd.read_parquet(path) for path in sorted(Path(folder, "out").iterdir())]


def transform(progress=lambda done: None):
    return [table for _, table in fitted().batches(POINTS, progress, np.arange(3_000) % 2 == 0)]


@cache
def fitted():
    space, options = graph.make_space(POINTS[:300], 15), tsne.Options(method="tsne", space="raw", perplexity=5)
    return Transformer(INFO, None, space, tsne, options, *tsne.embed(space, options, 0, 1), None)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(transformer, "BATCH", 256)
    monkeypatch.setattr(encoders, "BLOCK", 512)


KINDS = [find_neighbors, rank, measure, encode, transform, transform_parts]


def assert_same(results, expected):
    assert len(results) == len(expected)
    for one, other in zip(results, expected, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        else:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("work", KINDS)
def test_workers_compute_what_threads_do(work, on_threads, small_batches):
    assert_same(work(), on_threads(work))


def settled():
    """The client, once both workers run and Dask's processes that watch over them know it: one that is killed before stays away."""
    client, until = cluster.connection.connected(), time.monotonic() + 200
    while time.monotonic() < until:
        watchers = list(client.cluster.workers.values())
        running = [one for one in watchers if one.process is not None and one.process.status.name == "running"]
        if len(running) == len(client.nthreads()) == 2:
            return client
        client.cluster.scale(2)
        time.sleep(1)
    raise TimeoutError("two workers do not come back")


@pytest.mark.parametrize(("work", "killed"), [(encode, 1), pytest.param(transform_parts, 2, marks=pytest.mark.slow)])
def test_a_killed_worker_costs_nothing_but_time(work, killed, on_threads, small_batches):
    """Killed after the first block of many; of two, both: what was sent to them is sent again to those that follow."""
    doomed = list(settled().run(os.getpid).values())[:killed]

    def kill(done):
        while doomed:
            os.kill(doomed.pop(), signal.SIGKILL)

    results = work(kill)
    assert not doomed
    assert_same(results, on_threads(work))


def test_this_process_keeps_its_threads(started):
    """Dask sets what its workers need in the process that starts them, where libraries would read it."""
    assert parallel.cores() == os.cpu_count()
    assert set(cluster.each(parallel.cores, [()])) == {1}


@pytest.mark.parametrize(("wanted", "expected"), [("3", 3), ("3,2", 3), ("", None), ("0", None), ("many", None)])
def test_threads_are_those_that_the_environment_allows(wanted, expected, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert parallel.cores() == (expected or len(os.sched_getaffinity(0)))


def broken(number):
    if number == 3:
        raise InputError("part 3 is damaged")
    return number


def test_an_error_of_a_block_is_raised_here():
    results = cluster.each(broken, ((number,) for number in range(9)))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match="part 3 is damaged"):
        next(results)


def test_items_are_taken_as_workers_get_to_them():
    """Not all at once: they may be blocks of more rows than memory holds."""
    taken = []
    results = cluster.each(int, ((taken.append(number) or number,) for number in range(300)))
    next(results)
    assert len(taken) < 20
    assert sum(results) == sum(range(300))


def test_large_items_go_past_the_scheduler():
    """It would warn of them; here warnings are errors."""
    items = [(np.full(3_000_000, number),) for number in range(4)]
    assert list(cluster.each(np.sum, items)) == [0, 3e6, 6e6, 9e6]


def fatal():
    time.sleep(2)  # what takes too much memory takes its time
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_block_that_ends_every_worker_is_given_up():
    with pytest.raises(InputError, match=r"^cluster local:2: every worker ends before its block is done"):
        list(cluster.each(fatal, [()]))


def test_a_scheduler_that_cannot_be_reached_is_lost(monkeypatch):
    def silent(*_, **__):
        raise OSError("Timed out trying to connect")

    monkeypatch.setattr(cluster.connection.connected(), "scatter", silent)
    with pytest.raises(InputError, match="scheduler was lost"):
        list(cluster.each(str, [(1,)]))


def test_waiting_for_a_worker_is_reported(monkeypatch, capsys):
    waited = []

    class Empty:
        cluster = None

        def wait_for_workers(self, count, timeout):
            waited.append(timeout)
            raise TimeoutError

    with pytest.raises(InputError, match="no worker has connected within 120 s"):
        cluster.connection.await_worker(Empty())
    assert capsys.readouterr().err.startswith("cluster local:2: no worker yet")
    assert waited[0] < 2 and sum(waited[1:]) == 120


@pytest.mark.parametrize("named", ["local", "local:0", "local:two", "4", "http://host:8786", "host:8786"])
def test_other_names_are_refused(named):
    with pytest.raises(InputError, match=f'^cluster is "{named}"; allowed: null'), cluster.use(named):
        pass


def apart(script, *words, status=0):
    """A process of its own, since this one has a cluster in use already; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


NEAREST = """
import sys
import tempfile
import numpy as np
from pipeline.neighbors import search
from pipeline.runtime import cluster, exits
points = np.random.default_rng(0).normal(size=(20_000, 30)).astype(np.float32)
cluster.connection.SCHEDULER_TIMEOUT = 3
def kill(done):
    if len(sys.argv) > 2:
        import os
        os.kill(int(sys.argv[2]), 9)
def work():
    with cluster.use(sys.argv[1]):
        print(search.nearest(points, 5, progress=kill)[0].sum())
if __name__ == "__main__":
    sys.exit(exits.status_of("prepare", work))
"""


@pytest.fixture
def scheduler(tmp_path):
    """Processes of its own, as on other machines: the scheduler's and two workers'. Its address, and its process."""
    from distributed import Client

    dask = [str(Path(sys.executable).with_name("dask"))]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    file = tmp_path / "scheduler.json"
    with subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file], **quiet
    ) as one:
        worker = [*dask, "worker", "--scheduler-file", file, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
        with subprocess.Popen([*worker, "--death-timeout", "30"], **quiet) as others:
            try:
                with Client(scheduler_file=str(file), timeout=60, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=60)
                    address = client.scheduler_info()["address"]
                yield address, one.pid
            finally:
                others.terminate()
                one.kill()


@pytest.mark.slow
def test_a_scheduler_elsewhere_does_the_same_until_it_is_gone(scheduler):
    address, pid = scheduler
    points = np.random.default_rng(0).normal(size=(20_000, 30)).astype(np.float32)
    connected = f"cluster {address}: 2 workers\n"
    assert apart(NEAREST, address) == f"{search.nearest(points, 5)[0].sum()}\n{connected}"
    printed = apart(NEAREST, address, str(pid), status=2)
    assert printed.startswith(f"{connected}cluster {address}: ") and printed.count("\n") == 2
    assert "scheduler was lost" in printed
    printed = apart(NEAREST, address, status=2)
    assert printed.startswith(f"cluster {address}: no scheduler answers within 3 s.") and printed.count("\n") == 1


def test_a_worker_that_would_compute_something_else_is_refused(monkeypatch):
    own = connection.installed()
    connection.check_installed(own)
    monkeypatch.setattr("distributed.get_worker", lambda: SimpleNamespace(address="tcp://there"))
    for name, part in (
        ("code", "another version of the pipeline's code"),
        ("numba", f"numba {own['numba']} (wanted: 0)"),
    ):
        with pytest.raises(InputError, match=rf"^cluster: worker tcp://there has {re.escape(part)}\."):
            connection.check_installed(own | {name: "0"})


@pytest.mark.parametrize("name", ["methods/pca.py", "runtime/cluster/__init__.py"])
def test_all_of_the_pipelines_code_is_compared(name, monkeypatch):
    read, before = Path.read_bytes, connection.installed()["code"]
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + b" " * path.as_posix().endswith(f"pipeline/{name}")
    )
    assert connection.installed.__wrapped__()["code"] != before
