"""How numbers are written."""

from types import SimpleNamespace

from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.report import formatting, titles


@given(value=st.floats(0, 1), half=st.floats(1e-4, 0.4))
def test_no_more_digits_than_the_interval_supports(value, half):
    assume(not 0 < value - half < 0.006)  # one digit more, so that an interval without zero does not seem to touch it
    text = formatting.percent(SimpleNamespace(value=value, low=value - half, high=value + half))
    decimals = len(text.split(" ")[0].partition(".")[2])
    assert decimals == 0 or (decimals <= 2 and 100 * half <= 10 ** (1 - decimals) * 1.0001)
    assert 100 * half >= 10**-decimals * 0.9999 or decimals == 2


def test_an_interval_that_leaves_out_zero_does_not_seem_to_touch_it():
    assert formatting.points(0.02, 0.004, 0.036) == "2.0 points (0.4 to 3.6)"


def test_numbers_as_readers_write_them():
    assert formatting.number(-0.04, 1) == "0.0"
    assert formatting.number(-1234.5, 1) == "−1,234.5"
    assert formatting.points(-0.083, -0.088, -0.078) == "−8.3 points (−8.8 to −7.8)"
    assert formatting.percent(SimpleNamespace(value=0.5, low=0.5, high=0.5)) == "50.0 % (no interval)"


def test_maps_of_one_title_add_their_names(made):
    maps = {
        "a": {"space": "raw", "method": "tsne"},
        "b": {"space": "raw", "method": "tsne"},
        "c": {"space": "deep", "method": "new"},
    }
    assert titles.titles(made(n=60, maps=maps, compared=[]).params, "vector") == {
        "a": "t-SNE of raw columns (a)",
        "b": "t-SNE of raw columns (b)",
        "c": "new of deep codes",
    }
