"""The engine: killed and resumed, streamed, on two devices, in another precision, it trains the same network."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.autoencoders import augmentation, batches, checkpoints, training
from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.objectives import StepSeeds
from pipeline.autoencoders.options import Options
from pipeline.runtime.errors import InputError

EVERYTHING = {"learning_rate_warm_up": 2, "weight_decay": 1e-3, "clip_norm": 1.0, "averaging": 0.9, "jitter": 0.01}


def options(**changed):
    plain = {"architecture": "dense", "objective": "plain", "hidden": (12,), "code_size": 3, "epochs": 6, "patience": 9,
             "code_activation": "linear", "batch_size": 32, "learning_rate": 0.01}  # fmt: skip
    return Options(**plain | changed)


def rows(n=400, width=20, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.random((n, 3)) @ rng.random((3, width)) / 3).astype(np.float32)


def fit(data, chosen=None, seed=0, **more):
    split = np.arange(len(data) - 80), np.arange(len(data) - 80, len(data))
    return training.fit(data, *split, "vector", True, chosen or options(), seed, **more)


def weights(networks):
    return networks.encoder.get_weights() + networks.decoder.get_weights()


def assert_same(ours, theirs):
    for one, other in zip(weights(ours), weights(theirs), strict=True):
        np.testing.assert_array_equal(one, other)
    assert ours.history.equals(theirs.history)


class Stopped(Exception):
    pass


def stop_after(epochs):
    def progress(epoch, note):
        if epoch == epochs and note != "resumed":
            raise Stopped

    return progress


@pytest.mark.parametrize("objective", [{}, {"objective": "denoising", "noise": "gaussian", "noise_level": 0.1}])
def test_training_goes_on_where_it_stopped(tmp_path, objective):
    chosen, said = options(**EVERYTHING, **objective), []
    whole = fit(rows(), chosen)
    for epochs in (2, 5):
        with pytest.raises(Stopped):
            fit(rows(), chosen, scratch=tmp_path, progress=stop_after(epochs))
    resumed = fit(rows(), chosen, scratch=tmp_path, progress=lambda epoch, note: said.append((epoch, note)))
    assert said[0] == (5, "resumed") and len(said) == 2
    assert_same(resumed, whole)


@pytest.mark.parametrize("other", ["rows", "options", "seed", "precision"])
def test_a_checkpoint_is_of_these_rows_options_and_seed_alone(tmp_path, monkeypatch, other):
    fit(rows(), scratch=tmp_path)
    if other == "precision":  # that of another machine
        monkeypatch.setattr(training, "best_precision", lambda: "mixed_bfloat16")
    data, chosen = rows(seed=int(other == "rows")), options(learning_rate=0.02 if other == "options" else 0.01)
    said = []
    fit(data, chosen, int(other == "seed"), scratch=tmp_path, progress=lambda epoch, note: said.append(note))
    assert len(said) == 6 and "resumed" not in said


def test_half_a_checkpoint_is_none(tmp_path):
    whole = fit(rows(), scratch=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-500])
    assert_same(fit(rows(), scratch=tmp_path), whole)


KILLS = 10
KILLED = """
import os, sys
from pathlib import Path
from tests.autoencoders.test_engine import EVERYTHING, fit, options, rows, weights
import numpy as np

def train(folder):
    networks = fit(rows(4000, 60), options(epochs=12, **EVERYTHING), scratch=folder / "scratch")
    np.savez(folder / "new.npz", *weights(networks), networks.history.to_numpy())
    os.replace(folder / "new.npz", folder / "done.npz")

folders = [Path(each) for each in sys.argv[1:]]
for line in sys.stdin:  # one fork a line: each begins with everything imported, and nothing of TensorFlow begun
    child = os.fork()
    if not child:
        train(folders[int(line)])
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("over", flush=True)
"""


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_with_the_same_weights(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    command = [sys.executable, "-c", KILLED, whole, killed]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) as parent:
        start = time.perf_counter()
        train(parent, "0")
        needed, rng = time.perf_counter() - start, np.random.default_rng()
        for _ in range(KILLS):
            train(parent, "1", rng.uniform(0.2, 1.1) * needed)
            if (killed / "done.npz").exists():  # it came to its end: once more from the beginning
                compare(whole, killed)
                (killed / "done.npz").unlink()
                shutil.rmtree(killed / "scratch")
        train(parent, "1")
        compare(whole, killed)
        parent.stdin.close()
    assert parent.returncode == 0


def train(parent, folder, seconds=None):
    """In a child of the parent, which is killed after so many seconds."""
    parent.stdin.write(f"{folder}\n")
    parent.stdin.flush()
    child = int(parent.stdout.readline())
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):  # done before its time
            os.kill(child, signal.SIGKILL)
    assert parent.stdout.readline() == "over\n"


def compare(whole, killed):
    with np.load(whole / "done.npz") as one, np.load(killed / "done.npz") as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def test_streamed_rows_are_all_seen_and_train_as_well(tmp_path, monkeypatch):
    data = rows(4000)
    np.save(tmp_path / "rows.npy", data)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    resident = fit(mapped, options(epochs=8)).history["validation_loss"]
    size = data[0].nbytes
    for name, value in (("RESIDENT", 1000 * size), ("CHUNK", 640 * size), ("RUN", 40 * size)):
        monkeypatch.setattr(batches, name, value)
    streamed = fit(mapped, options(epochs=8)).history["validation_loss"]
    assert streamed.iloc[-1] == pytest.approx(resident.iloc[-1], rel=0.01)

    numbers = np.flatnonzero(np.arange(4000) % 3 > 0)
    feed = batches.Batches(mapped, numbers, batch_size=32)
    seen = set()
    for epoch in range(6):
        chunks = list(feed.epoch(np.random.default_rng(epoch), tf.distribute.get_strategy()))
        assert sum(len(batches) for _, batches in chunks) == feed.steps
        found = np.concatenate([chunk.numpy()[batches.numpy().ravel()] for chunk, batches in chunks])
        places = {row.tobytes(): number for number, row in zip(numbers, data[numbers], strict=True)}
        drawn = [places[row.tobytes()] for row in found]  # KeyError: a row that is none of the feed's
        assert len(set(drawn)) == len(drawn) > 0.95 * len(numbers)
        seen |= {*drawn}
    assert seen == {*numbers.tolist()}
    np.testing.assert_array_equal(np.concatenate([block.numpy() for block in feed.blocks()]), data[numbers])


TWO_DEVICES = """
import sys
import numpy as np
from pipeline.autoencoders import training
from pipeline.autoencoders.backend import tf
from tests.autoencoders.test_engine import EVERYTHING, fit, options, rows, weights

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
chosen = options(learning_rate_warm_up=2, clip_norm=1.0, averaging=0.9)
fit_odd = lambda: fit(rows(), options(batch_size=31, epochs=1))
one = fit(rows(), chosen)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
training.devices = lambda: strategy
two = fit(rows(), chosen)
assert strategy.num_replicas_in_sync == 2
fit_odd()  # an odd batch cannot be halved: it is made one row shorter
for ours, theirs in zip(weights(one), weights(two), strict=True):
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
np.testing.assert_allclose(one.history, two.history, rtol=1e-4)
"""


@pytest.mark.slow
def test_two_devices_share_each_batch():
    subprocess.run([sys.executable, "-c", TWO_DEVICES], check=True, cwd=Path(__file__).parents[2])


def test_mixed_precision_trains_and_leaves_float32(monkeypatch):
    plain = fit(rows())
    monkeypatch.setattr(training, "best_precision", lambda: "mixed_bfloat16")
    mixed = fit(rows())
    assert mixed.encoder.layers[-1].compute_dtype == "float32" == keras.config.dtype_policy().name
    assert mixed.history["validation_loss"].iloc[-1] == pytest.approx(
        plain.history["validation_loss"].iloc[-1], rel=0.01
    )
    assert not np.array_equal(weights(mixed)[0], weights(plain)[0])


@pytest.mark.parametrize(("rate", "said"), [(1e3, "exploded to"), (1e30, "is no longer a number")])
def test_a_loss_that_explodes_is_one_line_and_the_last_good_checkpoint_stands(tmp_path, rate, said):
    with pytest.raises(InputError, match=f"^training: the loss {said}.* in epoch 1.*Try learning_rate: .*$"):
        fit(rows(), options(learning_rate=rate), scratch=tmp_path)
    assert not any(tmp_path.iterdir())
    # Later on: the epoch before is kept.
    with pytest.raises(Stopped):
        fit(rows(), scratch=tmp_path, progress=stop_after(2))
    (file,) = tmp_path.iterdir()
    with np.load(file) as known:
        state = checkpoints.State(float(known["untrained"]), [tuple(line) for line in known["history"]])
    with pytest.raises(InputError, match="in epoch 3"):
        training._check(0.1, float("nan"), state, 3, options())
    assert len(state.history) == 2


def test_the_learning_rate_rises_then_falls():
    schedule = training.optimizer(options(epochs=10, learning_rate_warm_up=2), steps=5)._learning_rate
    rates = [float(schedule(step)) for step in range(51)]
    np.testing.assert_allclose(rates[:11], np.linspace(0, 0.01, 11), atol=1e-8)
    np.testing.assert_allclose(rates[10:], 0.005 * (1 + np.cos(np.pi * np.arange(41) / 40)), atol=1e-8)


def test_half_of_the_images_move_and_none_but_by_whole_pixels():
    images = np.random.default_rng(0).random((600, 7, 5, 2)).astype(np.float32)
    moved = augmentation.shift_images(tf.constant(images), 2, StepSeeds(tf.constant(1), tf.constant(1))).numpy()
    same = (moved == images).all(axis=(1, 2, 3))
    assert 0.5 < same.mean() < 0.6  # one move in 25 is none
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    ways = np.array(
        [(padded[:, y : y + 7, x : x + 5] == moved).all(axis=(1, 2, 3)) for y in range(5) for x in range(5)]
    )
    assert (ways.sum(axis=0) == 1).all() and (ways[:, ~same].sum(axis=1) > 0).sum() == 24


def test_weights_are_averaged_over_the_last_steps():
    """By hand: Adam's steps on the same data, each average from the one before."""
    data = rows()
    plain, averaged = fit(data, options(epochs=1)), fit(data, options(epochs=1, averaging=0.5))
    assert not np.array_equal(weights(plain)[0], weights(averaged)[0])
    long = fit(data, options(epochs=1, averaging=1e-6))
    for one, other in zip(weights(long), weights(plain), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
