"""PaCMAP, where its package is installed; and the message where it is not."""

import importlib.util

import numpy as np
import pytest

from pipeline.methods import pacmap
from pipeline.runtime.errors import InputError

OPTIONS = pacmap.Options(method="pacmap", space="raw", n_neighbors=10)
INSTALLED = importlib.util.find_spec("pacmap") is not None


@pytest.mark.skipif(not INSTALLED, reason="pacmap is an extra")
@pytest.mark.filterwarnings("ignore")
def test_it_is_the_packages_own(space):
    """The same pairs of neighbors give the same map, and a seed repeats it."""
    from pacmap import PaCMAP

    ours, again = (pacmap.embed(space, OPTIONS, seed=3, threads=1)[0] for _ in range(2))
    np.testing.assert_array_equal(ours, again)
    pairs = np.array([(row, other) for row in range(400) for other in space.indices[row, :10]], dtype=np.int32)
    model = PaCMAP(n_neighbors=10, pair_neighbors=pairs, random_state=3)
    np.testing.assert_array_equal(ours, model.fit_transform(space.points.copy(), init="pca"))


@pytest.mark.skipif(INSTALLED, reason="pacmap is installed")
def test_without_its_package_it_says_how_to_get_it(space):
    with pytest.raises(InputError, match="uv sync --extra pacmap"):
        pacmap.embed(space, OPTIONS, 0, 1)
    assert OPTIONS.cannot_transform
