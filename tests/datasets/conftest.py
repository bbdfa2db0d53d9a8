from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import datasets
from pipeline.runtime.errors import InputError


@pytest.fixture
def refusal() -> Callable[..., str]:
    """The one line that reading a path ends with."""

    def read(path: Path, label: str | None = None) -> str:
        with pytest.raises(InputError) as error:
            datasets.read(path, label)
        message = str(error.value)
        assert "\n" not in message and str(path) in message
        return message

    return read
