"""Which rows are flagged as out-of-distribution on MNIST: unseen digits; digits turned or inverted; noise.

An autoencoder (784-512-256-30) learns from the training images. Reconstruction errors of half of the test images are
the reference; other rows are flagged where p < 0.01. About 1 % of the unseen digits should be flagged. The range
printed for that holds 95 % of what chance gives, including which images are the reference (beta-binomial).
"""

import numpy as np
from scipy import stats

from benchmarks import example, pair
from pipeline import config, encoders
from pipeline.statistics.p_values import p_values

ALPHA = 0.01
ENCODER = {"kind": "autoencoder", "architecture": "dense", "objective": "plain", "hidden": [512, 256], "code_size": 30,
           "code_activation": "linear", "epochs": 15, "batch_size": 128, "learning_rate": 0.002, "patience": 15}  # fmt: skip


def main() -> None:
    params, dataset = example.load("mnist_parametric")
    entries = {"pca": {"kind": "pca", "code_size": 30}, "deep": ENCODER}
    test = dataset.part("test")[np.random.default_rng(0).permutation(10_000)]
    reference, unseen = test[:5_000], test[5_000:]
    rng = np.random.default_rng(1)
    inputs = {
        "unseen digits": unseen,
        "turned by 90 degrees": np.rot90(unseen, axes=(1, 2)),
        "upside down": np.rot90(unseen, 2, axes=(1, 2)),
        "inverted": 1 - unseen,
        "noise": rng.random(unseen.shape, dtype=np.float32),
    }
    above = int(np.ceil(ALPHA * (len(reference) + 1))) - 1  # reference errors that may be above a flagged row's
    low, high = stats.betabinom(len(unseen), above, len(reference) + 1 - above).ppf([0.025, 0.975]) / len(unseen)
    print(f"flagged by chance: {ALPHA:.0%} of unseen digits, between {low:.2%} and {high:.2%}", flush=True)
    flagged = {}
    for name, entry in entries.items():
        kind, options = config.plugin(encoders, "kind", entry, "encoders", name)
        encoder = kind.fit(dataset, options, params.seed)
        errors = [encoders.compress(encoder, rows)[1] for rows in (reference, *inputs.values())]
        shares = [float(np.mean(p_values(error, errors[0]) < ALPHA)) for error in errors[1:]]
        flagged[name] = dict(zip(inputs, shares, strict=True))
        text = ", ".join(f"{what} {share:.2%}" for what, share in flagged[name].items())
        print(f"  {name}, {options.code_size} dimensions: {text}", flush=True)
    for what in inputs:
        title = f"{what} flagged as out-of-distribution at alpha {ALPHA:g}, share"
        pair.keep(title, flagged["deep"][what], "PCA", flagged["pca"][what], "of 1")


if __name__ == "__main__":
    main()
