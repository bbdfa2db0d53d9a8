"""Options that conflict are refused with their reason, before and after the data are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import config
from pipeline.autoencoders.options import CONDITIONAL, Options
from pipeline.autoencoders.parametric_options import ParametricOptions
from pipeline.commands import check
from pipeline.encoders import autoencoder
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset

PLAIN = {"architecture": "dense", "objective": "plain", "hidden": [8], "code_size": 2, "code_activation": "linear",
         "epochs": 1, "batch_size": 8, "learning_rate": 0.001, "patience": 1}  # fmt: skip
KL = {"objective": "sparse", "sparsity": "kl", "sparsity_weight": 0.1, "target_activity": 0.1}
VARIATIONAL = {"objective": "variational", "beta": 1, "warm_up": 0, "free_bits": 0}
GRU = {"architecture": "sequence", "cell": "gru"}


def refusal(function, *arguments, **named):
    with pytest.raises(InputError) as caught:
        function(*arguments, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


REFUSED = [  # what is changed, the option that is named, words of the reason and of the way out
    ({"objective": "denoising", "noise_level": 0.5}, "noise", ["missing", "objective: denoising"]),
    ({"beta": 1}, "beta", ["belongs to objective: variational", "objective is plain"]),
    ({"cell": "gru"}, "cell", ["belongs to architecture: sequence", "architecture is dense"]),
    ({"architecture": "sequence"}, "cell", ["missing", "architecture: sequence"]),
    (GRU | {"hidden": []}, "hidden", ["empty", "[64]"]),
    (KL, "code_activation", ["is linear", "sigmoid"]),
    (KL | {"sparsity": "l1"}, "target_activity", ["belongs to sparsity: kl", "sparsity is l1"]),
    ({"target_activity": 0.1}, "target_activity", ["belongs to sparsity: kl", "sparsity is not set"]),
    (VARIATIONAL | {"code_activation": "relu"}, "code_activation", ["is relu", "linear"]),
    ({"objective": "denoising", "noise": "masking", "noise_level": 1.5}, "noise_level", ["is 1.5", "at most 1"]),
    ({"learning_rate_warm_up": 1}, "learning_rate_warm_up", ["is 1", "epochs, 1"]),
    ({"averaging": 1.0}, "averaging", ["is 1.0", "less than 1"]),
    ({"objective": "sparce"}, "objective", ['is "sparce"', "plain, sparse, denoising, variational", "Did you mean sparse?"]),
    ({"hiden": [8]}, "hiden", ["not an option", "Did you mean hidden?"]),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "key", "words"), REFUSED)
def test_conflicting_options(changed, key, words):
    message = refusal(config.parse, Options, PLAIN | changed, "encoders", "one")
    assert message.startswith(f"params.yaml: encoders.one.{key} ")
    assert all(word in message for word in words), message


COMPLETE = [  # with each of them all that it needs
    GRU, {"architecture": "convolutional", "code_maps": True}, VARIATIONAL, KL | {"code_activation": "sigmoid"},
    {"objective": "denoising", "noise": "masking", "noise_level": 0.1},
]  # fmt: skip


@pytest.mark.parametrize("complete", COMPLETE)
def test_each_conditional_option_is_required_where_it_belongs(complete):
    config.parse(Options, PLAIN | complete)
    for key in complete.keys() & CONDITIONAL.keys():
        rest = {name: value for name, value in complete.items() if name != key}
        assert (
            key in refusal(config.parse, Options, PLAIN | rest) or key == "sparsity"
        )  # without it, target_activity is wrong
        assert key in refusal(config.parse, Options, PLAIN | {key: complete[key]})


def test_the_tests_know_each_conditional_option():
    assert CONDITIONAL.keys() <= {key for complete in COMPLETE for key in complete}


def test_parametric_maps_of_codes_take_no_options_of_images():
    base = {
        "space": "deep",
        "hidden": [8],
        "epochs": 1,
        "batch_size": 8,
        "learning_rate": 0.1,
    }
    for changed in ({"shift": 1}, {"architecture": "convolutional"}, {"learning_rate_warm_up": 1}):
        assert f"maps.one.{next(iter(changed))} is" in refusal(
            config.parse, ParametricOptions, base | changed, "maps", "one"
        )
        if "learning_rate_warm_up" not in changed:
            config.parse(ParametricOptions, base | changed | {"space": "raw"})


CONVOLUTIONAL = {"architecture": "convolutional", "code_maps": False}
SALT = {"objective": "denoising", "noise": "salt_and_pepper", "noise_level": 0.2}


@pytest.mark.parametrize(
    ("changed", "kind", "shape", "words"),
    [
        (CONVOLUTIONAL, "vector", (13,), ["architecture is convolutional", "images", "vectors of 13 columns", "auto"]),
        (CONVOLUTIONAL, "sequence", (9, 2), ["architecture is convolutional", "images", "sequences", "auto"]),
        (GRU, "vector", (13,), ["architecture is sequence", "sequences or images", "vectors of 13 columns", "auto"]),
        ({"architecture": "auto"}, "sequence", (9, 2), ["auto is sequence for sequences", "cell is missing"]),
        ({"loss": "cross_entropy"}, "vector", (13,), ["loss is cross_entropy", "[0, 1]", "squared_error", "data.scaling: unit"]),
        ({"shift": 1}, "vector", (13,), ["shift is 1", "images", "vectors of 13 columns", "jitter"]),
        ({"shift": 4}, "image", (9, 4), ["shift is 4", "9 x 4", "at most 3"]),
        ({"jitter": 0.1}, "image", (9, 9), ["jitter is 0.1", "images", "shift"]),
        (SALT, "vector", (13,), ["noise is salt_and_pepper", "[0, 1]", "gaussian or masking", "data.scaling: unit"]),
        (CONVOLUTIONAL | {"code_maps": True, "code_size": 100, "hidden": [16, 8]}, "image", (28, 28),
         ["code_size is 100", "multiple of 4 x 4 = 16", "Use 96"]),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_the_data(changed, kind, shape, words):
    """Training refuses them, and so does `check`, which does not train."""
    options = config.parse(autoencoder.Options, PLAIN | changed | {"kind": "autoencoder"})
    message = refusal(options.resolved, kind, shape, unit_interval=False)
    assert all(word in message for word in words), message
    rows, table = np.zeros((2, *shape), np.float32), pd.DataFrame({"split": ["train", "test"]})
    dataset = Dataset(rows, table, {"kind": kind, "unit_interval": False})
    assert refusal(autoencoder.check, options, dataset) == message


@pytest.mark.parametrize(
    ("kind", "chosen"), [("vector", "dense"), ("image", "convolutional"), ("sequence", "sequence")]
)
@pytest.mark.parametrize(("unit_interval", "loss"), [(True, "cross_entropy"), (False, "squared_error")])
def test_auto_depends_on_the_data(kind, chosen, unit_interval, loss):
    options = config.parse(Options, PLAIN | {"architecture": "auto", "code_maps": False, "cell": "gru"})
    resolved = options.resolved(kind, (4, 4), unit_interval)
    assert (resolved.architecture, resolved.loss) == (chosen, loss)
    assert resolved.code_maps == (False if chosen == "convolutional" else None)
    assert resolved.cell == ("gru" if chosen == "sequence" else None)
    assert resolved == resolved.resolved(kind, (4, 4), unit_interval)


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_complete_and_valid(example, monkeypatch):
    monkeypatch.chdir(ROOT)
    params = config.load(example)
    if not Path(params.data.path).exists():  # ../shared/data is not everywhere; the rest must be valid all the same
        params = params.model_copy(update={"data": params.data.model_copy(update={"path": "data/digits"})})
    check.validate(params)
    assert f"cp {example.relative_to(ROOT)} params.yaml" in example.read_text()
