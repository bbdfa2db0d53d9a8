"""PaCMAP, where its package is installed; and what is said where it is not."""

import importlib.util

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pipeline.methods import pacmap
from pipeline.neighbors import graph
from pipeline.runtime.errors import InputError

OPTIONS = pacmap.Options(method="pacmap", space="raw", n_neighbors=10)
INSTALLED = importlib.util.find_spec("pacmap") is not None


@pytest.fixture(scope="module")
def space():
    return graph.make_space((load_digits().data[:400] / 16).astype(np.float32), k=10)


@pytest.mark.skipif(not INSTALLED, reason="pacmap is an extra")
@pytest.mark.filterwarnings("ignore")
def test_it_is_the_packages_own(space):
    """Given the same pairs of neighbors, the same map; and a seed repeats it."""
    ours, again = (pacmap.embed(space, OPTIONS, seed=3, threads=1)[0] for _ in range(2))
    np.testing.assert_array_equal(ours, again)
    fitted = pacmap_of(space)
    np.testing.assert_array_equal(ours, fitted)


def pacmap_of(space):
    from pacmap import PaCMAP

    pairs = np.array([(row, other) for row in range(400) for other in space.indices[row, :10]], dtype=np.int32)
    return PaCMAP(n_neighbors=10, pair_neighbors=pairs, random_state=3).fit_transform(space.points.copy(), init="pca")


@pytest.mark.skipif(INSTALLED, reason="pacmap is installed")
def test_without_its_package_it_says_how_to_get_it(space):
    with pytest.raises(InputError, match="Run: uv sync --extra pacmap"):
        pacmap.embed(space, OPTIONS, 0, 1)
