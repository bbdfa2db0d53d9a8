"""How much each unit of a code is used: activity of sparse codes, information of variational ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

SILENT = 0.01  # of the largest activity of all: below it, a unit is not in use
ACTIVE = 0.01  # nats: a unit of a variational code below them carries nothing (Burda et al. 2016 use such a bound)
COLUMNS = ["encoder", "unit", "value", "in_use"]


def activity(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of codes (m, d): the mean absolute value of each unit, and the share of rows that use it, (d,) each.

    A row uses a unit where its absolute value is at least SILENT of the largest of all.
    """
    size = np.abs(codes)
    return size.mean(axis=0), (size >= SILENT * size.max()).mean(axis=0)


def table(codes: dict[str, np.ndarray], divergence: dict[str, np.ndarray]) -> pd.DataFrame:
    """Each unit of each such code.

    codes       sparse encoder -> codes of the test rows, (m, d)
    divergence  variational encoder -> mean divergence from the prior by unit, nats, (d,)
    returns     encoder; unit, from 0; value: mean activity, or nats; in_use: share of the test rows that use it, of a variational
                code 1 or 0
    """
    units = {name: activity(np.asarray(points)) for name, points in codes.items()}
    units |= {name: (np.asarray(nats), (np.asarray(nats) >= ACTIVE).astype(float)) for name, nats in divergence.items()}
    rows = [
        (name, unit, float(value), float(share))
        for name, (values, in_use) in units.items()
        for unit, (value, share) in enumerate(zip(values, in_use, strict=True))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
