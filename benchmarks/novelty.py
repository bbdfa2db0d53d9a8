"""Which rows are called novel, with MNIST known: digits that nothing has seen, and digits turned, inverted, and noise.

An autoencoder (784-512-256-30) learns from the training images; half of the test images are what errors are compared with, the
other half is judged at p < 0.01. Of true rows about 1 % should be called novel: the range holds 95 % of what chance gives, that
of which images errors are compared with counted in (beta-binomial).
"""

import numpy as np
from scipy import stats

from benchmarks import example, pair
from pipeline import config, encoders
from pipeline.statistics.p_values import p_values

LEVEL = 0.01
ENCODER = {"kind": "autoencoder", "architecture": "dense", "objective": "plain", "hidden": [512, 256], "code_size": 30,
           "code_activation": "linear", "epochs": 15, "batch_size": 128, "learning_rate": 0.002, "patience": 15}  # fmt: skip


def main() -> None:
    given, dataset = example.load("mnist_parametric")
    kinds = {"pca": {"kind": "pca", "code_size": 30}, "deep": ENCODER}
    test = dataset.part("test")[np.random.default_rng(0).permutation(10_000)]
    known, unseen = test[:5_000], test[5_000:]
    rng = np.random.default_rng(1)
    judged = {
        "true digits": unseen,
        "turned by 90 degrees": np.rot90(unseen, axes=(1, 2)),
        "upside down": np.rot90(unseen, 2, axes=(1, 2)),
        "inverted": 1 - unseen,
        "noise": rng.random(unseen.shape, dtype=np.float32),
    }
    below = int(np.ceil(LEVEL * (len(known) + 1))) - 1  # known errors that may lie above a row called novel
    low, high = stats.betabinom(len(unseen), below, len(known) + 1 - below).ppf([0.025, 0.975]) / len(unseen)
    print(f"by chance {LEVEL:.0%} of true rows, between {low:.2%} and {high:.2%}", flush=True)
    novel = {}
    for name, found in kinds.items():
        kind, options = config.plugin(encoders, "kind", found, "encoders", name)
        encoder = kind.fit(dataset, options, given.seed)
        errors = [encoders.compress(encoder, rows, np.zeros(len(rows), bool))[1] for rows in (known, *judged.values())]
        shares = [float(np.mean(p_values(error, errors[0]) < LEVEL)) for error in errors[1:]]
        novel[name] = dict(zip(judged, shares, strict=True))
        said = ", ".join(f"{what} {share:.2%}" for what, share in novel[name].items())
        print(f"  {name}, {options.code_size} numbers: {said}", flush=True)
    for what in judged:
        pair.keep(f"{what} called novel at {LEVEL:.0%}, share", novel["deep"][what], "PCA", novel["pca"][what], "of 1")


if __name__ == "__main__":
    main()
