"""Scaled values back in the units of their source."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_read(rows: np.ndarray, scaling: dict[str, Any]) -> np.ndarray:
    """Scaled rows as the source had them: what a reader can recognize."""
    if scaling["rule"] == "none":
        return np.asarray(rows, dtype=np.float32)
    if scaling["rule"] == "unit":
        return rows * (scaling["high"] - scaling["low"]) + scaling["low"]
    return rows * np.array(scaling["scale"]) + np.array(scaling["center"])
