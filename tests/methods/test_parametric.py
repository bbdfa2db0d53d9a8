"""Maps that networks learn: their losses by the formulas, what they keep, and that they repeat."""

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from pipeline.methods import parametric_tsne, parametric_umap, pca
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError

DIGITS = (load_digits().data / 16).astype(np.float32)
TRAINING = np.arange(len(DIGITS)) < 1400
COMMON = {"space": "raw", "hidden": [64, 64], "epochs": 200, "batch_size": 256, "learning_rate": 0.005}
TSNE = parametric_tsne.Options(method="parametric_tsne", perplexity=20, **COMMON)
UMAP = parametric_umap.Options(method="parametric_umap", n_neighbors=15, min_dist=0.1, **COMMON)
CASES = [(parametric_tsne, TSNE), (parametric_umap, UMAP)]


@pytest.fixture(scope="module")
def space():
    return graph.make_space(DIGITS, k=60, training=TRAINING, shape=(8, 8))


@pytest.mark.parametrize(("method", "options"), CASES)
def test_test_rows_are_placed_truly(space, method, options):
    """Rows that the network has not seen keep their neighbors far better than on the plane of PCA."""
    points, mapper = method.embed(space, options, seed=1, threads=2)
    plane, _ = pca.embed(space, pca.Options(method="pca", space="raw"), 1, 1)
    ours, linear = (trustworthiness(DIGITS[~TRAINING], each[~TRAINING], n_neighbors=5) for each in (points, plane))
    assert ours > 0.9 > linear + 0.05
    np.testing.assert_array_equal(method.place(DIGITS[:1], None, points, mapper, options, 1), points[:1])


@pytest.mark.parametrize(("method", "options"), CASES)
def test_a_seed_decides_a_map(space, method, options):
    short = options.model_copy(update={"epochs": 2})
    first, again, other = (method.embed(space, short, seed, 1)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_further_options_train(space):
    """Convolutions on moved images, averages of weights, and a plane that is decoded."""
    options = TSNE.model_copy(
        update={"architecture": "convolutional", "hidden": (8, 8), "shift": 1, "averaging": 0.9, "reconstruction": 1.0, "epochs": 2}
    )  # fmt: skip
    points, mapper = parametric_tsne.embed(space, options, 1, 1)
    np.testing.assert_array_equal(parametric_tsne.place(DIGITS[:3], None, points, mapper, options, 1), points[:3])


def test_a_plane_learned_with_reconstruction_is_decoded(space):
    """Rows rebuilt from their two numbers alone come much nearer than the mean row, and than those of another place."""
    from pipeline.autoencoders import parametric

    options = TSNE.model_copy(update={"reconstruction": 1.0, "epochs": 60})
    points, mapper = parametric_tsne.embed(space, options, 1, 1)
    rebuilt = parametric.reconstruct(points, options, mapper)
    error = np.square(rebuilt[~TRAINING].reshape(-1, 64) - DIGITS[~TRAINING]).sum(axis=1).mean()
    assert error < 0.75 * np.square(DIGITS[~TRAINING] - DIGITS[TRAINING].mean(axis=0)).sum(axis=1).mean()
    with pytest.raises(InputError, match="cannot be decoded"):
        parametric.reconstruct(points, TSNE, mapper)


def test_the_loss_of_tsne_by_hand():
    from pipeline.autoencoders import parametric

    points = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    nearness = -np.log1p(np.square(points[:, None] - points).sum(axis=2))
    expected = np.mean(
        [logsumexp(np.delete(nearness[row], row)) - nearness[row, row + 1 - 2 * (row % 2)] for row in range(10)]
    )
    assert float(parametric.tsne(points, None)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_umap_by_hand():
    """Two points, so that those drawn as noise are one of them: the row itself, at no distance, or the other."""
    from pipeline.autoencoders import objectives, parametric

    a, b, apart = 1.5, 0.9, 2.0
    points = np.array([[0, 0], [apart, 0]], dtype=np.float32)
    near, far = a * parametric.NEAR**b, a * (apart**2 + parametric.NEAR) ** b
    found = float(parametric.umap(a, b, negatives=1)(points, objectives.StepSeeds(1, 1)))
    possible = [
        np.log1p(far) + np.mean([np.log1p(1 / one), np.log1p(1 / two)]) for one in (near, far) for two in (near, far)
    ]
    assert min(abs(found - each) for each in possible) < 1e-4


def test_absurd_rates_are_said(space):
    options = TSNE.model_copy(update={"learning_rate": 1e20, "epochs": 3})
    with pytest.raises(InputError, match=r"the loss is no longer a number in epoch .* Try learning_rate: 1e\+19"):
        parametric_tsne.embed(space, options, 1, 1)
