"""Does a recurrent autoencoder rebuild series better than principal components of the same number?

Japanese Vowels, as examples/japanese_vowels.yaml says: squared error of a frame, summed over its 12 channels, which are
scaled to spread 1 over the training rows' true steps; the mean over all true frames of the 370 test series. Principal
components are those of whole series, missing steps counted as 0. The autoencoder is trained from several seeds.
"""

import argparse
from dataclasses import replace
from typing import Any

from benchmarks import example, pair
from pipeline import ragged
from pipeline.types import Dataset


def error(encoder: Any, dataset: Dataset) -> float:
    """Squared error of a true frame of the test rows."""
    test = dataset.part("test")
    squares = ragged.squared_error(test, encoder.decode(encoder.encode(test)))
    return float(squares.sum() / ragged.lengths(test).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="trainings of the autoencoder")
    seeds = parser.parse_args().seeds
    given, dataset = example.load("japanese_vowels")
    everything = replace(dataset, table=dataset.table.replace({"split": {"validation": "train"}}))
    size = given.encoders["pca"]["code_size"]
    print(f"Squared error of a test frame, codes of {size} numbers")
    for said, learned in (("training rows", dataset), ("training and validation rows", everything)):
        encoder, _, _ = example.train(given, "pca", learned)
        best = error(encoder, dataset)  # of the latter, which have more to learn from
        print(f"  {'pca':<10} {best:.3f}   of {said}")
    for seed in range(seeds):
        encoder, options, took = example.train(given, "sequence", dataset, seed)
        said = f"seed {seed}, {options.cell} {list(options.hidden)}, {took}"
        ours = error(encoder, dataset)
        print(f"  {'sequence':<10} {ours:.3f}   {said}", flush=True)
        pair.keep(
            f"Japanese Vowels, squared error of a test frame, {size} numbers, seed {seed}", ours, "PCA", best, "of 1"
        )


if __name__ == "__main__":
    main()
