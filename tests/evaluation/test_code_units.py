"""Which units of a code are in use."""

import numpy as np

from pipeline.evaluation import code_units


def test_silent_units_are_counted():
    codes = np.zeros((10, 4))
    codes[:, 0] = 2.0
    codes[:5, 1] = -1.0
    codes[:, 2] = 0.001  # less than a hundredth of the largest
    table = code_units.table({"sparse": codes}, {"latent": np.array([2.5, 0.001])})
    sparse, latent = (table[table["encoder"] == name] for name in ("sparse", "latent"))
    np.testing.assert_allclose(sparse["value"], [2, 0.5, 0.001, 0])
    assert sparse["in_use"].tolist() == [1, 0.5, 0, 0], "a row uses 1.5 units on average"
    assert latent["value"].tolist() == [2.5, 0.001] and latent["in_use"].tolist() == [1, 0]
    assert code_units.table({}, {}).empty
