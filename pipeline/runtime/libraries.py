"""Libraries whose version can change a result."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from contextlib import suppress

# Module -> the package it is installed as.
PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "numba": "numba",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "pynndescent": "pynndescent",
    "openTSNE": "openTSNE",
    "umap": "umap-learn",
    "pacmap": "pacmap",
    "matplotlib": "matplotlib",
}


def versions(modules: Iterable[str]) -> dict[str, str]:
    """Package -> version of those modules of `PACKAGES` that are installed."""
    installed = {}
    for module in modules:
        with suppress(importlib.metadata.PackageNotFoundError):
            installed[PACKAGES[module]] = importlib.metadata.version(PACKAGES[module])
    return installed
