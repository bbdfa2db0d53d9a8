"""Maps that networks learn: their losses by the formulas, what they preserve, and that a seed repeats them."""

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import logsumexp
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from pipeline.methods import Fitted, parametric_tsne, parametric_umap, pca
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError

DIGITS = (load_digits().data / 16).astype(np.float32)
TRAINING = np.arange(len(DIGITS)) < 1400
COMMON = {"space": "raw", "hidden": [64, 64], "epochs": 100, "batch_size": 256, "learning_rate": 0.005}
TSNE = parametric_tsne.Options(method="parametric_tsne", perplexity=20, reconstruction=1.0, **COMMON)
UMAP = parametric_umap.Options(method="parametric_umap", n_neighbors=15, min_dist=0.1, **COMMON)
MODULES = {TSNE: parametric_tsne, UMAP: parametric_umap}


@pytest.fixture(scope="module")
def space():
    return graph.make_space(DIGITS, k=60, training=TRAINING, shape=(8, 8))


@pytest.fixture(scope="module", params=[TSNE, UMAP], ids=lambda options: options.method)
def fitted(request, space):
    points, mapper = MODULES[request.param].embed(space, request.param, seed=1, threads=2)
    return Fitted(request.param, points, mapper, None)


def test_unseen_rows_keep_their_neighbors(space, fitted):
    """Far better than on the plane of PCA; and as new points they land on the same positions."""
    plane, _ = pca.embed(space, pca.Options(method="pca", space="raw"), 1, 1)
    ours, linear = (
        trustworthiness(DIGITS[~TRAINING], points[~TRAINING], n_neighbors=5) for points in (fitted.embedding, plane)
    )
    assert ours > 0.9 > linear + 0.05
    method = MODULES[fitted.options]
    np.testing.assert_array_equal(method.transform(DIGITS[:1], fitted, 1), fitted.embedding[:1])


def test_layers_compute_the_map(fitted):
    """And its inverse, where the map was trained to reconstruct: far closer to unseen rows than their mean."""
    networks = fitted.options.layers(fitted.mapper)
    np.testing.assert_allclose(forward(DIGITS, networks["transform"]), fitted.embedding, rtol=1e-3, atol=1e-3)
    if not fitted.options.reconstruction:
        assert [*networks] == ["transform"]
        return
    rows = forward(fitted.embedding, networks["reconstruct"])
    error = np.square(rows - DIGITS)[~TRAINING].sum(axis=1).mean()
    assert error < 0.75 * np.square(DIGITS[~TRAINING] - DIGITS[TRAINING].mean(axis=0)).sum(axis=1).mean()


def forward(rows: np.ndarray, layers: list) -> np.ndarray:
    from scipy.special import erf

    for weights, bias, activation in layers:
        rows = rows @ weights + bias
        rows = rows * (1 + erf(rows / np.sqrt(2))) / 2 if activation == "gelu" else rows
    return rows


def test_a_seed_decides_a_map(space):
    """Of parametric UMAP, which also draws noise samples; the slow test below has both."""
    short = UMAP.model_copy(update={"epochs": 2})
    first, again, other = (parametric_umap.embed(space, short, seed, 1)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


EMBED_ALL = """
import hashlib, json, sys
import numpy as np
from pipeline import config, methods
from pipeline.neighbors import graph
points = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
space = graph.make_space(points, k=45, training=np.arange(200) < 150)
for values in json.loads(sys.argv[1]):
    method, options = config.plugin(methods, "method", values, "maps", values["method"])
    embedding, _ = method.embed(space, options, 7, 2)
    print(values["method"], hashlib.sha256(embedding.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_a_seed_decides_a_map_in_every_process(root):
    """All seeded methods, to the byte, in two fresh processes."""
    network = {"hidden": [16], "epochs": 3, "batch_size": 64, "learning_rate": 0.001}
    maps = [{"space": "raw", "method": name} | options for name, options in {
        "tsne": {"perplexity": 15}, "sklearn_tsne": {"perplexity": 15}, "umap": {"n_neighbors": 15, "min_dist": 0.1},
        "parametric_tsne": {"perplexity": 15} | network,
        "parametric_umap": {"n_neighbors": 15, "min_dist": 0.1} | network,
    }.items()]  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", EMBED_ALL, json.dumps(maps)]
    first, again = (subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout for _ in range(2))
    assert len(first.splitlines()) == len(maps)
    assert first == again


def test_further_options_train(space):
    """Convolutions on shifted images, averages of weights, and a decoder."""
    options = TSNE.model_copy(
        update={"architecture": "convolutional", "hidden": (8, 8), "shift": 1, "averaging": 0.9, "epochs": 2}
    )
    points, mapper = parametric_tsne.embed(space, options, 1, 1)
    fitted = Fitted(options, points, mapper, None)
    np.testing.assert_array_equal(parametric_tsne.transform(DIGITS[:3], fitted, 1), points[:3])
    assert options.layers(mapper) is None


def test_the_loss_of_tsne_by_hand():
    from pipeline.autoencoders import parametric

    points = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    similarity = -np.log1p(np.square(points[:, None] - points).sum(axis=2))
    expected = np.mean(
        [logsumexp(np.delete(similarity[row], row)) - similarity[row, row + 1 - 2 * (row % 2)] for row in range(10)]
    )
    assert float(parametric.tsne_loss(points, None)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_umap_by_hand():
    """Two points, so that each noise sample is one of them: the point itself, at no distance, or the other."""
    from pipeline.autoencoders import objectives, parametric

    a, b, apart = 1.5, 0.9, 2.0
    points = np.array([[0, 0], [apart, 0]], dtype=np.float32)
    near, far = a * parametric.EPSILON**b, a * (apart**2 + parametric.EPSILON) ** b
    loss = float(parametric.umap_loss(a, b, negatives=1)(points, objectives.StepSeeds(1, 1)))
    possible = [
        np.log1p(far) + np.mean([np.log1p(1 / one), np.log1p(1 / two)]) for one in (near, far) for two in (near, far)
    ]
    assert min(abs(loss - each) for each in possible) < 1e-4


def test_absurd_rates_are_reported(space):
    options = TSNE.model_copy(update={"learning_rate": 1e20, "epochs": 3})
    with pytest.raises(InputError, match=r"epoch .* learning_rate: 1e\+19"):
        parametric_tsne.embed(space, options, 1, 1)
