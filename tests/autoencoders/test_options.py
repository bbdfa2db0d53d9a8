"""What does not go together is refused with its reason, before and after the data are known."""

from pathlib import Path

import pytest

from pipeline import config
from pipeline.autoencoders.options import Options
from pipeline.commands import check
from pipeline.runtime.errors import InputError

PLAIN = {"architecture": "dense", "objective": "plain", "hidden": [8], "code_size": 2, "code_activation": "linear",
         "epochs": 1, "batch_size": 8, "learning_rate": 0.001, "patience": 1}  # fmt: skip
KL = {"objective": "sparse", "sparsity": "kl", "sparsity_weight": 0.1, "target_activity": 0.1}

REFUSED = [
    ({"objective": "denoising", "noise_level": 0.5}, "noise is missing; objective: denoising needs it."),
    ({"beta": 1}, "beta is set, but belongs to objective: variational; here objective is plain. Take it out, or change objective."),
    ({"cell": "gru"}, "cell is set, but belongs to architecture: sequence; here architecture is dense. Take it out, or change architecture."),
    ({"architecture": "sequence"}, "cell is missing; architecture: sequence needs it."),
    ({"architecture": "sequence", "cell": "gru", "hidden": []}, "hidden is empty; architecture: sequence needs a recurrent layer. Use [64], say."),
    (KL, "code_activation is linear; the activity that sparsity: kl looks at lies between 0 and 1. Use sigmoid."),
    (KL | {"sparsity": "l1"}, "target_activity is set, but belongs to sparsity: kl; here sparsity is l1. Take it out, or change sparsity."),
    ({"objective": "variational", "beta": 1, "warm_up": 0, "free_bits": 0, "code_activation": "relu"}, "code_activation is relu; a variational code can be any number. Use linear."),
    ({"objective": "denoising", "noise": "masking", "noise_level": 1.5}, "noise_level is 1.5; masking replaces a share, at most 1."),
    ({"learning_rate_warm_up": 1}, "learning_rate_warm_up is 1; of 1 epochs none is left for it to fall. Lower it."),
    ({"averaging": 1.0}, "averaging is 1.0; it should be less than 1."),
    ({"objective": "sparce"}, 'objective is "sparce"; allowed: plain, sparse, denoising, variational. Did you mean sparse?'),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "line"), REFUSED)
def test_options_that_do_not_go_together(changed, line):
    with pytest.raises(InputError) as refused:
        config.parse(Options, PLAIN | changed, "encoders", "one")
    assert str(refused.value) == f"params.yaml: encoders.one.{line}"


CONVOLUTIONAL = {"architecture": "convolutional", "code_maps": False}
SALT = {"objective": "denoising", "noise": "salt_and_pepper", "noise_level": 0.2}


@pytest.mark.parametrize(
    ("changed", "kind", "shape", "line"),
    [
        (CONVOLUTIONAL, "vector", (13,), "architecture is convolutional, which needs images; the data are vectors of 13 columns. Use auto."),
        (CONVOLUTIONAL, "sequence", (9, 2), "architecture is convolutional, which needs images; the data are series. Use auto."),
        ({"architecture": "sequence", "cell": "gru"}, "vector", (13,), "architecture is sequence, which needs series or images; the data are vectors of 13 columns. Use auto."),
        ({"architecture": "auto"}, "sequence", (9, 2), "architecture: auto is sequence for series, where cell is missing; architecture: sequence needs it."),
        ({"loss": "cross_entropy"}, "vector", (13,), "loss is cross_entropy, which needs values in [0, 1]. Use squared_error, or data.scaling: unit."),
        ({"shift": 1}, "vector", (13,), "shift is 1, which moves images; the data are vectors of 13 columns. Use jitter."),
        ({"shift": 4}, "image", (9, 4), "shift is 4; images of 9 x 4 would be gone. Use 1, say."),
        ({"jitter": 0.1}, "image", (9, 9), "jitter is 0.1, which is for columns and series; the data are images. Use shift."),
        (SALT, "vector", (13,), "noise is salt_and_pepper, which needs values in [0, 1], so that it is known what is black and what is white. Use gaussian or masking, or data.scaling: unit."),
    ],
)  # fmt: skip
def test_options_that_do_not_go_with_the_data(changed, kind, shape, line):
    options = config.parse(Options, PLAIN | changed)
    with pytest.raises(InputError) as refused:
        options.resolved(kind, shape, unit_interval=False)
    assert str(refused.value) == line


@pytest.mark.parametrize(
    ("kind", "chosen"), [("vector", "dense"), ("image", "convolutional"), ("sequence", "sequence")]
)
def test_auto_picks_by_the_datas_kind(kind, chosen):
    options = config.parse(Options, PLAIN | {"architecture": "auto", "code_maps": False, "cell": "gru"})
    found = options.resolved(kind, (4, 4), unit_interval=True)
    assert found.architecture == chosen
    assert found == found.resolved(kind, (4, 4), unit_interval=True)


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_whole_and_valid(example, monkeypatch):
    monkeypatch.chdir(ROOT)
    given = config.load(example)
    if not Path(given.data["path"]).exists():  # ../shared/data is not everywhere; the rest must hold all the same
        given = given.model_copy(update={"data": given.data | {"path": "data/digits"}})
    check.validate(given)
    assert f"cp {example.relative_to(ROOT)} params.yaml" in example.read_text()
