"""A cluster of real worker processes: what threads find, bit for bit, whoever is killed in the middle of it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import encoders, metrics
from pipeline.encoders import pca as components
from pipeline.methods import tsne
from pipeline.neighbors import graph, ranks, search
from pipeline.out_of_sample import partitions, transformer
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
    """The module's own cluster, beside somebody else's, which has Dask's usual port."""
    with socket.socket() as usual, cluster.use("local:2"):
        with suppress(OSError):  # then somebody really has it
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
    labels = (POINTS[:, 0] > 0).astype(int)
    maps = {"plane": POINTS[:, :2], "seeds": np.stack([POINTS[:, 1:3], POINTS[:, 4:6]])}
    found = metrics.evaluate(POINTS, maps, labels, exact_up_to=1_000, progress=progress)
    return [found.measures, found.data, found.points, found.curves, found.shepard, found.sampling]


def encode(progress=lambda done: None, count=20_000):
    table = pd.DataFrame({"id": range(len(POINTS)), "split": "train"})
    encoder = components.fit(Dataset(POINTS, table, INFO), components.Options(kind="pca", code_size=5), 0)
    rows = np.resize(POINTS, (count, 20))
    return encoders.compress(encoder, rows, np.arange(count) % 3 == 0, progress)


def place_parts(progress=lambda done: None):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "new").mkdir()
        for number, rows in enumerate(np.split(POINTS[:400], 8)):
            pd.DataFrame(rows, columns=COLUMNS).to_parquet(f"{folder}/new/{number}.parquet")
        partitions.place(placer(), f"{folder}/new", f"{folder}/out", 0.05, progress=progress)
        return [pd.read_parquet(path) for path in sorted(Path(folder, "out").iterdir())]


def place(progress=lambda done: None):
    return [found for _, found in placer().batches(POINTS, progress, np.arange(3_000) % 2 == 0)]


def placer():
    space, options = graph.make_space(POINTS[:300], 15), tsne.Options(method="tsne", space="raw", perplexity=5)
    drawn, mapper = tsne.embed(space, options, 0, 1)
    return transformer.Placer(INFO, None, space, tsne, options, drawn, mapper, None)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(transformer, "BATCH", 256)
    monkeypatch.setattr(encoders, "BLOCK", 512)


KINDS = [find_neighbors, rank, measure, encode, place, place_parts]


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        else:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("work", KINDS)
def test_workers_find_what_threads_find(work, on_threads, small_batches):
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


@pytest.mark.parametrize("work", KINDS)
@pytest.mark.parametrize("killed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_worker_costs_nothing_but_time(work, killed, on_threads, small_batches):
    """Killed after the first block of many; of two, both: what was sent to them is sent again to those that follow."""
    doomed = list(settled().run(os.getpid).values())[:killed]

    def kill(done):
        while doomed:
            os.kill(doomed.pop(), signal.SIGKILL)

    found = work(kill)
    assert not doomed
    assert_same(found, on_threads(work))


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


def test_what_a_block_finds_wrong_is_said():
    found = cluster.each(broken, ((number,) for number in range(9)))
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match="part 3 is damaged"):
        next(found)


def test_items_are_taken_as_workers_get_to_them():
    """Not all at once: they may be blocks of more rows than memory holds."""
    taken = []
    found = cluster.each(int, ((taken.append(number) or number,) for number in range(1_000)))
    next(found)
    assert len(taken) < 20
    assert sum(found) == sum(range(1, 1_000))


def test_large_items_go_past_the_scheduler():
    """It would warn of them; here warnings are errors."""
    items = [(np.full(3_000_000, number),) for number in range(4)]
    assert list(cluster.each(np.sum, items)) == [0, 3e6, 6e6, 9e6]


def fatal():
    time.sleep(2)  # what takes too much memory takes its time
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_block_that_ends_every_worker_is_given_up():
    with pytest.raises(
        InputError, match=r"^cluster local:2: each worker ends before its block is done, most often because its memory"
    ):
        list(cluster.each(fatal, [()]))


def test_a_scheduler_that_cannot_be_reached_is_lost(monkeypatch):
    def silent(*_, **__):
        raise OSError("Timed out trying to connect")

    monkeypatch.setattr(cluster.connection.connected(), "scatter", silent)
    with pytest.raises(InputError, match="scheduler was lost in the middle"):
        list(cluster.each(str, [(1,)]))


def test_who_waits_for_a_worker_is_told_so(monkeypatch, capsys):
    waited = []

    class Empty:
        cluster = None

        def wait_for_workers(self, count, timeout):
            waited.append(timeout)
            raise TimeoutError

    with pytest.raises(InputError, match="no worker is there within 120 s"):
        cluster.connection.await_worker(Empty())
    assert capsys.readouterr().err == "cluster local:2: no worker yet, waiting for one (at most 120 s)\n"
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
    there = f"cluster {address}: 2 workers\n"
    assert apart(NEAREST, address) == f"{search.nearest(points, 5)[0].sum()}\n{there}"
    gone = (
        f"cluster {address}: its scheduler was lost in the middle of the work. Start it (dask scheduler, dask worker)"
    )
    said = apart(NEAREST, address, str(pid), status=2)
    assert said.startswith(there + gone) and said.count("\n") == 2
    said = apart(NEAREST, address, status=2)
    assert said.startswith(f"cluster {address}: no scheduler answers within 15 s.") and said.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"), [("code", "another version of the pipeline's code. "), ("numba", "numba {} (wanted: 0). ")]
)
def test_a_worker_that_would_compute_something_else_is_refused(scheduler, name, said):
    wanted = f"cluster.connection.installed = lambda: {connection.installed() | {name: '0'}}\n"
    found = apart(NEAREST.replace("def work", wanted + "def work"), scheduler[0], status=2)
    said = said.format(connection.installed().get(name))
    assert f" has {said}Install there what this machine has" in found and found.count("\n") == 2


@pytest.mark.slow
def test_a_run_on_a_cluster_is_the_run_without_it(finished, tmp_path):
    """Real stages, an autoencoder's among them: each result the same to the byte, and nothing reruns for the cluster's sake."""
    project = finished.copy(tmp_path / "project")
    project.replace("params.yaml", "cluster: null", "cluster: local:2")
    assert project.ran() == []
    before = project.results()
    project.run("dvc", "repro", "--force", "prepare", "encode@deep", "evaluate", "--single-item")
    assert project.results() == before
