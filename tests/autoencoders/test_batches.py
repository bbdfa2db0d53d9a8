"""Rows on their way into training, on the device or read from a file in chunks; and their random changes."""

import numpy as np
import pytest

from pipeline.autoencoders import augmentation, batches
from pipeline.autoencoders.backend import tf
from pipeline.autoencoders.objectives import StepSeeds
from tests.autoencoders.test_training import fit, options, rows

STRATEGY = tf.distribute.get_strategy()


def positions_by_row(data, indices):
    return {row.tobytes(): index for index, row in zip(indices, data[indices], strict=True)}


@pytest.fixture
def streamed(monkeypatch, tmp_path):
    """Rows in a file, of which few fit into memory."""
    data = rows(2000)
    np.save(tmp_path / "rows.npy", data)
    size = data[0].nbytes
    for name, value in (("RESIDENT_BYTES", 500 * size), ("CHUNK_BYTES", 640 * size), ("RUN_BYTES", 40 * size)):
        monkeypatch.setattr(batches, name, value)
    return np.load(tmp_path / "rows.npy", mmap_mode="r")


def test_streamed_rows_are_all_seen(streamed):
    indices = np.flatnonzero(np.arange(2000) % 3 > 0)
    made = batches.Batches(streamed, indices, batch_size=32)
    positions, seen = positions_by_row(streamed, indices), set()
    for epoch in range(6):
        chunks = list(made.epoch(np.random.default_rng(epoch), STRATEGY))
        assert len(chunks) == 3 and sum(len(steps) for _, steps in chunks) == made.steps
        used = np.concatenate([chunk.numpy()[steps.numpy().ravel()] for chunk, steps in chunks])
        drawn = [positions[row.tobytes()] for row in used]  # KeyError: a row that is not one of these
        assert len(set(drawn)) == len(drawn) > 0.9 * len(indices)
        seen |= {*drawn}
    assert seen == {*indices.tolist()}
    np.testing.assert_array_equal(np.concatenate([block.numpy() for block in made.blocks()]), streamed[indices])


def test_resident_rows_come_once_an_epoch_in_random_order():
    data, indices = rows(100), np.arange(90)[::-1]
    made = batches.Batches(data, indices, batch_size=32)
    orders = []
    for epoch in (0, 1, 0):
        ((chunk, steps),) = made.epoch(np.random.default_rng(epoch), STRATEGY)
        assert steps.shape == (made.steps, 32) == (2, 32)
        np.testing.assert_array_equal(chunk, data[:90])
        orders.append(steps.numpy().ravel().tolist())
    assert len(set(orders[0])) == 64 and orders[0] == orders[2] != orders[1]
    np.testing.assert_array_equal(np.concatenate([block.numpy() for block in made.blocks()]), data[:90])


def test_streamed_rows_train_as_well(streamed):
    last = fit(streamed, options(epochs=8)).history["validation_loss"].iloc[-1]
    batches.RESIDENT_BYTES = 2**30  # the fixture undoes it
    resident = fit(streamed, options(epochs=8)).history["validation_loss"].iloc[-1]
    assert last == pytest.approx(resident, rel=0.01)


def test_half_of_the_images_move_by_whole_pixels():
    images = np.random.default_rng(0).random((600, 7, 5, 2)).astype(np.float32)
    moved = augmentation.shift_images(tf.constant(images), 2, StepSeeds(tf.constant(1), tf.constant(1))).numpy()
    same = (moved == images).all(axis=(1, 2, 3))
    assert 0.5 < same.mean() < 0.6  # one move in 25 is none
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    moves = np.array(
        [(padded[:, y : y + 7, x : x + 5] == moved).all(axis=(1, 2, 3)) for y in range(5) for x in range(5)]
    )
    assert (moves.sum(axis=0) == 1).all() and (moves[:, ~same].sum(axis=1) > 0).sum() == 24


def test_jitter_is_normal_noise_of_its_own_in_each_step():
    values = tf.zeros((200, 50))
    first, second = (
        augmentation.augment(values, options(jitter=0.1), StepSeeds(tf.constant(1), tf.constant(step)))
        for step in (1, 2)
    )
    assert (
        np.std(first) == pytest.approx(0.1, rel=0.05)
        and abs(np.corrcoef(np.ravel(first), np.ravel(second))[0, 1]) < 0.05
    )
    np.testing.assert_array_equal(augmentation.augment(values, options(), None), values)
