"""Delete, without asking, the results of encoders and maps that are no longer in params.yaml; `check` lists them."""

from __future__ import annotations

import argparse

from pipeline import artifacts, config
from pipeline.runtime.atomic_io import remove


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: everything is read from params.yaml."""


def main() -> None:
    leftovers = artifacts.leftovers(config.load())
    for path in leftovers:
        remove(path)
        print(f"Removed {path}")
    if leftovers:
        print("The next `dvc repro` may run evaluate and report again, which depend on these folders as a whole.")
    else:
        print(f"Nothing to remove: all results are of encoders and maps in {config.PATH}.")
