import functools

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_once():
    """Compiling takes most of the time of a short training: keep what is compiled for the next test with the same options."""
    from pipeline.autoencoders import training

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_compiled_steps", functools.cache(training._compiled_steps.__wrapped__))
        yield
