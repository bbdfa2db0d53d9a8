"""Open the report in a browser."""

from __future__ import annotations

import argparse
import webbrowser

from pipeline import artifacts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: it is always the last report."""


def main() -> None:
    page = artifacts.page()
    print(page)
    webbrowser.open(page.resolve().as_uri())
