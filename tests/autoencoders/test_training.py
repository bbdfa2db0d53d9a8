"""Training: killed and resumed, on two devices, in another precision, it gives the same network."""

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

from pipeline.autoencoders import checkpoints, training
from pipeline.autoencoders.backend import keras, tf
from pipeline.autoencoders.options import Options
from pipeline.autoencoders.steps import Steps
from pipeline.runtime.errors import InputError

ALL_EXTRAS = {"learning_rate_warm_up": 2, "weight_decay": 1e-3, "clip_norm": 1.0, "averaging": 0.9, "jitter": 0.01}


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


def assert_same(one, other):
    for ours, theirs in zip(weights(one), weights(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert one.history.equals(other.history)


class Stopped(Exception):
    pass


def stop_after(epochs):
    def progress(epoch, note):
        if epoch == epochs and note != "resumed":
            raise Stopped

    return progress


@pytest.fixture(scope="module")
def plain():
    return fit(rows())


def test_a_stopped_training_continues(tmp_path):
    chosen, notes = options(objective="denoising", noise="gaussian", noise_level=0.1, **ALL_EXTRAS), []
    whole = fit(rows(), chosen)
    for epochs in (2, 5):
        with pytest.raises(Stopped):
            fit(rows(), chosen, scratch=tmp_path, progress=stop_after(epochs))
    resumed = fit(rows(), chosen, scratch=tmp_path, progress=lambda epoch, note: notes.append((epoch, note)))
    assert notes[0] == (5, "resumed") and len(notes) == 2
    assert_same(resumed, whole)


def test_a_checkpoint_belongs_to_its_rows_options_seed_and_settings(tmp_path, monkeypatch):
    data, half = rows(40), np.arange(20)
    original = {"rows": data, "training": half, "validation": half + 20, "options": options(), "seed": 0}
    changes = [
        {"rows": data + np.eye(*data.shape, k=-25, dtype=np.float32)}, {"rows": data.reshape(40, 4, 5)}, {"training": half[1:]},
        {"validation": half[1:] + 20}, {"options": options(patience=8)}, {"seed": 1},
    ]  # fmt: skip
    names = [checkpoints.file_name(**original | change) for change in ({}, *changes)]
    names.append(checkpoints.file_name(*original.values(), "another precision"))
    assert len(set(names)) == len(names)
    monkeypatch.setattr(checkpoints, "BLOCK_BYTES", 7 * data[0].nbytes)  # rows in memory at a time decide nothing
    assert checkpoints.file_name(**original) == names[0]

    def stop(*arguments):
        for used, expected in zip(arguments[:3], (data, half, half + 20), strict=True):
            np.testing.assert_array_equal(used, expected)
        assert arguments[3:] == (options(loss="cross_entropy"), 7, 2, 1, "float16")
        raise Stopped

    monkeypatch.setattr(training, "best_precision", lambda: "float16")
    monkeypatch.setattr(checkpoints, "file_name", stop)
    with pytest.raises(Stopped):
        training.fit(data, half, half + 20, "vector", True, options(), 7, scratch=tmp_path)


def test_the_loss_falls(plain):
    losses = plain.history["validation_loss"]
    assert losses.iloc[-1] < 0.98 * losses.iloc[0] and [*plain.history["epoch"]] == [1, 2, 3, 4, 5, 6]


def test_another_seed_does_not_resume(tmp_path, plain):
    notes = []
    fit(rows(), scratch=tmp_path)
    other = fit(rows(), seed=1, scratch=tmp_path, progress=lambda epoch, note: notes.append(note))
    assert len(notes) == 6 and "resumed" not in notes
    assert not np.array_equal(weights(other)[0], weights(plain)[0])


def test_an_incomplete_checkpoint_is_ignored(tmp_path, plain):
    fit(rows(), scratch=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-500])
    assert_same(fit(rows(), scratch=tmp_path), plain)


KILLS = 6
KILLED = """
import os, sys
from pathlib import Path
from tests.autoencoders.test_training import ALL_EXTRAS, fit, options, rows, weights
import numpy as np

def train(folder):
    networks = fit(rows(4000, 60), options(epochs=12, **ALL_EXTRAS), scratch=folder / "scratch")
    np.savez(folder / "new.npz", *weights(networks), networks.history.to_numpy())
    os.replace(folder / "new.npz", folder / "done.npz")

folders = [Path(each) for each in sys.argv[1:]]
for line in sys.stdin:  # a fork per line: each starts with everything imported, before TensorFlow has started
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
        train_in_child(parent, "0")
        needed, rng = time.perf_counter() - start, np.random.default_rng()
        for _ in range(KILLS):
            train_in_child(parent, "1", rng.uniform(0.2, 1.1) * needed)
            if (killed / "done.npz").exists():  # it was not killed: begin again
                assert_same_files(whole, killed)
                (killed / "done.npz").unlink()
                shutil.rmtree(killed / "scratch")
        train_in_child(parent, "1")
        assert_same_files(whole, killed)
        parent.stdin.close()
    assert parent.returncode == 0


def train_in_child(parent, folder, seconds=None):
    """Train in a child of the parent, which is killed after so many seconds."""
    parent.stdin.write(f"{folder}\n")
    parent.stdin.flush()
    child = int(parent.stdout.readline())
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):  # already done
            os.kill(child, signal.SIGKILL)
    assert parent.stdout.readline() == "over\n"


def assert_same_files(whole, killed):
    with np.load(whole / "done.npz") as one, np.load(killed / "done.npz") as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


TWO_DEVICES = """
import numpy as np
from pipeline.autoencoders import training
from pipeline.autoencoders.backend import tf
from tests.autoencoders.test_training import fit, options, rows, weights

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
chosen = options(learning_rate_warm_up=2, clip_norm=1.0, averaging=0.9)
one = fit(rows(), chosen)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
training.devices = lambda: strategy
two = fit(rows(), chosen)
assert strategy.num_replicas_in_sync == 2
fit(rows(), options(batch_size=31, epochs=1))  # an odd batch cannot be halved: it is made one row shorter
for ours, theirs in zip(weights(one), weights(two), strict=True):
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
np.testing.assert_allclose(one.history, two.history, rtol=1e-4)
"""


@pytest.mark.slow
def test_two_devices_share_each_batch():
    subprocess.run([sys.executable, "-c", TWO_DEVICES], check=True, cwd=Path(__file__).parents[2])


def test_mixed_precision_trains_and_returns_float32(monkeypatch, plain):
    monkeypatch.setattr(training, "best_precision", lambda: "mixed_bfloat16")
    mixed = fit(rows())
    assert mixed.encoder.layers[-1].compute_dtype == "float32" == keras.config.dtype_policy().name
    losses = [networks.history["validation_loss"].iloc[-1] for networks in (mixed, plain)]
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
    assert not np.array_equal(weights(mixed)[0], weights(plain)[0])


def test_a_loss_that_explodes_is_one_line_and_keeps_no_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(training.Steps, "train", lambda *_: 1e6)
    with pytest.raises(
        InputError, match=r"^training: the loss exploded to 1e\+06 in epoch 1, .*learning_rate: 0.001, .*$"
    ):
        fit(rows(), scratch=tmp_path)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("losses", "problem"),
    [((0.1, np.nan), "is no longer a number"), ((np.nan, 0.1), "is no longer a number"), ((np.inf, 0.1), "is no longer a number"),
     ((0.1, 51.0), "exploded to 51"), ((49.0, 49.0), None)],
)  # fmt: skip
def test_what_counts_as_exploded(losses, problem):
    """100 times the loss before training."""
    state = checkpoints.State(untrained_loss=0.5)
    if problem is None:
        training._check(*losses, state, 3, options())
        return
    with pytest.raises(InputError, match=f"{problem} in epoch 3, at a learning rate of 0.01. Try learning_rate: 0.001"):
        training._check(*losses, state, 3, options())


def test_the_best_epoch_and_the_epochs_since():
    state = checkpoints.State(untrained_loss=9)
    assert state.epochs_since_best(0) == 0
    for epoch, loss in enumerate([3.0, 1.0, 1.0, 2.0], start=1):
        state.add(epoch, 0.0, loss, [keras.Variable(float(epoch))])
    assert (state.epoch, float(state.best_weights[0])) == (4, 2)
    assert [state.epochs_since_best(earliest) for earliest in (0, 3, 4)] == [2, 1, 0]


def test_the_learning_rate_rises_then_falls():
    schedule = training.optimizer(options(epochs=10, learning_rate_warm_up=2), steps=5)._learning_rate
    rates = [float(schedule(step)) for step in range(51)]
    np.testing.assert_allclose(rates[:11], np.linspace(0, 0.01, 11), atol=1e-8)
    np.testing.assert_allclose(rates[10:], 0.005 * (1 + np.cos(np.pi * np.arange(41) / 40)), atol=1e-8)


@pytest.mark.parametrize(("warm_up", "shares"), [(None, [1, 1, 1]), (0, [1, 1, 1]), (2, [0.5, 1, 1])])
def test_the_warm_up_of_beta(warm_up, shares):
    chosen = Options.model_construct(warm_up=warm_up)
    assert [training.warm_up_done(epoch, chosen) for epoch in (1, 2, 3)] == shares


class Counted:
    """Batches of one row each: an epoch of five steps in two chunks."""

    def epoch(self, rng, strategy):
        for steps in (2, 3):
            yield tf.zeros((1, 1)), tf.zeros((steps, 1), tf.int32)


def test_averages_of_weights_by_hand():
    """The loss is the weight, so that gradient descent lowers it by 1 at each step."""
    weight = keras.Variable(10.0)
    optimizer = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 1.0))
    strategy = tf.distribute.get_strategy()
    steps = Steps(lambda rows, seeds, warm_up: weight.value, [weight], optimizer, options(averaging=0.3), strategy)
    for start in (10.0, 20.0):
        steps.reset([np.float32(start)])
        average = start
        for step in range(5):
            keep = min(0.3, (1 + step) / (10 + step))
            average = keep * average + (1 - keep) * (start - step - 1)
        assert steps.train(Counted(), np.random.SeedSequence(0), 1.0) == pytest.approx(start - 2)
        with steps.averaged():
            assert float(weight) == pytest.approx(average, rel=1e-6)
        assert float(weight) == start - 5


def test_averaged_weights_are_those_that_are_kept(plain):
    averaged = fit(rows(), options(averaging=0.5))
    assert np.abs(weights(plain)[0] - weights(averaged)[0]).max() > 1e-5
    np.testing.assert_allclose(plain.history["loss"], averaged.history["loss"], rtol=1e-5)  # training is the same


@pytest.mark.parametrize(
    ("error", "array"), [("OOM when allocating tensor with shape[64,512] and type float", " (for a tensor with shape[64,512])"), ("no", "")]
)  # fmt: skip
def test_memory_that_runs_out_is_one_line(monkeypatch, error, array):
    def full(*_):
        raise tf.errors.ResourceExhaustedError(None, None, error)

    monkeypatch.setattr(training.Steps, "train", full)
    with pytest.raises(InputError) as caught:
        fit(rows())
    message = str(caught.value)
    assert message.startswith(f"training: memory ran out{array}.") and "batch_size" in message and "\n" not in message
